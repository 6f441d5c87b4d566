// The ranker: exact scores, in double precision.
#ifndef COFILTER_SERVICE_RECOMMEND_RANK_H_
#define COFILTER_SERVICE_RECOMMEND_RANK_H_

#include <span>
#include <vector>

#include "service/recommend/candidate.h"
#include "service/recommend/history_fold.h"
#include "service/recommend/retrieve.h"

namespace cofilter::service {

// Gives every candidate its base score, line and source. `openers` become candidates too, whatever their score:
// they stand for what the member asked for by their history. Other candidates without a score above 0 are dropped.
void Rank(const OperatorBinding& binding, const FoldedMember& member, int notch,
          std::span<const CatalogueItem* const> openers, RetrievalMemory& memory,
          std::vector<Candidate>& candidates, StageTrace& trace);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_RANK_H_
