// Implicit alternating least squares: the usual baseline.
#ifndef COFILTER_TRAINING_IMPLICIT_ALS_H_
#define COFILTER_TRAINING_IMPLICIT_ALS_H_

#include <cstdint>

#include "models/scorer.h"
#include "runtime/thread_pool.h"
#include "training/interaction_matrix.h"

namespace cofilter::training {

struct ImplicitAlsSettings {
  std::uint32_t dim = 64;       // 1 to 1,024
  std::uint32_t rounds = 15;    // members, then items, so many times
  double confidence = 10;       // α: an interaction of weight w counts 1 + α w, > 0
  double regularisation = 0.1;  // λ > 0
  std::uint64_t seed = 1;
};

// The same bits on any number of threads. Cost of a round: (members + items) dim³ / 6 + 2 nnz dim²
// operations.
// Source: Hu, Koren, Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008.
models::ImplicitAlsArrays TrainImplicitAls(const InteractionMatrix& matrix,
                                           const ImplicitAlsSettings& settings,
                                           runtime::ThreadPool* pool);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_IMPLICIT_ALS_H_
