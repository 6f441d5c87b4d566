// How fast popularity fades in a log, and what is left of it at a moment.
#ifndef COFILTER_TRAINING_TREND_HALF_LIFE_H_
#define COFILTER_TRAINING_TREND_HALF_LIFE_H_

#include <vector>

#include "data/dataset.h"
#include "runtime/clock.h"
#include "runtime/thread_pool.h"

namespace cofilter::training {

// Σ over the item's interactions up to `moment` of ½^(age / half-life). Shape: [items].
std::vector<float> DecayedCounts(const data::Dataset& dataset, runtime::Time moment,
                                 double half_life_days);
// The number of them. Shape: [items].
std::vector<float> CountsUntil(const data::Dataset& dataset, runtime::Time moment);

// The moment before which `share` of the interactions lie.
runtime::Time MomentAt(const data::Dataset& dataset, double share);

// Streams the last fifth of the log: of a grid from a day to ever, the half-life whose 20 most
// popular items of the moment hold most of the next events; of equals the longest. The same on any
// number of threads. Cost: a sort of the interactions by time, and a pass over them for each
// half-life.
double FitTrendHalfLife(const data::Dataset& dataset, runtime::ThreadPool* pool);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_TREND_HALF_LIFE_H_
