// RecordEvents and StreamEvents.
#include "service/rpc/event_service.h"

#include <utility>

#include "service/rpc/event_stream.h"

namespace cofilter::service {

EventRpc::EventRpc(const CallFrame* frame, EventIntake* intake, Admission* streams)
    : frame_(frame),
      intake_(intake),
      streams_(streams),
      record_(frame->metrics->Method("cofilter.v1.EventService/RecordEvents")),
      stream_(frame->metrics->Method("cofilter.v1.EventService/StreamEvents")) {}

grpc::ServerUnaryReactor* EventRpc::RecordEvents(grpc::CallbackServerContext* context,
                                                 const v1::RecordEventsRequest* request,
                                                 v1::RecordEventsResponse* response) {
  return ServeAsync(*frame_, record_, context, {request, response}, Work::kCompute,
                    [this, request, response](const RequestContext&, Finish finish) {
                      if (request->validate_only()) {
                        finish(intake_->Check(request->events()));
                        return;
                      }
                      intake_->Record(request->events(),
                                      [response, finish = std::move(finish)](
                                          absl::StatusOr<v1::RecordEventsResponse> recorded) {
                                        if (recorded.ok()) response->Swap(&*recorded);
                                        finish(recorded.status());
                                      });
                    });
}

grpc::ServerBidiReactor<v1::StreamEventsRequest, v1::StreamEventsResponse>* EventRpc::StreamEvents(
    grpc::CallbackServerContext* context) {
  return EventStream::Start(frame_, &stream_, streams_, intake_, context);
}

}  // namespace cofilter::service
