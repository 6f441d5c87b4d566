// Events between the contract and the product, checked.
#ifndef COFILTER_SERVICE_RPC_CONVERT_EVENT_H_
#define COFILTER_SERVICE_RPC_CONVERT_EVENT_H_

#include <vector>

#include "absl/status/statusor.h"
#include "cofilter/v1/event_service.pb.h"
#include "data/event.h"
#include "runtime/clock.h"
#include "service/store/event_log.h"

namespace cofilter::service {

inline constexpr int kMaxEventsPerBatch = 1000;

// All of them, each received at `received_at`. Errors: INVALID_ARGUMENT that names the event and
// the field: "events[3].item_id …".
absl::StatusOr<std::vector<data::Event>> EventsFromProto(
    const google::protobuf::RepeatedPtrField<v1::Event>& events, runtime::Time received_at);

void ToProto(const RecordOutcome& outcome, v1::RecordEventsResponse* response);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_CONVERT_EVENT_H_
