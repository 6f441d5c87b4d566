// What there is to evaluate: the operators of an artifact, and the baselines, trained on the spot.
#ifndef COFILTER_TRAINING_EVALUATION_MODELS_H_
#define COFILTER_TRAINING_EVALUATION_MODELS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/dataset.h"
#include "models/scorer.h"
#include "runtime/thread_pool.h"

namespace cofilter::training {

// A baseline as ParseBaseline takes it, trained here. Errors: those of ParseBaseline and
// BaselineTrainer.
absl::StatusOr<std::unique_ptr<const models::Scorer>> TrainBaseline(const std::string& text,
                                                                    const data::Dataset& train,
                                                                    std::uint64_t seed,
                                                                    runtime::ThreadPool* pool);

// "all", or numbers and dashes such as "0", "0,5,10" or "0-10".
// Errors: INVALID_ARGUMENT.
absl::StatusOr<std::vector<int>> ParseNotches(const std::string& text);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_EVALUATION_MODELS_H_
