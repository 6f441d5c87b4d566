// The directed lists: who took this then took that, the best followers of every item.
#ifndef COFILTER_TRAINING_DIRECTED_NEIGHBOURS_H_
#define COFILTER_TRAINING_DIRECTED_NEIGHBOURS_H_

#include <cstdint>

#include "models/operator_arrays.h"
#include "runtime/thread_pool.h"
#include "training/interaction_matrix.h"

namespace cofilter::training {

struct DirectedNeighboursSettings {
  // Targets kept per item at each end of the dial, so up to twice as many in all.
  // Range: 1 to 10,000.
  std::uint32_t neighbours = 100;
  // The ends of the dial: targets are compared by value · rel^-q at both. Range: -2 to 2.
  double target_exponent_low = 0;
  double target_exponent_high = 0.3;
  // A pair of items this many steps further apart counts half. > 0
  double half_life_steps = 8;
  // Pairs further apart do not count: what bounds the cost. Range: 1 to 1,000.
  std::uint32_t longest_step = 30;
  // What a step back counts beside the same step ahead. Range: 0 to 1.
  double backward_share = 0.3;
  // A member counts |H|^-a. Range: 0 to 2.
  double member_exponent = 0.5;
};

// B[i, j] = Σ_m |H_m|^-a Σ_{L ≤ longest} ½^((L-1)/h) ([i L steps before j] + β [j L steps before
// i]) / mean(d), without its diagonal. The matrix has members' rows in the order of their events.
// The same bits on any number of threads.
// Cost: two additions for each interaction and step, and a float an item for each thread.
// Source: the transition counts of Rendle, Freudenthaler, Schmidt-Thieme, "Factorizing personalized
// Markov chains for next-basket recommendation", WWW 2010, at every distance instead of one.
models::ListBlockArrays TrainDirectedNeighbours(const InteractionMatrix& matrix,
                                                const DirectedNeighboursSettings& settings,
                                                runtime::ThreadPool* pool);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_DIRECTED_NEIGHBOURS_H_
