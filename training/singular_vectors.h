// The global spectral term: the strongest right singular vectors of the normalised matrix.
#ifndef COFILTER_TRAINING_SINGULAR_VECTORS_H_
#define COFILTER_TRAINING_SINGULAR_VECTORS_H_

#include <cstdint>

#include <Eigen/Core>

#include "runtime/thread_pool.h"
#include "training/interaction_matrix.h"
#include "training/tall_matrix.h"

namespace cofilter::training {

struct SingularVectorsSettings {
  // Directions wanted. More: finer, and a slower pass at serving. Range: 1 to 4,096.
  std::uint32_t rank = 64;
  // Directions carried along, which make the wanted ones converge. Range: 0 to 4,096.
  std::uint32_t oversampling = 32;
  // Rounds of multiplying by XᵀX. Range: 1 to 100.
  std::uint32_t rounds = 8;
  std::uint64_t seed = 1;
};

// Shapes: items [items × rank], orthonormal columns; values [rank], falling. The rank is lower than
// asked for where the matrix has fewer directions.
struct SingularVectors {
  TallMatrix items;
  Eigen::VectorXd values;
};

// Of X = D_u^-½ M D_i^-½, D the sums of rows and columns; the largest singular value is 1. The same
// bits on any number of threads.
// Cost: rounds × (4 nnz l + 3 items l²) operations, l = rank + oversampling.
// Source: Halko, Martinsson, Tropp, "Finding structure with randomness", SIAM Review 53(2), 2011,
// algorithm 4.4; the normalisation is GF-CF's: Shen et al., "How powerful is graph convolution for
// recommendation?", CIKM 2021.
SingularVectors TrainSingularVectors(const InteractionMatrix& matrix,
                                     const SingularVectorsSettings& settings,
                                     runtime::ThreadPool* pool);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_SINGULAR_VECTORS_H_
