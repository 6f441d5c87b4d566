// Bootstrap intervals of means over members.
#ifndef COFILTER_TRAINING_BOOTSTRAP_H_
#define COFILTER_TRAINING_BOOTSTRAP_H_

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/thread_pool.h"

namespace cofilter::training {

inline constexpr std::size_t kMeasures = 11;
// What was measured of one member; NaN where a measure is not defined for the member.
using MeasureRow = std::array<float, kMeasures>;

// The mean over the members for whom the measure is defined, and the 95 % interval of that mean.
struct Interval {
  double mean = 0;
  double low = 0;
  double high = 0;
  std::size_t members = 0;  // for whom it is defined; 0: mean and ends are 0
};

// Percentile bootstrap, members drawn with replacement, all measures of a member together.
// resamples 0: no interval, both ends are the mean. The same on any number of threads.
// Source: Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7(1),
// 1979.
std::array<Interval, kMeasures> BootstrapMeans(std::span<const MeasureRow> members,
                                               std::size_t resamples, std::uint64_t seed,
                                               runtime::ThreadPool* pool);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_BOOTSTRAP_H_
