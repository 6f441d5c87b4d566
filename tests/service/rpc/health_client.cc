// HealthCheckRequest {string service = 1}, HealthCheckResponse {enum status = 1: 1 SERVING, 2
// NOT_SERVING}.
#include "tests/service/rpc/health_client.h"

#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <future>
#include <utility>
#include <vector>

namespace cofilter::service {

grpc::Status CallBytes(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                       const std::string& request, std::string* response) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  const grpc::Slice slice(request);
  const grpc::ByteBuffer sent(&slice, 1);
  grpc::ByteBuffer received;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, "/" + method, grpc::StubOptions(), &sent, &received,
                 [&done](grpc::Status status) { done.set_value(std::move(status)); });
  grpc::Status status = done.get_future().get();
  response->clear();
  std::vector<grpc::Slice> slices;
  if (status.ok() && received.Dump(&slices).ok()) {
    for (const grpc::Slice& part : slices)
      response->append(reinterpret_cast<const char*>(part.begin()), part.size());
  }
  return status;
}

std::string ServingStatus(const std::shared_ptr<grpc::Channel>& channel,
                          const std::string& service) {
  std::string request;
  if (!service.empty()) {
    request += '\x0a';
    request += static_cast<char>(service.size());
    request += service;
  }
  std::string response;
  const grpc::Status status = CallBytes(channel, "grpc.health.v1.Health/Check", request, &response);
  if (!status.ok()) return status.error_message();
  if (response == std::string("\x08\x01", 2)) return "SERVING";
  if (response == std::string("\x08\x02", 2)) return "NOT_SERVING";
  return "unknown";
}

}  // namespace cofilter::service
