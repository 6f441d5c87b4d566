// The local lists: who read this also read that, the best neighbours of every item.
#ifndef COFILTER_TRAINING_LOCAL_NEIGHBOURS_H_
#define COFILTER_TRAINING_LOCAL_NEIGHBOURS_H_

#include <cstdint>

#include "models/operator_arrays.h"
#include "runtime/thread_pool.h"
#include "training/interaction_matrix.h"

namespace cofilter::training {

struct LocalNeighboursSettings {
  // Targets kept per item at each end of the dial, so up to twice as many in all. Fewer: smaller
  // and faster, and the tail loses reach. Range: 1 to 10,000.
  std::uint32_t neighbours = 200;
  // The ends of the dial: targets are compared by value · rel^-q at both. Range: -2 to 2.
  double target_exponent_low = 0;
  double target_exponent_high = 0.3;
};

// B = Mᵀ D_u⁻¹ M / mean(d) without its diagonal, D_u the sums of the members' rows. The matrix
// should be built with a limit to the histories, which bounds the cost. The same bits on any number
// of threads.
// Cost: Σ_m |H_m|² additions, and a float an item for each thread.
// Source: Deshpande and Karypis, "Item-based top-N recommendation algorithms", TOIS 22(1), 2004;
// the row normalisation is the two-step random walk of Cooper et al., "Random walks in recommender
// systems", WWW 2014.
models::ListBlockArrays TrainLocalNeighbours(const InteractionMatrix& matrix,
                                             const LocalNeighboursSettings& settings,
                                             runtime::ThreadPool* pool);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_LOCAL_NEIGHBOURS_H_
