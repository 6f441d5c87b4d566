// The ranker: exact scores, in double precision.
#ifndef COFILTER_SERVICE_RECOMMEND_RANK_H_
#define COFILTER_SERVICE_RECOMMEND_RANK_H_

#include <cstddef>
#include <span>
#include <vector>

#include "service/recommend/candidate.h"
#include "service/recommend/history_fold.h"
#include "service/recommend/retrieve.h"

namespace cofilter::service {

// What comes after the ranker, as far as it decides which scores are worth their cost.
struct RankOrder {
  std::size_t count = 0;  // candidates past that many are of no use
  // What each is multiplied by (see Freshness in rerank.h).
  const SurfaceConfig* surface = nullptr;
  const Catalogue* catalogue = nullptr;
  runtime::Time now{};
};

// Gives every candidate its lines, the score that they add up to, and its source; drops those
// without a score above 0, and those that certainly are not among the best `count`. `openers`
// become candidates too; one that nothing connects to the history (0) stays, for what it opens is
// wanted.
void Rank(const OperatorBinding& binding, const FoldedMember& member, int notch,
          std::span<const ItemKey> openers, const RankOrder& order, RetrievalMemory& memory,
          std::vector<Candidate>& candidates, StageTrace& trace);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_RANK_H_
