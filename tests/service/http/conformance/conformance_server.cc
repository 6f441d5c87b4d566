// The server that the official Connect conformance runner judges: its service behind our listener
// and bridge.
#include <google/protobuf/unknown_field_set.h>
#include <grpcpp/grpcpp.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "connectrpc/conformance/v1/server_compat.pb.h"
#include "connectrpc/conformance/v1/service.grpc.pb.h"
#include "service/http/connect_bridge.h"
#include "service/http/listener.h"
#include "service/http/router.h"
#include "service/http/url_text.h"

namespace cofilter::service::http {
namespace {

namespace conformance = connectrpc::conformance::v1;

// The service is to say what a GET asked in its query, which is no part of a gRPC call.
constexpr char kQuery[] = "x-query";
// A call that names no timeout has this one; the service takes it for none.
constexpr std::chrono::hours kPatience{24};

using RequestInfo = conformance::ConformancePayload::RequestInfo;

// The values of one name stand together: the runner takes a name's last entry for all of them.
void Append(std::string_view name, std::string_view value,
            google::protobuf::RepeatedPtrField<conformance::Header>* headers) {
  auto header = std::find_if(headers->begin(), headers->end(),
                             [name](const auto& known) { return known.name() == name; });
  if (header == headers->end()) {
    headers->Add()->set_name(std::string(name));
    header = std::prev(headers->end());
  }
  header->add_value(std::string(value));
}

RequestInfo InfoOf(const grpc::ServerContext& context, const google::protobuf::Message& request) {
  RequestInfo info;
  for (const auto& [key, data] : context.client_metadata()) {
    const std::string_view name(key.data(), key.size());
    const std::string_view value(data.data(), data.size());
    if (name != kQuery) {
      Append(name, value, info.mutable_request_headers());
      continue;
    }
    for (const auto& [field, text] : ParseQuery(value).value_or(QueryFields()))
      Append(field, text, info.mutable_connect_get_info()->mutable_query_params());
  }
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      context.deadline() - std::chrono::system_clock::now());
  if (left < kPatience / 2) info.set_timeout_ms(left.count());
  info.add_requests()->PackFrom(request);
  return info;
}

// A google.rpc.Status, whose generated code Debian does not have for all.
std::string DetailsOf(const conformance::Error& error) {
  google::protobuf::UnknownFieldSet status;
  status.AddVarint(1, static_cast<std::uint64_t>(error.code()));
  status.AddLengthDelimited(2, error.message());
  for (const google::protobuf::Any& detail : error.details())
    status.AddLengthDelimited(3, detail.SerializeAsString());
  std::string serialised;
  status.SerializeToString(&serialised);
  return serialised;
}

class Service final : public conformance::ConformanceService::Service {
 public:
  grpc::Status Unary(grpc::ServerContext* context, const conformance::UnaryRequest* request,
                     conformance::UnaryResponse* response) override {
    return Answer(context, *request, response);
  }
  grpc::Status IdempotentUnary(grpc::ServerContext* context,
                               const conformance::IdempotentUnaryRequest* request,
                               conformance::IdempotentUnaryResponse* response) override {
    return Answer(context, *request, response);
  }

 private:
  template <class Request, class Response>
  static grpc::Status Answer(grpc::ServerContext* context, const Request& request,
                             Response* response) {
    const conformance::UnaryResponseDefinition& definition = request.response_definition();
    for (const conformance::Header& header : definition.response_headers()) {
      for (const std::string& value : header.value())
        context->AddInitialMetadata(header.name(), value);
    }
    for (const conformance::Header& header : definition.response_trailers()) {
      for (const std::string& value : header.value())
        context->AddTrailingMetadata(header.name(), value);
    }
    const RequestInfo info = InfoOf(*context, request);
    std::this_thread::sleep_for(std::chrono::milliseconds(definition.response_delay_ms()));
    if (definition.has_error()) {
      conformance::Error error = definition.error();
      error.add_details()->PackFrom(info);
      return grpc::Status(static_cast<grpc::StatusCode>(error.code()), error.message(),
                          DetailsOf(error));
    }
    response->mutable_payload()->set_data(definition.response_data());
    *response->mutable_payload()->mutable_request_info() = info;
    return grpc::Status::OK;
  }
};

// Four bytes of length, the highest first, then the message.
bool ReadMessage(google::protobuf::Message* message) {
  unsigned char head[4];
  if (std::fread(head, 1, sizeof head, stdin) != sizeof head) return false;
  const std::uint32_t length = std::uint32_t{head[0]} << 24 | std::uint32_t{head[1]} << 16 |
                               std::uint32_t{head[2]} << 8 | head[3];
  std::string bytes(length, '\0');
  return std::fread(bytes.data(), 1, length, stdin) == length && message->ParseFromString(bytes);
}

void WriteMessage(const google::protobuf::Message& message) {
  const std::string bytes = message.SerializeAsString();
  const auto length = static_cast<std::uint32_t>(bytes.size());
  for (int shift = 24; shift >= 0; shift -= 8)
    std::putchar(static_cast<int>(length >> shift & 255));
  std::fwrite(bytes.data(), 1, bytes.size(), stdout);
  std::fflush(stdout);
}

int Main() {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  conformance::ServerCompatRequest request;
  if (!ReadMessage(&request)) return 1;
  Service service;
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();

  BridgeOptions options;
  options.services = {conformance::ConformanceService::service_full_name()};
  options.patience = kPatience;
  options.prepare = [](const Request& http, grpc::ClientContext* context) {
    if (http.method == "GET") context->AddMetadata(kQuery, http.query);
  };
  ListenerOptions listening;
  if (request.message_receive_limit() > 0) {
    options.message_limit = request.message_receive_limit();
    listening.limits.body_bytes = request.message_receive_limit();
  }
  const ConnectBridge bridge(server->InProcessChannel(grpc::ChannelArguments()), options);
  Router router;
  bridge.MountOn(&router);
  const auto listener = Listener::Start(listening, [&router](Request http, Respond respond) {
    router.Dispatch(std::move(http), std::move(respond));
  });
  if (!listener.ok()) return 1;

  conformance::ServerCompatResponse response;
  response.set_host("127.0.0.1");
  response.set_port(static_cast<std::uint32_t>((*listener)->port()));
  WriteMessage(response);
  int signal_number = 0;
  sigwait(&ends, &signal_number);
  (*listener)->Drain(std::chrono::seconds(1));
  server->Shutdown(std::chrono::system_clock::now());
  return 0;
}

}  // namespace
}  // namespace cofilter::service::http

int main() { return cofilter::service::http::Main(); }
