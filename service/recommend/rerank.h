// The re-ranker: what is not personal, each as a line of its own; then the order and the cut.
#ifndef COFILTER_SERVICE_RECOMMEND_RERANK_H_
#define COFILTER_SERVICE_RECOMMEND_RERANK_H_

#include <cstddef>
#include <vector>

#include "runtime/clock.h"
#include "service/config/config.h"
#include "service/recommend/candidate.h"

namespace cofilter::service {

// What a score above 0 is multiplied by, in (0, 1].
double Freshness(const SurfaceConfig& surface, const Catalogue& catalogue, runtime::Time now,
                 ItemKey key);

// Freshness: a score above 0 halves with every half-life since the item came out; an item without a
// time is left as it is. Then by falling score, ties by key, the best `count`.
void Rerank(const SurfaceConfig& surface, const Catalogue& catalogue, runtime::Time now,
            std::size_t count, std::vector<Candidate>& candidates, StageTrace& trace);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_RERANK_H_
