// The closed-form ridge for small catalogues: signed weights between all items, from one inverse.
#ifndef COFILTER_TRAINING_RIDGE_H_
#define COFILTER_TRAINING_RIDGE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "models/operator_arrays.h"
#include "runtime/thread_pool.h"
#include "training/interaction_matrix.h"

namespace cofilter::training {

struct RidgeSettings {
  double member_exponent = 0.5;  // a: how much long histories count less. Range: 0 to 2.
  double item_exponent = 0.25;   // b: how much popular items count less. Range: 0 to 1.
  // λ. More: smoother, closer to plain co-occurrence. Range: above 0.
  double lambda = 4;
  // Whether λ is a multiple of the mean of the Gram matrix's diagonal, which carries over between
  // logs.
  bool lambda_is_relative = false;
  // Targets kept per item by |value| at each end of the dial. Range: 1 to 10,000.
  std::uint32_t neighbours = 500;
  double target_exponent_low = 0;  // the ends of the dial, as in LocalNeighboursSettings
  double target_exponent_high = 0.3;
};

// With X = D_u^-a/2 M D_i^-b and P = (XᵀX + λI)⁻¹: B_ij = −(P_ij / P_jj) (d_j / d_i)^b off the
// diagonal. The same bits on any number of threads.
// Errors: FAILED_PRECONDITION when the matrix cannot be factorised (λ too small).
// Cost: 12 bytes × items² of memory and 7/3 items³ operations: 3,000 items in 2 s, 6,000 in 15 s on
// two cores.
// Source: Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019; the degree
// exponents and the scaling back are those of Steck's "Markov random fields for collaborative
// filtering", NeurIPS 2019, in general form.
absl::StatusOr<models::ListBlockArrays> TrainRidge(const InteractionMatrix& matrix,
                                                   const RidgeSettings& settings,
                                                   runtime::ThreadPool* pool);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_RIDGE_H_
