// Event and the outcome of recording.
#include "service/rpc/convert_event.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "runtime/status_macros.h"
#include "service/rpc/convert_time.h"
#include "service/rpc/status_mapping.h"

namespace cofilter::service {
namespace {

static_assert(v1::Verb_MAX + 1 == data::kVerbCount);
static_assert(v1::VERB_OTHER == static_cast<int>(data::Verb::kOther));
static_assert(v1::VERB_RETRACT == static_cast<int>(data::Verb::kRetract));
static_assert(v1::VERB_SAVE == static_cast<int>(data::Verb::kSave));

absl::StatusOr<data::Event> FromProto(const v1::Event& event, runtime::Time received_at) {
  data::Event out;
  out.event_id = event.event_id();
  out.member_id = event.member_id();
  out.item_id = event.item_id();
  if (!v1::Verb_IsValid(event.verb()) || event.verb() == v1::VERB_UNSPECIFIED) {
    return data::FieldError("verb", absl::StrCat(static_cast<int>(event.verb())),
                            "a verb that v1.Verb names");
  }
  out.verb = static_cast<data::Verb>(event.verb());
  out.other_verb = event.other_verb();
  out.retracts_event_id = event.retracts_event_id();
  if (!event.has_occurred_at())
    return data::FieldError("occurred_at", "", "the time at which it happened");
  COFILTER_ASSIGN_OR_RETURN(out.occurred_at,
                            service::FromProto("occurred_at", event.occurred_at()));
  out.received_at = received_at;
  if (event.has_duration()) {
    COFILTER_ASSIGN_OR_RETURN(out.duration_seconds, SecondsFromProto("duration", event.duration()));
  }
  if (event.has_progress()) out.progress = event.progress();
  if (event.has_score()) out.score = event.score();
  if (event.has_success()) out.success = event.success();
  out.surface = event.surface();
  out.recommendation_id = event.recommendation_id();
  if (event.has_position()) out.position = event.position();
  out.source_system = event.source_system();
  out.client_id = event.client_id();
  out.platform = event.platform();
  out.session_id = event.session_id();
  out.time_assumed = event.time_assumed();
  COFILTER_RETURN_IF_ERROR(data::ValidateEvent(out));
  return out;
}

v1::Durability ToProto(Durability durability) {
  switch (durability) {
    case Durability::kLocalSync:
      return v1::DURABILITY_LOCAL_SYNC;
    case Durability::kReplicated:
      return v1::DURABILITY_REPLICATED;
    case Durability::kMemory:
      return v1::DURABILITY_MEMORY;
  }
  return v1::DURABILITY_UNSPECIFIED;
}

}  // namespace

absl::StatusOr<std::vector<data::Event>> EventsFromProto(
    const google::protobuf::RepeatedPtrField<v1::Event>& events, runtime::Time received_at) {
  if (events.empty() || events.size() > kMaxEventsPerBatch) {
    return data::FieldError("events", absl::StrCat(events.size(), " entries"),
                            absl::StrCat("1 to ", kMaxEventsPerBatch));
  }
  std::vector<data::Event> all;
  all.reserve(static_cast<std::size_t>(events.size()));
  for (int i = 0; i < events.size(); ++i) {
    absl::StatusOr<data::Event> event = FromProto(events[i], received_at);
    if (!event.ok()) return WithFieldPrefix(absl::StrCat("events[", i, "]."), event.status());
    all.push_back(*std::move(event));
  }
  return all;
}

void ToProto(const RecordOutcome& outcome, v1::RecordEventsResponse* response) {
  response->set_durability(ToProto(outcome.durability));
  response->set_recorded(static_cast<std::int32_t>(outcome.recorded));
  response->set_duplicates(static_cast<std::int32_t>(outcome.duplicates));
  for (const std::string& id : outcome.conflicting_event_ids)
    response->add_conflicting_event_ids(id);
  for (const std::string& id : outcome.unknown_item_ids) response->add_unknown_item_ids(id);
}

}  // namespace cofilter::service
