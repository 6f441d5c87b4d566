// Default weights, and weights from text.
#include "data/verb_weights.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "data/field_text.h"
#include "runtime/status_macros.h"

namespace cofilter::data {

VerbWeights VerbWeights::News() {
  VerbWeights weights;
  for (const Verb verb : {Verb::kRead, Verb::kComplete, Verb::kPass, Verb::kLike, Verb::kShare,
                          Verb::kComment, Verb::kSave}) {
    weights.of(verb) = 1;
  }
  weights.of(Verb::kOpen) = 0.5f;
  weights.of(Verb::kProgress) = 0.5f;
  return weights;
}

VerbWeights VerbWeights::Learning() {
  VerbWeights weights;
  for (const Verb verb : {Verb::kComplete, Verb::kPass, Verb::kLike, Verb::kShare, Verb::kComment,
                          Verb::kSave, Verb::kSubscribe}) {
    weights.of(verb) = 1;
  }
  weights.of(Verb::kProgress) = 0.5f;
  weights.of(Verb::kRead) = 0.5f;
  weights.of(Verb::kOpen) = 0.25f;
  return weights;
}

absl::StatusOr<VerbWeights> VerbWeights::Parse(std::string_view text, const VerbWeights& base) {
  VerbWeights weights = base;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view entry = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = entry.find('=');
    const std::optional<Verb> verb = ParseVerb(entry.substr(0, equals));
    if (!verb.has_value() || equals == std::string_view::npos) {
      return FieldError("verb weight", entry, "verb=weight, such as read=1");
    }
    COFILTER_ASSIGN_OR_RETURN(const double weight,
                              ParseNumberField(VerbName(*verb), entry.substr(equals + 1)));
    weights.of(*verb) = static_cast<float>(weight);
  }
  COFILTER_RETURN_IF_ERROR(weights.Validate());
  return weights;
}

absl::Status VerbWeights::Validate() const {
  for (int i = 0; i < kVerbCount; ++i) {
    const Verb verb = static_cast<Verb>(i);
    if (!(of(verb) >= 0 && of(verb) <= 1)) {
      return FieldError(absl::StrCat("weight of ", std::string(VerbName(verb))),
                        absl::StrCat(of(verb)), "0 to 1");
    }
  }
  for (const Verb verb : {Verb::kUnspecified, Verb::kImpression, Verb::kVisit, Verb::kRetract}) {
    if (of(verb) != 0) {
      return FieldError(absl::StrCat("weight of ", std::string(VerbName(verb))),
                        absl::StrCat(of(verb)), "0, since it makes no interaction");
    }
  }
  return absl::OkStatus();
}

}  // namespace cofilter::data
