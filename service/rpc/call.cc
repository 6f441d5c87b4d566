// How a unary call is admitted, run and finished.
#include "service/rpc/call.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/log_trace.h"
#include "service/rpc/call_note.h"
#include "service/rpc/status_mapping.h"

namespace cofilter::service {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr char kInProcessPeer[] = "inproc";

// A call between admission and its status. The reactor ends with Finish, and the context with it:
// nothing of the call is touched after that.
class UnaryCall {
 public:
  UnaryCall(const CallFrame& frame, MethodMetrics& method, grpc::CallbackServerContext* context,
            Messages messages)
      : frame_(frame),
        method_(method),
        context_(context),
        messages_(messages),
        reactor_(context->DefaultReactor()),
        started_(std::chrono::steady_clock::now()),
        ticket_(frame.admission->Admit()) {
    method.Start();
  }

  bool admitted() const { return ticket_.has_value(); }
  bool cancelled() const { return context_->IsCancelled(); }
  grpc::ServerUnaryReactor* reactor() const { return reactor_; }
  // Errors: as CallGuard::Admit.
  absl::Status Identify() {
    COFILTER_ASSIGN_OR_RETURN(caller_,
                              frame_.guard->Admit(method_.name(), *context_, messages_.request));
    return absl::OkStatus();
  }
  // REQUIRES: identified.
  RequestContext MakeContext() {
    RequestContext request = MakeRequestContext(frame_, *context_, caller_);
    trace_ = request.trace;
    return request;
  }

  void Finish(absl::Status status) {
    if (status.ok() && caller_.own_only)
      status = frame_.guard->CheckAnswer(method_.name(), caller_, *messages_.response);
    End(status.code(), ToGrpc(status));
  }
  void Shed() {
    End(absl::StatusCode::kResourceExhausted, ShedStatus(*frame_.admission, context_));
  }

 private:
  void End(absl::StatusCode code, grpc::Status status) {
    NoteCall(method_, frame_.spans, trace_, code,
             std::chrono::duration_cast<std::chrono::microseconds>(
                 std::chrono::steady_clock::now() - started_));
    ticket_.reset();
    reactor_->Finish(std::move(status));
  }

  const CallFrame& frame_;
  MethodMetrics& method_;
  grpc::CallbackServerContext* const context_;
  const Messages messages_;
  Admitted caller_;
  grpc::ServerUnaryReactor* const reactor_;
  const SteadyTime started_;
  std::optional<Admission::Ticket> ticket_;
  TraceContext trace_;  // without an id: the call was turned away before it had a context
};

grpc::ServerUnaryReactor* Start(
    const CallFrame& frame, MethodMetrics& method, grpc::CallbackServerContext* context,
    Messages messages, Work work,
    const std::function<std::function<void()>(std::shared_ptr<UnaryCall>)>& bind) {
  auto call = std::make_shared<UnaryCall>(frame, method, context, messages);
  grpc::ServerUnaryReactor* const reactor = call->reactor();
  if (!call->admitted()) {
    call->Shed();
    return reactor;
  }
  if (const absl::Status status = call->Identify(); !status.ok()) {
    call->Finish(status);
    return reactor;
  }
  std::function<void()> run = bind(call);
  const bool alone =
      work == Work::kCompute && frame.admission->in_flight() <= 1 && frame.compute->idle();
  if (work == Work::kInline || alone) {
    run();
    return reactor;
  }
  // Calls of the HTTP door come over the channel inside the process.
  Executor& executor = work == Work::kCompute ? *frame.compute : *frame.blocking;
  const bool taken = absl::StartsWith(context->peer(), kInProcessPeer)
                         ? executor.SubmitGuest(std::move(run))
                         : executor.Submit(std::move(run));
  if (!taken) call->Shed();
  return reactor;
}

const absl::Status& CancelledStatus() {
  static const auto& status = *new absl::Status(absl::CancelledError("the caller has gone"));
  return status;
}

}  // namespace

RequestContext MakeRequestContext(const CallFrame& frame,
                                  const grpc::CallbackServerContext& context,
                                  const Admitted& admitted) {
  static const std::vector<std::string> everywhere = {"/"};
  RequestContext request;
  request.organisation = frame.organisation;
  request.caller = admitted.caller->subject;
  request.roles = admitted.caller->roles;
  request.org_units = admitted.scoped ? admitted.caller->org_units : everywhere;
  request.clock = frame.clock;
  const auto deadline = context.deadline();
  if (deadline != std::chrono::system_clock::time_point::max()) {
    // gRPC's deadline is by the machine's clock; ours may be another.
    const auto left =
        std::chrono::duration_cast<runtime::Duration>(deadline - std::chrono::system_clock::now());
    const runtime::Time now = frame.clock->Now();
    if (left < runtime::Time::max() - now) request.deadline = now + left;
  }
  const auto& metadata = context.client_metadata();
  if (const auto found = metadata.find("traceparent"); found != metadata.end()) {
    request.trace =
        ParseTraceparent({found->second.data(), found->second.size()}).value_or(TraceContext());
  }
  if (request.trace.trace_id.empty()) request.trace = NewTrace();
  return request;
}

grpc::Status ShedStatus(const Admission& admission, grpc::CallbackServerContext* context) {
  const std::int64_t wait = admission.RetryHint().count();
  context->AddTrailingMetadata("grpc-retry-pushback-ms", absl::StrCat(wait));
  return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED,
                      absl::StrCat("the server is at its limit of ", admission.limit(),
                                   " calls in flight; come back in ", wait, " ms"));
}

grpc::ServerUnaryReactor* Serve(const CallFrame& frame, MethodMetrics& method,
                                grpc::CallbackServerContext* context, Messages messages, Work work,
                                Handler handler) {
  return Start(frame, method, context, messages, work, [&handler](std::shared_ptr<UnaryCall> call) {
    return [call = std::move(call), handler = std::move(handler)] {
      if (call->cancelled()) {
        call->Finish(CancelledStatus());
        return;
      }
      const RequestContext request = call->MakeContext();
      const LogTraceScope scope(request.trace.trace_id);
      call->Finish(handler(request));
    };
  });
}

grpc::ServerUnaryReactor* ServeAsync(const CallFrame& frame, MethodMetrics& method,
                                     grpc::CallbackServerContext* context, Messages messages,
                                     Work work, AsyncHandler handler) {
  return Start(frame, method, context, messages, work, [&handler](std::shared_ptr<UnaryCall> call) {
    return [call = std::move(call), handler = std::move(handler)] {
      if (call->cancelled()) {
        call->Finish(CancelledStatus());
        return;
      }
      const RequestContext request = call->MakeContext();
      const LogTraceScope scope(request.trace.trace_id);
      handler(request, [call](absl::Status status) { call->Finish(status); });
    };
  });
}

}  // namespace cofilter::service
