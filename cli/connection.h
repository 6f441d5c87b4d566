// A connection to a running server, and calls on it with a deadline.
#ifndef COFILTER_CLI_CONNECTION_H_
#define COFILTER_CLI_CONNECTION_H_

#include <chrono>
#include <memory>
#include <string>

#include <google/protobuf/message.h>
#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/command.h"

namespace cofilter::cli {

// The server's answer as our status; UNAVAILABLE says how to reach a server.
absl::Status ToStatus(const grpc::Status& status, const std::string& server);

// A message as one line of JSON, fields named as in the contract.
std::string ToJson(const google::protobuf::Message& message);

template <typename Service>
class Connection {
 public:
  explicit Connection(const Invocation& invocation)
      : server_(invocation.server),
        timeout_(invocation.timeout_seconds),
        stub_(Service::NewStub(
            grpc::CreateChannel(invocation.server, grpc::InsecureChannelCredentials()))) {}

  // Call(&Service::Stub::GetItem, request): the answer, or the status that says what is wrong.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                                                      const Request&, Response*),
                                const Request& request) {
    grpc::ClientContext context;
    SetDeadline(&context);
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    if (!status.ok()) return ToStatus(status, server_);
    return response;
  }

  typename Service::Stub& stub() { return *stub_; }
  void SetDeadline(grpc::ClientContext* context) const {
    context->set_deadline(std::chrono::system_clock::now() +
                          std::chrono::milliseconds(static_cast<int>(timeout_ * 1000)));
  }

 private:
  std::string server_;
  double timeout_;
  std::unique_ptr<typename Service::Stub> stub_;
};

}  // namespace cofilter::cli

#endif  // COFILTER_CLI_CONNECTION_H_
