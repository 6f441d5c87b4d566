// Field by field; verbs have the same numbers in the log and in the contract.
#include "cli/event_message.h"

#include "service/rpc/convert_time.h"

namespace cofilter::cli {

void ToMessage(const data::Event& event, v1::Event* message) {
  message->set_event_id(event.event_id);
  message->set_member_id(event.member_id);
  message->set_item_id(event.item_id);
  message->set_verb(static_cast<v1::Verb>(event.verb));
  message->set_other_verb(event.other_verb);
  message->set_retracts_event_id(event.retracts_event_id);
  service::ToProto(event.occurred_at, message->mutable_occurred_at());
  if (event.duration_seconds)
    service::SecondsToProto(*event.duration_seconds, message->mutable_duration());
  if (event.progress) message->set_progress(*event.progress);
  if (event.score) message->set_score(*event.score);
  if (event.success) message->set_success(*event.success);
  message->set_surface(event.surface);
  message->set_recommendation_id(event.recommendation_id);
  if (event.position) message->set_position(*event.position);
  message->set_source_system(event.source_system);
  message->set_client_id(event.client_id);
  message->set_platform(event.platform);
  message->set_session_id(event.session_id);
  message->set_time_assumed(event.time_assumed);
}

}  // namespace cofilter::cli
