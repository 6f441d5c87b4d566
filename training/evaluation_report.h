// An evaluation for people (a table) and for programs (JSON).
#ifndef COFILTER_TRAINING_EVALUATION_REPORT_H_
#define COFILTER_TRAINING_EVALUATION_REPORT_H_

#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "training/evaluator.h"

namespace cofilter::training {

// {"model","notch","k","members",…,"recall":{"mean","low","high","members"},…,"coverage","gini"};
// notch null: no dial.
nlohmann::json EvaluationJson(const Evaluation& evaluation);
// Errors: INVALID_ARGUMENT naming the field that is missing or wrong.
absl::StatusOr<Evaluation> EvaluationFromJson(const nlohmann::json& json);

// One row a model and notch, intervals as ±, with a heading that says whom and what was asked.
std::string EvaluationTable(std::span<const Evaluation> evaluations);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_EVALUATION_REPORT_H_
