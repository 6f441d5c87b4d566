// From a dataset to the arrays of one operator, and a report of how they came about.
#ifndef COFILTER_TRAINING_TRAINER_H_
#define COFILTER_TRAINING_TRAINER_H_

#include <span>

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "data/dataset.h"
#include "data/item.h"
#include "models/operator_arrays.h"
#include "runtime/thread_pool.h"
#include "training/trained_numbers.h"
#include "training/training_settings.h"

namespace cofilter::training {

struct TrainedOperator {
  models::OperatorArrays arrays;
  nlohmann::json report;  // parameters, why, sizes, seconds of each part, validation figures of all
                          // points tried
};

// Chooses what is not given (parameter_search.h), trains on everything, learns about content from
// `catalogue` (may be empty). The arrays are the same bits for the same input and seed on any
// number of threads; the times in the report are not. Datasets of one item or one member train too;
// so does an empty one, into an operator that knows no item.
// Errors: INVALID_ARGUMENT for settings out of range; FAILED_PRECONDITION as TrainRidge.
absl::StatusOr<TrainedOperator> TrainOperator(const TrainingSettings& settings,
                                              const data::Dataset& dataset,
                                              std::span<const data::Item> catalogue,
                                              runtime::ThreadPool* pool,
                                              const Narrator& narrator = {});

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_TRAINER_H_
