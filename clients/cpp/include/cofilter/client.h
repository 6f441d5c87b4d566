// A connection to a Cofilter server: stubs, deadlines and retries by the service config that all
// clients share, and tokens that are asked for again before they expire.
//
// Errors are grpc::Status, as those of the calls themselves: a program that uses gRPC needs no
// further library.
#ifndef COFILTER_CLIENTS_CPP_INCLUDE_COFILTER_CLIENT_H_
#define COFILTER_CLIENTS_CPP_INCLUDE_COFILTER_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "cofilter/v1/catalogue_service.grpc.pb.h"
#include "cofilter/v1/event_service.grpc.pb.h"
#include "cofilter/v1/member_service.grpc.pb.h"
#include "cofilter/v1/model_service.grpc.pb.h"
#include "cofilter/v1/recommendation_service.grpc.pb.h"
#include "cofilter/v1/review_service.grpc.pb.h"

namespace cofilter::client {

// Gives a token that is good now, or says why there is none. It is asked at the first call, again
// when the token's exp is near, and after the server refused it; by one thread at a time.
using TokenSource = std::function<grpc::Status(std::string* token)>;

// Reads the token from a file each time, as the server's operator.token, which is renewed in place.
TokenSource FileToken(std::string path);

struct Options {
  // Where the server is: "127.0.0.1:8470". Required.
  std::string target = {};
  // Required.
  TokenSource token = {};
  // grpc::SslCredentials(…) for TLS. Default: none, and then tokens go to this machine alone.
  std::shared_ptr<grpc::ChannelCredentials> credentials = nullptr;
  // Sends tokens without TLS to another machine too. Default: false.
  bool insecure = false;
};

class Deadlines;
class Tokens;

// Thread-safety: all threads may share one.
class Client {
 public:
  // Does not wait for the server.
  // Errors: INVALID_ARGUMENT names the option.
  static grpc::Status Open(Options options, std::unique_ptr<Client>* client);
  ~Client();

  // Calls a unary method, as client.Call(&v1::EventService::Stub::RecordEvents, request,
  // &response). Without a timeout the service config's deadline holds: 2 s for a list, 10 s for
  // most others. A call that is refused for its token is repeated once with a new one.
  template <typename Stub, typename Request, typename Response>
  grpc::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response,
                    std::optional<std::chrono::milliseconds> timeout = std::nullopt) {
    if (!timeout) timeout = TimeoutOf(*Request::descriptor());
    return CallWithToken(timeout, [&](grpc::ClientContext* context) {
      return (stub<Stub>().*method)(context, request, response);
    });
  }

  // For streams and asynchronous calls, which have no deadline by default: Prepare(&context), then
  // a method of the stub. A stream that ends with UNAUTHENTICATED: ForgetToken(), and begin it
  // again.
  template <typename Stub>
  Stub& stub() {
    return *std::get<std::unique_ptr<Stub>>(stubs_);
  }
  // Errors: UNAUTHENTICATED says what the token source said.
  grpc::Status Prepare(grpc::ClientContext* context);
  void ForgetToken();

 private:
  explicit Client(Options options);
  std::optional<std::chrono::milliseconds> TimeoutOf(
      const google::protobuf::Descriptor& request) const;
  grpc::Status CallWithToken(std::optional<std::chrono::milliseconds> timeout,
                             const std::function<grpc::Status(grpc::ClientContext*)>& call);

  std::unique_ptr<Deadlines> deadlines_;
  std::unique_ptr<Tokens> tokens_;
  std::tuple<std::unique_ptr<v1::RecommendationService::Stub>,
             std::unique_ptr<v1::EventService::Stub>, std::unique_ptr<v1::CatalogueService::Stub>,
             std::unique_ptr<v1::MemberService::Stub>, std::unique_ptr<v1::ReviewService::Stub>,
             std::unique_ptr<v1::ModelService::Stub>>
      stubs_;
};

}  // namespace cofilter::client

#endif  // COFILTER_CLIENTS_CPP_INCLUDE_COFILTER_CLIENT_H_
