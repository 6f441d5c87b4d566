// A log replayed: for each list that was shown, what the counters, the operator and the texts said
// at that moment, from nothing that came later.
#ifndef COFILTER_TRAINING_NEWS_REPLAY_H_
#define COFILTER_TRAINING_NEWS_REPLAY_H_

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "data/dataset.h"
#include "data/item.h"
#include "models/news_ranker.h"
#include "models/operator.h"
#include "training/moment_log.h"

namespace cofilter::training {

// An item of a list at its moment; single precision, for there are many.
struct ReplayedItem {
  std::array<std::array<float, 3>, models::kCounterCount> counts{};  // as models::ItemCounts
  float operator_score = 0;                                          // not faded
  float content_match = 0;
  float age_hours = 0;  // since it was published; 0 where that is not known
  bool clicked = false;

  models::ItemCountsByHalfLife Counts() const;
};
using ReplayedList = std::vector<ReplayedItem>;

struct NewsReplay {
  std::vector<ReplayedList> given;  // the lists as they were shown, with a click and without one
  std::vector<ReplayedList> pool;   // the same moments: the items that could have been shown
};

// Replays everything, and keeps the lists at or after `from`, the latest `most` of either kind.
// `op` was trained on what came before `from`, `history` is what it was trained on. Moments at
// equal times: lists first, then what happened counts.
NewsReplay ReplayNews(const models::Operator& op, const data::Dataset& history,
                      std::span<const data::Item> catalogue, const MomentLog& log,
                      const std::vector<Moment>& moments, const std::vector<ShownList>& lists,
                      runtime::Time from, std::size_t most);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_NEWS_REPLAY_H_
