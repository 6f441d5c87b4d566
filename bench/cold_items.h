// How well items are told apart that the training does not know.
#ifndef COFILTER_BENCH_COLD_ITEMS_H_
#define COFILTER_BENCH_COLD_ITEMS_H_

#include "absl/status/status.h"
#include "bench/benchmark.h"

namespace cofilter::bench {

// A fifth of the items is outside the training, and comes to the server afterwards with its topics
// alone; lists of 100 among these are judged by who has them. Once with tags as topics, once with
// citations as further topics. Adds its figures and conditions.
absl::Status TakeColdItems(const Settings& settings, Report* report);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_COLD_ITEMS_H_
