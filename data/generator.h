// A generated organisation: units, members with planted interests, news, courses, and their events
// day by day.
#ifndef COFILTER_DATA_GENERATOR_H_
#define COFILTER_DATA_GENERATOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/event.h"
#include "data/item.h"
#include "data/member.h"
#include "runtime/clock.h"

namespace cofilter::data {

struct OrganisationSettings {
  std::uint64_t seed = 1;
  std::uint32_t members = 1'000;  // 10 to 10 million
  std::uint32_t items = 2'000;  // 50 to 10 million; about 70 % news and articles, the rest learning
  std::uint32_t days = 30;      // 1 to 3,650
  std::uint64_t events = 50'000;  // over all days, fewer at weekends; 0 to 10 billion
  double english_share = 0.3;     // of the items; the others are Chinese. 0 to 1
  double learning_share = 0.3;    // of the visits; the others are for news. 0 to 1
  // How much members want to learn about what they read about: the probability with which each
  // interest in learning is theirs in news as well; else it is drawn without regard to it. 0 to 1
  double cross_interest = 1;
  // Midnight UTC of the first day; a Tuesday by default.
  runtime::Time start{std::chrono::sys_days(std::chrono::year(2026) / 9 / 1)};

  // Errors: INVALID_ARGUMENT naming the setting.
  absl::Status Validate() const;
};

// Equal settings give equal organisations on every platform. A member likes a few subjects, some of
// them those of the team; an item has one or two subjects, which its title names; members open what
// they like. Popularity is long-tailed within a subject; news are read for days, learning for as
// long as it is there. Thread-safety: const calls from any thread.
class Organisation {
 public:
  static absl::StatusOr<std::unique_ptr<Organisation>> Create(const OrganisationSettings& settings);
  ~Organisation();
  Organisation(const Organisation&) = delete;
  Organisation& operator=(const Organisation&) = delete;

  const OrganisationSettings& settings() const;
  std::span<const Member> Members() const;
  // The whole catalogue, by time of publication; what a prerequisite names stands before it.
  std::span<const Item> Items() const;
  // What is there when the first day begins, and what comes on a day (from 0): parts of Items().
  std::span<const Item> InitialItems() const;
  std::span<const Item> ItemsPublishedOn(std::uint32_t day) const;

  // Midnight at which the day begins; day 0 is settings().start.
  runtime::Time StartOf(std::uint32_t day) const;

  // The events of a day in the order of time. Days must be asked for in order, each once, since
  // what members read and learn follows from what they did before. Errors: FAILED_PRECONDITION for
  // another day than the next; whatever `each` returns, which ends it.
  absl::Status ForEachEventOfDay(std::uint32_t day,
                                 const std::function<absl::Status(const Event&)>& each);
  absl::StatusOr<std::vector<Event>> EventsOfDay(std::uint32_t day);

  // The planted truth: how much the member (position in Members()) likes the item (position in
  // Items()), 0 to 1. Members open what they are shown with probability 0.05 + 0.8 · affinity.
  double Affinity(std::uint32_t member, std::uint32_t item) const;

 private:
  struct State;
  explicit Organisation(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cofilter::data

#endif  // COFILTER_DATA_GENERATOR_H_
