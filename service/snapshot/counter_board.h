// One board of decayed counts: what happens now on one surface, in one unit or the whole
// organisation.
#ifndef COFILTER_SERVICE_SNAPSHOT_COUNTER_BOARD_H_
#define COFILTER_SERVICE_SNAPSHOT_COUNTER_BOARD_H_

#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "runtime/clock.h"
#include "service/store/keys.h"

namespace cofilter::service {

struct DecayedCounts {
  double clicks = 0;
  double impressions = 0;
};

struct TrendingItem {
  ItemKey item = 0;
  double clicks = 0;  // decayed to the moment of the ranking
};

// Counts halve every half-life. Kept at the scale of one landmark in time, so that ranking needs no
// decaying. Thread-safety: all calls from any thread; one lock a board.
class CounterBoard {
 public:
  using Ranking = std::vector<TrendingItem>;
  static constexpr std::size_t kRanked = 1000;

  CounterBoard(runtime::Duration half_life, runtime::Time now);

  // An event at `at`; later than `now` counts as now.
  void Add(ItemKey item, double clicks, double impressions, runtime::Time at, runtime::Time now);
  DecayedCounts Counts(ItemKey item, runtime::Time now) const;
  // The items clicked most, at most kRanked, by falling clicks, ties by key. Made again when a
  // second has passed or much has changed; a small board is always up to date.
  std::shared_ptr<const Ranking> Top(runtime::Time now);

 private:
  // 2 ^ ((at − landmark) / half-life).
  double Scale(runtime::Time at) const;
  void MoveLandmark(runtime::Time to);
  bool IsStale(runtime::Time now) const;

  const double half_life_;  // microseconds
  mutable std::mutex mutex_;
  runtime::Time landmark_;
  std::unordered_map<ItemKey, DecayedCounts> scaled_;
  std::size_t changes_ = 0;  // since the ranking was made
  runtime::Time ranked_at_;
  std::shared_ptr<const Ranking> ranking_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_COUNTER_BOARD_H_
