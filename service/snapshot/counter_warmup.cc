// Finds the start by bisection: the log is in the order of receipt.
#include "service/snapshot/counter_warmup.h"

#include <algorithm>
#include <vector>

#include "runtime/status_macros.h"

namespace cofilter::service {

absl::StatusOr<std::size_t> WarmCounters(EventLog& log, const Catalogue& catalogue, Sequence until,
                                         runtime::Time since, std::size_t limit,
                                         Counters& counters) {
  constexpr std::size_t kBatch = 1000;
  // The first event after `low` is received before `since`, or low is where the limit lets us
  // begin.
  Sequence low = std::max<Sequence>(0, until - static_cast<Sequence>(limit));
  Sequence high = until;
  while (low < high) {
    const Sequence middle = low + (high - low) / 2;
    COFILTER_ASSIGN_OR_RETURN(const std::vector<LoggedEvent> at, log.ReadAfter(middle, 1));
    const bool early = !at.empty() && at.front().event.received_at < since;
    if (early) {
      low = std::max(middle + 1, std::min(at.front().sequence, high));
    } else {
      high = middle;
    }
  }
  std::size_t counted = 0;
  for (Sequence after = low; after < until;) {
    COFILTER_ASSIGN_OR_RETURN(const std::vector<LoggedEvent> batch, log.ReadAfter(after, kBatch));
    if (batch.empty()) break;
    for (const LoggedEvent& logged : batch) {
      after = logged.sequence;
      if (logged.sequence > until) break;
      const data::Event& event = logged.event;
      const ItemKey item = event.item_id.empty() ? 0 : catalogue.keys().Find(event.item_id);
      if (item == 0) continue;
      counters.Count({event.member_id, event.surface, event.verb, event.occurred_at,
                      event.recommendation_id.empty()},
                     item, catalogue);
      ++counted;
    }
  }
  return counted;
}

}  // namespace cofilter::service
