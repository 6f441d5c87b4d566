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
  struct Share {
    double all = 0;       // share_u
    double of_units = 0;  // the part of it that the organisation's share is not in
    double organisation = 0;
  };
  std::unordered_map<ItemKey, Share> shares;
  const std::shared_ptr<const CounterBoard::Ranking> everywhere = counters.Top(surface, "");
  const double all = clicks_of(*everywhere);
  for (const TrendingItem& item : *everywhere) {
    shares[item.item] = {item.clicks / all, 0, item.clicks / all};
  }
  for (const std::string_view unit : UnitsOnPath(org_unit)) {
    const std::shared_ptr<const CounterBoard::Ranking> here = counters.Top(surface, unit);
    const double total = clicks_of(*here) + kPriorClicks;
    for (auto& [item, share] : shares) {
      share.all *= kPriorClicks / total;
      share.of_units *= kPriorClicks / total;
    }
    for (const TrendingItem& item : *here) {
      Share& share = shares[item.item];
      share.all += item.clicks / total;
      share.of_units += item.clicks / total;
    }
  }
  double rarest = 1;
  for (const TrendingItem& item : *everywhere) rarest = std::min(rarest, item.clicks / all);
  std::vector<TrendShare> trend;
  trend.reserve(shares.size());
  for (const auto& [item, share] : shares) {
    if (!(share.all > 0)) continue;
    // Past the organisation's ranking an item is rare there, as rare as its last at the most.
    const double usual = share.organisation > 0 ? share.organisation : rarest;
    trend.push_back({item, share.all, share.all / usual, 2 * share.of_units > share.all});
  }
  std::sort(trend.begin(), trend.end(), [](const TrendShare& a, const TrendShare& b) {
    return a.share != b.share ? a.share > b.share : a.item < b.item;
  });
  return trend;
}

}  // namespace cofilter::service
