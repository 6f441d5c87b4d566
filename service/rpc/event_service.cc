// RecordEvents and StreamEvents.
#include "service/rpc/event_service.h"

#include <utility>

#include "runtime/status_macros.h"
#include "service/rpc/convert_import.h"
#include "service/rpc/event_stream.h"

namespace cofilter::service {

EventRpc::EventRpc(const CallFrame* frame, EventIntake* intake, Admission* streams,
                   ImportStore* imports)
    : frame_(frame),
      intake_(intake),
      streams_(streams),
      imports_(imports),
      record_(frame->metrics->Method("cofilter.v1.EventService/RecordEvents")),
      stream_(
          frame->metrics->Method("cofilter.v1.EventService/StreamEvents", CallType::kBidiStream)),
      record_import_(frame->metrics->Method("cofilter.v1.EventService/RecordImport")),
      list_imports_(frame->metrics->Method("cofilter.v1.EventService/ListImports")) {}

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

grpc::ServerUnaryReactor* EventRpc::RecordImport(grpc::CallbackServerContext* context,
                                                 const v1::RecordImportRequest* request,
                                                 v1::Import* response) {
  return Serve(*frame_, record_import_, context, {request, response}, Work::kBlocking,
               [this, request, response](const RequestContext&) -> absl::Status {
                 COFILTER_ASSIGN_OR_RETURN(const StoredImport stored,
                                           ImportFromProto("import.", request->import()));
                 COFILTER_RETURN_IF_ERROR(imports_->Put(stored));
                 *response = request->import();
                 return absl::OkStatus();
               });
}

grpc::ServerUnaryReactor* EventRpc::ListImports(grpc::CallbackServerContext* context,
                                                const v1::ListImportsRequest* request,
                                                v1::ListImportsResponse* response) {
  return Serve(*frame_, list_imports_, context, {request, response}, Work::kBlocking,
               [this, request, response](const RequestContext&) {
                 return ListImportPage(*request, imports_, response);
               });
}

}  // namespace cofilter::service
