// Fills the counters from the last days of the event log, so that a restart does not forget what
// trends.
#ifndef COFILTER_SERVICE_SNAPSHOT_COUNTER_WARMUP_H_
#define COFILTER_SERVICE_SNAPSHOT_COUNTER_WARMUP_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "runtime/clock.h"
#include "service/snapshot/catalogue.h"
#include "service/snapshot/counters.h"
#include "service/store/event_log.h"

namespace cofilter::service {

// Counts events up to `until`, received at or after `since`, the latest `limit` at most. Returns
// how many. Errors: those of the log; what was counted until then stays.
absl::StatusOr<std::size_t> WarmCounters(EventLog& log, const Catalogue& catalogue, Sequence until,
                                         runtime::Time since, std::size_t limit,
                                         Counters& counters);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_COUNTER_WARMUP_H_
