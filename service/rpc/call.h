// One unary call from its arrival to its status: admission, identity, context, the thread that
// works, metrics.
#ifndef COFILTER_SERVICE_RPC_CALL_H_
#define COFILTER_SERVICE_RPC_CALL_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "runtime/clock.h"
#include "service/executor.h"
#include "service/request_context.h"
#include "service/rpc/admission.h"
#include "service/rpc/call_guard.h"
#include "service/rpc/call_metrics.h"

namespace cofilter::service {

// What every call runs on; shared by the services of a server and outlives their calls.
struct CallFrame {
  std::string organisation;
  const runtime::Clock* clock = nullptr;
  Admission* admission = nullptr;
  CallMetrics* metrics = nullptr;
  CallGuard* guard = nullptr;
  Executor* compute = nullptr;   // scoring: as many threads as CPUs
  Executor* blocking = nullptr;  // waits for the store and loads models
};

enum class Work {
  kInline,    // microseconds: on the thread that the call came in on
  kCompute,   // scoring; inline too while no other call is in flight, for handing over costs a lone
              // call most
  kBlocking,  // waits for the disk
};

// Does a call's work: fills the response (captured by whoever makes the handler) and gives the
// status.
using Handler = std::function<absl::Status(const RequestContext&)>;
// The same for work that ends elsewhere: `finish` is called once, from any thread.
using Finish = std::function<void(absl::Status)>;
using AsyncHandler = std::function<void(const RequestContext&, Finish finish)>;

// What came in and what will go out; both live as long as the call.
struct Messages {
  const google::protobuf::Message* request;
  const google::protobuf::Message* response;
};

// The method's whole body. Over capacity the call ends with RESOURCE_EXHAUSTED and a retry hint,
// and the handler is not called; nor is it for a caller whom the guard does not let in. A call that
// was cancelled while it waited is not worked on.
grpc::ServerUnaryReactor* Serve(const CallFrame& frame, MethodMetrics& method,
                                grpc::CallbackServerContext* context, Messages messages, Work work,
                                Handler handler);
grpc::ServerUnaryReactor* ServeAsync(const CallFrame& frame, MethodMetrics& method,
                                     grpc::CallbackServerContext* context, Messages messages,
                                     Work work, AsyncHandler handler);

// The caller whom the guard let in, the deadline by the frame's clock, and the trace (traceparent,
// or a new one).
RequestContext MakeRequestContext(const CallFrame& frame,
                                  const grpc::CallbackServerContext& context,
                                  const Admitted& admitted);

// The status of a call that is turned away; puts the hint into the trailing metadata.
grpc::Status ShedStatus(const Admission& admission, grpc::CallbackServerContext* context);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_CALL_H_
