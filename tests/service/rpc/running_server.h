// A server in this process, over a real store and a real socket, with a clock that the test moves.
#ifndef COFILTER_TESTS_SERVICE_RPC_RUNNING_SERVER_H_
#define COFILTER_TESTS_SERVICE_RPC_RUNNING_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cofilter/v1/catalogue_service.grpc.pb.h"
#include "cofilter/v1/event_service.grpc.pb.h"
#include "cofilter/v1/member_service.grpc.pb.h"
#include "cofilter/v1/model_service.grpc.pb.h"
#include "cofilter/v1/recommendation_service.grpc.pb.h"
#include "cofilter/v1/review_service.grpc.pb.h"
#include "runtime/clock.h"
#include "runtime/files.h"
#include "service/config/config.h"
#include "service/identity/identity.h"
#include "service/rpc/server.h"
#include "tests/service/snapshot/world.h"
#include "tests/service/store/faulty_store.h"

namespace cofilter::service {

// "item_id \"\" is wrong" → the message of a status begins with or holds the field.
bool Names(const grpc::Status& status, std::string_view field);

class RunningServer {
 public:
  // change: of the default configuration (its paths and address are already set).
  explicit RunningServer(const std::function<void(ServerConfig&)>& change = {},
                         std::size_t news = 60);
  ~RunningServer();

  // Sixty news, "n0000" …, published yesterday, and an operator "news" over the first fifty: see
  // the constructor.
  const std::vector<std::string>& news() const { return news_; }
  // Publishes another model, made from `seed`; promotes nothing.
  std::int64_t Publish(unsigned seed);
  std::string models_directory() const { return directory_.path() + "/models"; }

  v1::Event Event(const std::string& id, const std::string& member, const std::string& item,
                  v1::Verb verb = v1::VERB_READ) const;
  // Records and expects OK.
  v1::RecordEventsResponse Record(const std::vector<v1::Event>& events);
  // Expects OK.
  v1::Recommendation Recommend(const std::string& member, const std::string& surface = "news",
                               int count = 10);
  v1::Item NewsMessage(const std::string& item_id) const;

  Server& server() { return *server_; }
  FaultyStore& store() { return *store_; }
  // Calls as the operator.
  std::shared_ptr<grpc::Channel> channel() const { return channel_; }
  // Calls with this token; empty: with none.
  std::shared_ptr<grpc::Channel> ChannelWith(const std::string& token) const;
  int port() const { return server_->port(); }
  Identity& identity() { return *identity_; }
  const std::string& directory() const { return directory_.path(); }
  // Signed by the server's local key, from the clock's now on.
  std::string Token(const std::string& subject, RoleSet roles,
                    const std::vector<std::string>& org_units = {"/"}) const;

  runtime::SimulatedClock clock{Day(0)};
  std::unique_ptr<v1::RecommendationService::Stub> recommendations;
  std::unique_ptr<v1::EventService::Stub> events;
  std::unique_ptr<v1::CatalogueService::Stub> catalogue;
  std::unique_ptr<v1::MemberService::Stub> members;
  std::unique_ptr<v1::ModelService::Stub> models;
  std::unique_ptr<v1::ReviewService::Stub> reviews;

 private:
  runtime::TemporaryDirectory directory_;
  std::vector<std::string> news_;
  std::unique_ptr<FaultyStore> store_;
  std::unique_ptr<Identity> identity_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

// Calls a unary method with a generous deadline.
template <class Stub, class Request, class Response>
grpc::Status Call(Stub& stub,
                  grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                  const Request& request, Response* response) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  return (stub.*method)(&context, request, response);
}

}  // namespace cofilter::service

#endif  // COFILTER_TESTS_SERVICE_RPC_RUNNING_SERVER_H_
