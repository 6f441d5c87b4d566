// EventService: adapters over the event log.
#ifndef COFILTER_SERVICE_RPC_EVENT_SERVICE_H_
#define COFILTER_SERVICE_RPC_EVENT_SERVICE_H_

#include "cofilter/v1/event_service.grpc.pb.h"
#include "service/rpc/call.h"
#include "service/rpc/event_intake.h"
#include "service/store/store.h"

namespace cofilter::service {

class EventRpc final : public v1::EventService::CallbackService {
 public:
  // All outlive it. `streams` admits streams.
  EventRpc(const CallFrame* frame, EventIntake* intake, Admission* streams, ImportStore* imports);

  grpc::ServerUnaryReactor* RecordEvents(grpc::CallbackServerContext* context,
                                         const v1::RecordEventsRequest* request,
                                         v1::RecordEventsResponse* response) override;
  grpc::ServerBidiReactor<v1::StreamEventsRequest, v1::StreamEventsResponse>* StreamEvents(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* RecordImport(grpc::CallbackServerContext* context,
                                         const v1::RecordImportRequest* request,
                                         v1::Import* response) override;
  grpc::ServerUnaryReactor* ListImports(grpc::CallbackServerContext* context,
                                        const v1::ListImportsRequest* request,
                                        v1::ListImportsResponse* response) override;

 private:
  const CallFrame* const frame_;
  EventIntake* const intake_;
  Admission* const streams_;
  ImportStore* const imports_;
  MethodMetrics& record_;
  MethodMetrics& stream_;
  MethodMetrics& record_import_;
  MethodMetrics& list_imports_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_EVENT_SERVICE_H_
