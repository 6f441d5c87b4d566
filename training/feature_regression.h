// Ridge regression from sparse features to dense targets, for many targets at once.
#ifndef COFILTER_TRAINING_FEATURE_REGRESSION_H_
#define COFILTER_TRAINING_FEATURE_REGRESSION_H_

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "runtime/thread_pool.h"
#include "training/tall_matrix.h"

namespace cofilter::training {

// Bucket → value, by rising bucket.
using SparseFeatures = std::vector<std::pair<std::uint32_t, float>>;

// W that minimises Σ_r confidence_r |features_r W − targets_r|² + λ |W|². Conjugate gradient on
// each target column by itself, all columns in one pass; stops after `iterations`, or when all
// residuals are below 1e-3 of their start. The same bits on any number of threads.
// Shapes: features [rows], confidence [rows], targets [rows × dim] → [buckets × dim]; buckets that
// no row has stay 0.
// Source: Hestenes and Stiefel 1952; with the Jacobi preconditioner.
TallMatrix SolveFeatureRegression(std::span<const SparseFeatures> features,
                                  std::span<const float> confidence, const TallMatrix& targets,
                                  std::uint32_t buckets, double lambda, std::uint32_t iterations,
                                  runtime::ThreadPool* pool);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_FEATURE_REGRESSION_H_
