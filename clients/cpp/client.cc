// Makes the channel, and gives calls their tokens.
#include "cofilter/client.h"

#include <arpa/inet.h>

#include <string>
#include <utility>

#include "deadlines.h"
#include "service_config.h"
#include "tokens.h"

namespace cofilter::client {
namespace {

// A server that comes back is found within seconds; the library's own maximum is two minutes.
constexpr int kFirstReconnectMilliseconds = 100;
constexpr int kLastReconnectMilliseconds = 2000;

bool StartsWith(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

// Whether a target can only be this machine; a name other than localhost is not looked up.
bool IsLoopback(std::string target) {
  if (StartsWith(target, "unix:")) return true;
  if (StartsWith(target, "dns:///")) target.erase(0, 7);
  std::string host = target;
  if (StartsWith(target, "[")) {
    host = target.substr(1, target.find(']') - 1);
  } else if (const auto colon = target.find(':'); colon == target.rfind(':')) {
    host = target.substr(0, colon);
  }
  in_addr v4;
  in6_addr v6;
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return host == "localhost";
}

}  // namespace

grpc::Status Client::Open(Options options, std::unique_ptr<Client>* client) {
  if (options.target.empty())
    return {grpc::INVALID_ARGUMENT, "Options.target is empty; right: \"127.0.0.1:8470\""};
  if (!options.token) {
    return {grpc::INVALID_ARGUMENT,
            "Options.token is missing; right: FileToken(PATH), or a function of your own"};
  }
  if (!options.credentials) {
    if (!options.insecure && !IsLoopback(options.target)) {
      return {grpc::INVALID_ARGUMENT,
              options.target +
                  " is another machine, and the token would go there without TLS; right: "
                  "Options.credentials, or Options.insecure if the network is trusted"};
    }
    options.credentials = grpc::InsecureChannelCredentials();
  }
  client->reset(new Client(std::move(options)));
  return grpc::Status::OK;
}

Client::Client(Options options)
    : deadlines_(new Deadlines(kServiceConfig)), tokens_(new Tokens(std::move(options.token))) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(deadlines_->service_config());
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectMilliseconds);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kLastReconnectMilliseconds);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kLastReconnectMilliseconds);
  const auto channel = grpc::CreateCustomChannel(options.target, options.credentials, arguments);
  stubs_ = {v1::RecommendationService::NewStub(channel), v1::EventService::NewStub(channel),
            v1::CatalogueService::NewStub(channel),      v1::MemberService::NewStub(channel),
            v1::ReviewService::NewStub(channel),         v1::ModelService::NewStub(channel)};
}

Client::~Client() = default;

std::optional<std::chrono::milliseconds> Client::TimeoutOf(
    const google::protobuf::Descriptor& request) const {
  return deadlines_->Of(request);
}

grpc::Status Client::CallWithToken(std::optional<std::chrono::milliseconds> timeout,
                                   const std::function<grpc::Status(grpc::ClientContext*)>& call) {
  const auto start = std::chrono::system_clock::now();
  for (bool again = false;; again = true) {
    grpc::ClientContext context;
    std::string token;
    grpc::Status status = tokens_->Get(&token);
    if (!status.ok()) return status;
    context.AddMetadata("authorization", "Bearer " + token);
    if (timeout) context.set_deadline(start + *timeout);
    status = call(&context);
    if (status.error_code() != grpc::UNAUTHENTICATED) return status;
    tokens_->Refused(token);
    if (again) return status;
  }
}

grpc::Status Client::Prepare(grpc::ClientContext* context) {
  std::string token;
  grpc::Status status = tokens_->Get(&token);
  if (status.ok()) context->AddMetadata("authorization", "Bearer " + token);
  return status;
}

void Client::ForgetToken() { tokens_->Forget(); }

}  // namespace cofilter::client
