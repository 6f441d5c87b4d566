// One log of two kinds of items, as the operator of one surface may learn from it: its own kind
// alone, or with the other kind at some weight.
#ifndef COFILTER_BENCH_MIXED_HISTORY_H_
#define COFILTER_BENCH_MIXED_HISTORY_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "data/dataset.h"
#include "data/split.h"
#include "runtime/thread_pool.h"

namespace cofilter::bench {

// Which interactions of a log are held out, all of the own kind.
struct OwnHoldOut {
  std::vector<bool> held;       // by interaction
  std::vector<bool> newcomers;  // by member: all of the own kind is held out
};
// Of the members with an own interaction a fifth are newcomers to the surface; of the others'
// n own interactions ⌊n/5⌋ are drawn. What `before` holds is left alone: neither drawn nor counted.
// Shapes: own [items of the log].
OwnHoldOut HoldOutOwn(const data::Dataset& log, const std::vector<bool>& own, std::uint64_t seed,
                      const OwnHoldOut* before = nullptr);

// The log without what is held out; the other kind's interactions weigh `other_weight` times as
// much as they did, 0: they and their items are left out. Members keep their rows, own items are
// all there.
data::Dataset MixedTraining(const data::Dataset& log, const std::vector<bool>& own,
                            const OwnHoldOut& out, double other_weight);

// Test members of the hold-out, with what is held out of theirs. `before`: as in HoldOutOwn.
std::vector<data::TestMember> OwnTest(const data::Dataset& log, const OwnHoldOut& out,
                                      bool newcomers, const OwnHoldOut* before = nullptr);

// Means over the test members of lists of 20 out of the own kind.
struct OwnAccuracy {
  double recall = 0;
  double ndcg = 0;
  std::size_t members = 0;
};
struct MixedAccuracy {
  OwnAccuracy known;
  OwnAccuracy newcomers;
};
// Trains an operator with default parameters on the mixture and ranks exactly. Who has nothing in
// it gets what is popular. Errors: those of TrainOperator and Evaluate.
absl::StatusOr<MixedAccuracy> MeasureMixture(const data::Dataset& log, const std::vector<bool>& own,
                                             const OwnHoldOut& out, const OwnHoldOut* before,
                                             double other_weight, runtime::ThreadPool* pool);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_MIXED_HISTORY_H_
