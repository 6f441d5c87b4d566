// From candidates to the items of a list.
#include "service/recommend/place.h"

namespace cofilter::service {

std::vector<RecommendedItem> Place(const RuleSet&, const Catalogue& catalogue,
                                   const std::vector<Candidate>& candidates,
                                   std::uint32_t first_rank, StageTrace& trace) {
  trace.in = static_cast<std::uint32_t>(candidates.size());
  std::vector<RecommendedItem> items;
  items.reserve(candidates.size());
  // Items lie apart from each other: all are asked for before the first is waited for.
  for (const Candidate& candidate : candidates)
    __builtin_prefetch(&catalogue.Find(candidate.key)->item);
  for (const Candidate& candidate : candidates) {
    RecommendedItem& item = items.emplace_back();
    item.key = candidate.key;
    item.item_id = catalogue.Find(candidate.key)->item.item_id;
    item.rank = first_rank++;
    item.score = candidate.score;
    item.source = candidate.source;
    item.lines.push_back({candidate.base_line, candidate.base});
    if (candidate.trend != 0) item.lines.push_back({LineKind::kTrending, candidate.trend});
    if (candidate.prior != 0) item.lines.push_back({LineKind::kPopularity, candidate.prior});
    if (candidate.freshness != 0) item.lines.push_back({LineKind::kFreshness, candidate.freshness});
    if (candidate.diversity != 0) item.lines.push_back({LineKind::kDiversity, candidate.diversity});
  }
  trace.out = static_cast<std::uint32_t>(items.size());
  return items;
}

}  // namespace cofilter::service
