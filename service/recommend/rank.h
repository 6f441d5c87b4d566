// The ranker: exact scores, in double precision.
#ifndef COFILTER_SERVICE_RECOMMEND_RANK_H_
#define COFILTER_SERVICE_RECOMMEND_RANK_H_

#include <span>
#include <vector>

#include "service/recommend/candidate.h"
#include "service/recommend/history_fold.h"
#include "service/recommend/retrieve.h"

namespace cofilter::service {

// Gives every candidate its lines, the score that they add up to, and its source; drops those
// without a score above 0. `openers` become candidates too; one that nothing connects to the
// history (0) stays, for what it opens is wanted.
void Rank(const OperatorBinding& binding, const FoldedMember& member, int notch,
          std::span<const ItemKey> openers, RetrievalMemory& memory,
          std::vector<Candidate>& candidates, StageTrace& trace);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_RANK_H_
