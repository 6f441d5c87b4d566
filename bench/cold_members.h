// How members fare whom the training does not know, after so many events.
#ifndef COFILTER_BENCH_COLD_MEMBERS_H_
#define COFILTER_BENCH_COLD_MEMBERS_H_

#include "absl/status/status.h"
#include "bench/benchmark.h"

namespace cofilter::bench {

// In ten folds, so that each member is outside the training once: the first 1, 2, 3, 5 and 10
// events are recorded, and the next one is what the list is judged by; beside it, what popularity
// of the same training would have listed. Adds its figures and conditions.
absl::Status TakeColdMembers(const Settings& settings, Report* report);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_COLD_MEMBERS_H_
