// What trends where a member works: the counts of the most specific unit, steadied by those of the
// units above it.
#ifndef COFILTER_SERVICE_RECOMMEND_UNIT_TREND_H_
#define COFILTER_SERVICE_RECOMMEND_UNIT_TREND_H_

#include <string_view>
#include <vector>

#include "service/snapshot/counters.h"

namespace cofilter::service {

struct TrendShare {
  ItemKey item = 0;
  double share = 0;      // of the clicks that are expected in the unit, (0, 1]
  double lift = 1;       // share over that in the whole organisation; 1 without a unit
  bool of_unit = false;  // the larger part of the share comes from units on the path
};

// With c_u the decayed clicks of an item in a unit and C_u those of all items,
//   share_u = (c_u + m share_parent) / (C_u + m),   share_organisation = c / C,   m = kPriorClicks:
// a unit of few clicks shows what its parent shows, and its own habits take over smoothly as they
// become clear. By falling share, ties by key.
// org_unit "": the whole organisation alone.
// Cost: the ranked items of each unit on the path.
// Source: the Dirichlet prior of hierarchical language models (MacKay and Peto 1995).
inline constexpr double kPriorClicks = 5;
std::vector<TrendShare> TrendInUnit(const Counters& counters, std::string_view surface,
                                    std::string_view org_unit);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_UNIT_TREND_H_
