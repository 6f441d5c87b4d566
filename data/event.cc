// Verbs and the checks of an event.
#include "data/event.h"

#include <array>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

constexpr std::array<std::string_view, kVerbCount> kVerbNames = {
    "",      "impression", "open", "read",    "progress",  "complete", "pass",    "fail", "like",
    "share", "comment",    "save", "dismiss", "subscribe", "visit",    "retract", "other"};

absl::Status ValidateOptionalId(std::string_view field, std::string_view id) {
  return id.empty() ? absl::OkStatus() : ValidateId(field, id);
}

// NaN is out of every range.
absl::Status ValidateRange(std::string_view field, const std::optional<float>& value, float low,
                           float high, std::string_view right) {
  if (!value.has_value() || (*value >= low && *value <= high)) return absl::OkStatus();
  return FieldError(field, absl::StrCat(*value), right);
}

}  // namespace

std::string_view VerbName(Verb verb) {
  const auto index = static_cast<std::size_t>(verb);
  return index < kVerbNames.size() ? kVerbNames[index] : std::string_view();
}

std::optional<Verb> ParseVerb(std::string_view name) {
  for (std::size_t i = 1; i < kVerbNames.size(); ++i) {
    if (kVerbNames[i] == name) return static_cast<Verb>(i);
  }
  return std::nullopt;
}

absl::Status ValidateId(std::string_view field, std::string_view id) {
  if (id.empty()) return FieldError(field, id, "1 to 256 bytes");
  return ValidateText(field, id, kMaxIdBytes);
}

absl::Status ValidateEvent(const Event& event) {
  COFILTER_RETURN_IF_ERROR(ValidateId("event_id", event.event_id));
  COFILTER_RETURN_IF_ERROR(ValidateId("member_id", event.member_id));
  if (event.verb == Verb::kUnspecified || static_cast<int>(event.verb) >= kVerbCount) {
    return FieldError("verb", VerbName(event.verb), "one of read, open, complete, like, …");
  }
  // A retraction names its event; the item is then known from there.
  if (event.verb == Verb::kVisit || event.verb == Verb::kRetract) {
    COFILTER_RETURN_IF_ERROR(ValidateOptionalId("item_id", event.item_id));
  } else {
    COFILTER_RETURN_IF_ERROR(ValidateId("item_id", event.item_id));
  }
  if (event.verb == Verb::kOther) {
    COFILTER_RETURN_IF_ERROR(ValidateId("other_verb", event.other_verb));
  } else if (!event.other_verb.empty()) {
    return FieldError("other_verb", event.other_verb, "empty unless verb is other");
  }
  if (event.verb == Verb::kRetract) {
    COFILTER_RETURN_IF_ERROR(ValidateId("retracts_event_id", event.retracts_event_id));
  } else if (!event.retracts_event_id.empty()) {
    return FieldError("retracts_event_id", event.retracts_event_id, "empty unless verb is retract");
  }
  if (event.occurred_at == runtime::Time{}) {
    return FieldError("occurred_at", "", "the time at which it happened, after 1970-01-01");
  }
  if (event.duration_seconds.has_value() &&
      !(std::isfinite(*event.duration_seconds) && *event.duration_seconds >= 0)) {
    return FieldError("duration_seconds", absl::StrCat(*event.duration_seconds), "0 or more");
  }
  COFILTER_RETURN_IF_ERROR(ValidateRange("progress", event.progress, 0, 1, "0 to 1"));
  COFILTER_RETURN_IF_ERROR(ValidateRange("score", event.score, -1, 1, "-1 to 1"));
  if (event.position.has_value() && *event.position < 1) {
    return FieldError("position", absl::StrCat(*event.position), "1 or more");
  }
  COFILTER_RETURN_IF_ERROR(ValidateOptionalId("surface", event.surface));
  COFILTER_RETURN_IF_ERROR(ValidateOptionalId("recommendation_id", event.recommendation_id));
  COFILTER_RETURN_IF_ERROR(ValidateOptionalId("source_system", event.source_system));
  COFILTER_RETURN_IF_ERROR(ValidateOptionalId("client_id", event.client_id));
  COFILTER_RETURN_IF_ERROR(ValidateOptionalId("platform", event.platform));
  return ValidateOptionalId("session_id", event.session_id);
}

}  // namespace cofilter::data
