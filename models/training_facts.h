// What the training tells of an operator beyond its numbers: on what it was trained, and what its
// dial does.
#ifndef COFILTER_MODELS_TRAINING_FACTS_H_
#define COFILTER_MODELS_TRAINING_FACTS_H_

#include <array>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "models/operator_parameters.h"

namespace cofilter::models {

// Means over the members of the validation part, at each notch: lists of 20.
struct DialEffects {
  std::array<double, kNotches> recall{};
  std::array<double, kNotches> ndcg{};
  std::array<double, kNotches> tail_recall{};
  std::array<double, kNotches> coverage{};

  // The share of notch 0's recall that a notch gave up; 0 where it gave up none, never falling with
  // the notch.
  double Cost(int notch) const;
};

struct TrainingFacts {
  // data::PairDigest of the interactions, in hexadecimal; empty: not told.
  std::string data_digest;
  // Absent: the dial was given, not calibrated.
  std::optional<DialEffects> dial;

  // Errors: INVALID_ARGUMENT that names the entry and the range.
  absl::Status Validate() const;
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_TRAINING_FACTS_H_
