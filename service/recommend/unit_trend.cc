// Walks down the path of units.
#include "service/recommend/unit_trend.h"

#include <algorithm>
#include <memory>
#include <unordered_map>

namespace cofilter::service {

std::vector<TrendShare> TrendInUnit(const Counters& counters, std::string_view surface,
                                    std::string_view org_unit) {
  const auto clicks_of = [](const CounterBoard::Ranking& ranking) {
    double clicks = 0;
    for (const TrendingItem& item : ranking) clicks += item.clicks;
    return clicks;
  };
  std::unordered_map<ItemKey, double> shares;
  const std::shared_ptr<const CounterBoard::Ranking> everywhere = counters.Top(surface, "");
  const double all = clicks_of(*everywhere);
  for (const TrendingItem& item : *everywhere) shares[item.item] = item.clicks / all;
  for (const std::string_view unit : UnitsOnPath(org_unit)) {
    const std::shared_ptr<const CounterBoard::Ranking> here = counters.Top(surface, unit);
    const double total = clicks_of(*here) + kPriorClicks;
    for (auto& [item, share] : shares) share *= kPriorClicks / total;
    for (const TrendingItem& item : *here) shares[item.item] += item.clicks / total;
  }
  std::vector<TrendShare> trend;
  trend.reserve(shares.size());
  for (const auto& [item, share] : shares) {
    if (share > 0) trend.push_back({item, share});
  }
  std::sort(trend.begin(), trend.end(), [](const TrendShare& a, const TrendShare& b) {
    return a.share != b.share ? a.share > b.share : a.item < b.item;
  });
  return trend;
}

}  // namespace cofilter::service
