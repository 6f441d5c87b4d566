// The gate: whether a new model may take the place of the one in service, by accuracy and tail
// together.
#ifndef COFILTER_TRAINING_GATE_H_
#define COFILTER_TRAINING_GATE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "training/evaluator.h"

namespace cofilter::training {

struct GateSettings {
  // How much of each measure the candidate may lose against the model in service, as a share.
  // Range: 0 to 1.
  double accuracy_tolerance = 0.03;  // recall + NDCG
  double tail_tolerance = 0.10;      // tail recall
  double coverage_tolerance = 0.15;
  // What the two losses may come to together: accuracy's share lost plus half the tail's. Range: 0
  // to 2.
  double joint_tolerance = 0.05;
  // With fewer members asked the figures say nothing: the gate keeps what is in service. Range: 1
  // and more.
  std::size_t least_members = 30;

  absl::Status Validate() const;
};

struct GateDecision {
  bool accept = false;
  std::vector<std::string> reasons;  // at least one, in words, with figures
};

// `current` is nullopt when nothing is in service: then the candidate has to reach `popularity`,
// where given, within accuracy's tolerance. A loss that is smaller than half of the candidate's
// 95 % interval is noise and counts as none. Both reports must stem from the same test.
// Errors: INVALID_ARGUMENT for settings out of range, and for reports of different tests, which
// cannot be compared.
absl::StatusOr<GateDecision> DecideGate(const Evaluation& candidate,
                                        const std::optional<Evaluation>& current,
                                        const std::optional<Evaluation>& popularity,
                                        const GateSettings& settings);

// {"accept","reasons"}.
nlohmann::json GateJson(const GateDecision& decision);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_GATE_H_
