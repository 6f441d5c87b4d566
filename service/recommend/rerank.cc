// Freshness and order.
#include "service/recommend/rerank.h"

#include <algorithm>
#include <cmath>

namespace cofilter::service {

double Freshness(const SurfaceConfig& surface, const Catalogue& catalogue, runtime::Time now,
                 ItemKey key) {
  if (!surface.freshness_half_life_hours.has_value()) return 1;
  const ItemTraits& traits = catalogue.Traits(key);
  if (!traits.Has(ItemTraits::kHasPublishedAt)) return 1;
  const double half_life = *surface.freshness_half_life_hours * 3600e6;
  const auto age = static_cast<double>((now - traits.visible_from).count());
  return std::exp2(-std::max(0.0, age) / half_life);
}

void Rerank(const SurfaceConfig& surface, const Catalogue& catalogue, runtime::Time now,
            std::size_t count, std::vector<Candidate>& candidates, StageTrace& trace) {
  trace.in = static_cast<std::uint32_t>(candidates.size());
  if (surface.freshness_half_life_hours.has_value()) {
    for (Candidate& candidate : candidates) {
      if (candidate.lines != Candidate::kNoLines) continue;  // its ranker has seen to it
      if (!(candidate.base > 0)) continue;
      // The product itself: the sum of the lines would lose the digits of an old item's score.
      const double fresh = candidate.base * Freshness(surface, catalogue, now, candidate.key);
      candidate.freshness = fresh - candidate.base;
      candidate.score = fresh + candidate.trend + candidate.prior;
    }
  }
  const auto better = [](const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score > b.score : a.key < b.key;
  };
  const std::size_t kept = std::min(count, candidates.size());
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(kept),
                    candidates.end(), better);
  CountDrop(trace, DropReason::kRank, static_cast<std::uint32_t>(candidates.size() - kept));
  candidates.resize(kept);
  trace.out = static_cast<std::uint32_t>(kept);
}

}  // namespace cofilter::service
