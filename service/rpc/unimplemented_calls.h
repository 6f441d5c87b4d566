// The calls of the contract that this release does not answer yet: one table, which
// docs/limitations.md repeats.
#ifndef COFILTER_SERVICE_RPC_UNIMPLEMENTED_CALLS_H_
#define COFILTER_SERVICE_RPC_UNIMPLEMENTED_CALLS_H_

#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "service/rpc/call.h"

namespace cofilter::service {

struct UnimplementedCall {
  std::string_view method;   // "cofilter.v1.ReviewService/CreateRule"
  std::string_view instead;  // what a caller can do now; ends the message
};
std::span<const UnimplementedCall> UnimplementedCalls();

// UNIMPLEMENTED with the method and what can be done instead. REQUIRES: the method is in the table.
absl::Status UnimplementedStatus(std::string_view method);

grpc::ServerUnaryReactor* ServeUnimplemented(const CallFrame& frame, MethodMetrics& method,
                                             grpc::CallbackServerContext* context,
                                             Messages messages);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_UNIMPLEMENTED_CALLS_H_
