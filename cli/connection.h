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
#include "cli/channel.h"
#include "cli/command.h"

namespace cofilter::cli {

// The server's answer as our status; UNAVAILABLE says how to reach a server.
absl::Status ToStatus(const grpc::Status& status, const std::string& server);

// The channel that the command line asks for: its token, its TLS.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const Invocation& invocation);

// A message as one line of JSON, fields named as in the contract.
std::string ToJson(const google::protobuf::Message& message);

template <typename Service>
class Connection {
 public:
  explicit Connection(const Invocation& invocation)
      : server_(invocation.server),
        timeout_(invocation.timeout_seconds),
        channel_(OpenChannel(invocation)),
        stub_(channel_.ok() ? Service::NewStub(*channel_) : nullptr) {}

  // Call(&Service::Stub::GetItem, request): the answer, or the status that says what is wrong.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                                                      const Request&, Response*),
                                const Request& request) {
    if (!channel_.ok()) return channel_.status();
    grpc::ClientContext context;
    SetDeadline(&context);
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    if (!status.ok()) return ToStatus(status, server_);
    return response;
  }

  void SetDeadline(grpc::ClientContext* context) const {
    context->set_deadline(std::chrono::system_clock::now() +
                          std::chrono::milliseconds(static_cast<int>(timeout_ * 1000)));
  }

 private:
  std::string server_;
  double timeout_;
  absl::StatusOr<std::shared_ptr<grpc::Channel>> channel_;
  std::unique_ptr<typename Service::Stub> stub_;
};

}  // namespace cofilter::cli

#endif  // COFILTER_CLI_CONNECTION_H_
