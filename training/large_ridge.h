// The closed-form ridge for large catalogues: a polynomial of the Gram matrix stands in for its
// inverse.
#ifndef COFILTER_TRAINING_LARGE_RIDGE_H_
#define COFILTER_TRAINING_LARGE_RIDGE_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "models/operator_arrays.h"
#include "runtime/thread_pool.h"
#include "training/interaction_matrix.h"
#include "training/ridge.h"

namespace cofilter::training {

struct LargeRidgeSettings {
  RidgeSettings ridge;
  // Relative error that the polynomial may have against the inverse (InversePolynomial). Less:
  // closer to TrainRidge, and more products. Range: 1e-6 to .5.
  double tolerance = 0.01;
  std::uint64_t seed = 1;  // of the columns that the spectrum is measured with
};

// The lists of TrainRidge, with P taken by its polynomial: every column costs as many products with
// XᵀX, through X and back, as the polynomial has degrees, less one, and nothing else. With λ of
// some ten times the mean diagonal, two or three degrees are enough. The diagonal of P is that of
// the polynomial, too; only which targets are kept is decided as if it were even. The same bits on
// any number of threads. Errors: INVALID_ARGUMENT when λ is so small that degree 64 does not reach
// the tolerance. Cost: (degree − 1) × 2 nnz items multiply-adds, about 6·10⁹ a second on a core
// while the block fits the cache: 41,000 items and 810,000 interactions take 11 CPU-seconds a
// degree. Memory: 16 bytes an interaction, 260 bytes a thread for each item and 128 for each
// member, 8 bytes an entry of the result, twice.
absl::StatusOr<models::ListBlockArrays> TrainLargeRidge(const InteractionMatrix& matrix,
                                                        const LargeRidgeSettings& settings,
                                                        runtime::ThreadPool* pool);

// The multiply-adds that TrainLargeRidge takes for a polynomial of degree 3: what its training is
// bounded by.
double LargeRidgeWork(std::size_t interactions, std::size_t items);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_LARGE_RIDGE_H_
