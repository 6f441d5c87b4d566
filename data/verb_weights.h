// How much each verb says: the weight of the interaction that an event makes.
#ifndef COFILTER_DATA_VERB_WEIGHTS_H_
#define COFILTER_DATA_VERB_WEIGHTS_H_

#include <array>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/event.h"

namespace cofilter::data {

// Indexed by Verb. Range: 0 (the verb makes no interaction) to 1. Several events of a member with
// an item make one interaction of the largest weight; an amount of progress does not change its
// verb's weight.
struct VerbWeights {
  std::array<float, kVerbCount> weights{};

  // read, complete, pass, like, share, comment, save: 1; open, progress: .5.
  static VerbWeights News();
  // complete, pass, like, share, comment, save, subscribe: 1; progress, read: .5; open: .25.
  static VerbWeights Learning();
  // Changes `base` by "read=1,open=0.5". Errors: INVALID_ARGUMENT naming the verb or the weight.
  static absl::StatusOr<VerbWeights> Parse(std::string_view text, const VerbWeights& base);

  float of(Verb verb) const { return weights[static_cast<std::size_t>(verb)]; }
  float& of(Verb verb) { return weights[static_cast<std::size_t>(verb)]; }
  // Errors: INVALID_ARGUMENT for a weight out of range, and for one on impression, visit or
  // retract, which make no interaction.
  absl::Status Validate() const;

  bool operator==(const VerbWeights&) const = default;
};

}  // namespace cofilter::data

#endif  // COFILTER_DATA_VERB_WEIGHTS_H_
