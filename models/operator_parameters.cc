// Checks of the operator's parameters and the dial's notches.
#include "models/operator_parameters.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::models {
namespace {

constexpr std::size_t kMaxLists = 8;
constexpr double kLargest = 1e6;
constexpr std::array<std::string_view, 4> kListKindNames = {"", "local", "ridge", "directed"};

// Written so that NaN fails.
absl::Status CheckRange(const std::string& name, double value, double low, double high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " is ", value, "; right: ", low, " to ", high));
}

absl::Status CheckExponents(const std::string& name, double source,
                            const std::array<double, kNotches>& targets) {
  COFILTER_RETURN_IF_ERROR(CheckRange(name + ".source_exponent", source, -2, 2));
  for (int notch = 0; notch < kNotches; ++notch) {
    COFILTER_RETURN_IF_ERROR(
        CheckRange(absl::StrCat(name, ".target_exponent[", notch, "]"), targets[notch], -2, 2));
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view ListKindName(ListKind kind) {
  const auto number = static_cast<std::size_t>(kind);
  return number < kListKindNames.size() ? kListKindNames[number] : std::string_view();
}

std::optional<ListKind> ParseListKind(std::string_view name) {
  for (std::size_t number = 1; number < kListKindNames.size(); ++number) {
    if (kListKindNames[number] == name) return static_cast<ListKind>(number);
  }
  return std::nullopt;
}

int NotchOf(double dial) {
  if (!(dial > 0)) return 0;  // NaN too
  return static_cast<int>(std::lround(std::min(dial, 1.0) * (kNotches - 1)));
}

absl::Status OperatorParameters::Validate() const {
  if (lists.size() > kMaxLists) {
    return absl::InvalidArgumentError(
        absl::StrCat("lists has ", lists.size(), " entries; right: at most ", kMaxLists));
  }
  if (lists.empty() && !(global.weight > 0)) {
    return absl::InvalidArgumentError(
        "lists is empty and global.weight is 0; right: at least one list, or a global weight");
  }
  for (std::size_t b = 0; b < lists.size(); ++b) {
    const std::string name = absl::StrCat("lists[", b, "]");
    if (ListKindName(lists[b].kind).empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, ".kind is ", static_cast<int>(lists[b].kind),
                       "; right: 1 (local), 2 (ridge), 3 (directed)"));
    }
    COFILTER_RETURN_IF_ERROR(CheckRange(name + ".weight", lists[b].weight, 1 / kLargest, kLargest));
    COFILTER_RETURN_IF_ERROR(
        CheckExponents(name, lists[b].source_exponent, lists[b].target_exponent));
  }
  COFILTER_RETURN_IF_ERROR(CheckRange("global.weight", global.weight, 0, kLargest));
  COFILTER_RETURN_IF_ERROR(
      CheckExponents("global", global.source_exponent, global.target_exponent));
  COFILTER_RETURN_IF_ERROR(CheckRange("history.by_rank", history.by_rank, 0, 4));
  COFILTER_RETURN_IF_ERROR(CheckRange("history.by_age", history.by_age, 0, 4));
  if (history.limit < 1) {
    return absl::InvalidArgumentError("history.limit is 0; right: 1 or more");
  }
  COFILTER_RETURN_IF_ERROR(CheckRange("trend.exponent", trend.exponent, 0, 4));
  COFILTER_RETURN_IF_ERROR(CheckRange("evidence.prior_events", evidence.prior_events, 0, 1000));
  COFILTER_RETURN_IF_ERROR(CheckRange("content.gain", content.gain, 0, kLargest));
  if (ranker.has_value()) COFILTER_RETURN_IF_ERROR(ranker->Validate());
  COFILTER_RETURN_IF_ERROR(CheckRange("content.ridge", content.ridge, 1e-6, kLargest));
  COFILTER_RETURN_IF_ERROR(CheckRange("content.smoothing", content.smoothing, 0, 1000));
  for (std::size_t group = 0; group < content.feature_weights.size(); ++group) {
    COFILTER_RETURN_IF_ERROR(CheckRange(absl::StrCat("content.feature_weights[", group, "]"),
                                        content.feature_weights[group], 0, 1000));
  }
  return CheckRange("content.assumed_rel", content.assumed_rel, 1 / kLargest, kLargest);
}

}  // namespace cofilter::models
