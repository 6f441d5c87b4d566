// The fields of an event, and the id of an event that has none.
#include <array>
#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "data/field_access.h"
#include "data/field_checks.h"
#include "runtime/digest.h"

namespace cofilter::data {
namespace {

using field_access::Plain;

absl::Status SetVerb(Event& event, std::string_view, std::string_view text) {
  const std::optional<Verb> verb = ParseVerb(text);
  event.verb = verb.value_or(Verb::kOther);
  if (!verb.has_value()) event.other_verb.assign(text);
  return absl::OkStatus();
}

absl::Status SetPosition(Event& event, std::string_view name, std::string_view text) {
  COFILTER_ASSIGN_OR_RETURN(const std::int64_t position, ParseIntegerField(name, text));
  if (position < 1 || position > std::numeric_limits<std::int32_t>::max()) {
    return FieldError(name, text, "1 or more");
  }
  event.position = static_cast<std::int32_t>(position);
  return absl::OkStatus();
}

constexpr std::array kFields = {
    Plain<&Event::event_id>("event_id"),
    Plain<&Event::member_id>("member_id"),
    Plain<&Event::item_id>("item_id"),
    Field<Event>{"verb", FieldType::kText, SetVerb,
                 [](const Event& event, std::string& out) { out += VerbName(event.verb); },
                 nullptr},
    Plain<&Event::occurred_at>("occurred_at"),
    Plain<&Event::received_at>("received_at"),
    Plain<&Event::duration_seconds>("duration_seconds"),
    Plain<&Event::progress>("progress"),
    Plain<&Event::score>("score"),
    Plain<&Event::success>("success"),
    Plain<&Event::surface>("surface"),
    Plain<&Event::recommendation_id>("recommendation_id"),
    Field<Event>{"position", FieldType::kNumber, SetPosition,
                 [](const Event& event, std::string& out) {
                   if (event.position) AppendNumber(out, std::int64_t{*event.position});
                 },
                 nullptr},
    Plain<&Event::source_system>("source_system"),
    Plain<&Event::client_id>("client_id"),
    Plain<&Event::platform>("platform"),
    Plain<&Event::session_id>("session_id"),
    Plain<&Event::retracts_event_id>("retracts_event_id"),
    Plain<&Event::other_verb>("other_verb"),
    Plain<&Event::time_assumed>("time_assumed"),
};

}  // namespace

template <>
std::span<const Field<Event>> FieldsOf<Event>() {
  return kFields;
}

std::string DeriveEventId(const Event& event) {
  const std::string_view verb =
      event.verb == Verb::kOther ? std::string_view(event.other_verb) : VerbName(event.verb);
  const std::string& object = event.verb == Verb::kRetract && event.item_id.empty()
                                  ? event.retracts_event_id
                                  : event.item_id;
  std::string text;
  text.reserve(event.member_id.size() + object.size() + verb.size() + 32);
  text.append(event.member_id).append("\t").append(object).append("\t").append(verb).append("\t");
  text.append(runtime::FormatTime(event.occurred_at));
  const runtime::Sha256Digest digest = runtime::Sha256(text);
  return runtime::Hex(std::span(digest).first(16));
}

absl::Status CompleteRecord(Event& event) {
  if (event.event_id.empty()) event.event_id = DeriveEventId(event);
  return ValidateEvent(event);
}

void ClearRecord(Event& event) {
  for (std::string* text :
       {&event.event_id, &event.member_id, &event.item_id, &event.other_verb,
        &event.retracts_event_id, &event.surface, &event.recommendation_id, &event.source_system,
        &event.client_id, &event.platform, &event.session_id}) {
    text->clear();
  }
  event.verb = Verb::kUnspecified;
  event.occurred_at = event.received_at = runtime::Time{};
  event.time_assumed = false;
  event.duration_seconds.reset();
  event.progress.reset();
  event.score.reset();
  event.success.reset();
  event.position.reset();
}

}  // namespace cofilter::data
