// What was shown and what was clicked, in order: the part of a log that the ranker of a news
// surface learns from.
#ifndef COFILTER_TRAINING_MOMENT_LOG_H_
#define COFILTER_TRAINING_MOMENT_LOG_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string_view>
#include <vector>

#include "data/event.h"
#include "data/id_table.h"
#include "data/verb_weights.h"
#include "runtime/clock.h"

namespace cofilter::training {

// One impression or click.
struct Moment {
  runtime::Time at{};
  std::uint64_t list = 0;  // impressions with the same one, of the same member, are of one list
  std::uint32_t member = 0;
  std::uint32_t item = 0;
  float weight = 0;     // of the click's verb; 0: an impression
  bool placed = false;  // an impression that no list of this product made

  bool IsClick() const { return weight > 0; }
};

// A list that was shown. Shapes: clicked [items].
struct ShownList {
  runtime::Time at{};  // of its first impression
  std::uint32_t member = 0;
  std::vector<std::uint32_t> items;
  std::vector<bool> clicked;
};

// Keeps the latest kMost moments of a log: beyond them counters have decayed anyway. A click is an
// event whose verb has a weight, other than progress; a retraction is passed over, as in serving.
class MomentLog {
 public:
  static constexpr std::size_t kMost = 2'000'000;

  // accept_item: empty for all.
  MomentLog(const data::VerbWeights& weights, std::function<bool(std::string_view)> accept_item)
      : weights_(weights), accept_item_(std::move(accept_item)) {}

  void Add(const data::Event& event);

  // By time; at equal times impressions before clicks.
  std::vector<Moment> Sorted() const;
  const data::IdTable& members() const { return members_; }
  const data::IdTable& items() const { return items_; }

 private:
  data::VerbWeights weights_;
  std::function<bool(std::string_view)> accept_item_;
  data::IdTable members_;
  data::IdTable items_;
  std::deque<Moment> moments_;
};

// The lists of some moments, by time. A click belongs to the member's latest list that shows the
// item, up to a day before. Where nothing was shown, each click is a list of its own.
// REQUIRES: sorted as above.
std::vector<ShownList> ListsOf(const std::vector<Moment>& moments);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_MOMENT_LOG_H_
