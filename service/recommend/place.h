// Placement: rules put their items where the editors want them, and the list gets its ranks.
#ifndef COFILTER_SERVICE_RECOMMEND_PLACE_H_
#define COFILTER_SERVICE_RECOMMEND_PLACE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "models/news_ranker.h"
#include "service/recommend/candidate.h"
#include "service/snapshot/snapshot.h"

namespace cofilter::service {

// No rule can be written yet, so the set that is applied is empty: every candidate keeps its place.
// first_rank: of the first item; more than 1 on a later page. lines: Candidate::lines points there.
std::vector<RecommendedItem> Place(const RuleSet& rules, const Catalogue& catalogue,
                                   const std::vector<Candidate>& candidates,
                                   std::span<const models::NewsTermValues> lines,
                                   std::uint32_t first_rank, StageTrace& trace);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_PLACE_H_
