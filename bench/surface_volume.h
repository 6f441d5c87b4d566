// Courses beside fifty times as much news, through the programs: what is left of their lists'
// accuracy.
#ifndef COFILTER_BENCH_SURFACE_VOLUME_H_
#define COFILTER_BENCH_SURFACE_VOLUME_H_

#include "absl/status/status.h"
#include "bench/benchmark.h"

namespace cofilter::bench {

// Adds its figures: with an operator for each surface, and with one operator for both.
// Errors: those of Train, ServerProcess and ServiceClient.
absl::Status TakeNewsVolume(const Settings& settings, Report* report);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_SURFACE_VOLUME_H_
