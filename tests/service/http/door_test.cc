// The whole door over a running server: the same handlers as gRPC's, and what strangers may not do.
#include "service/http/door.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "bench/http_client.h"
#include "tests/service/rpc/running_server.h"

namespace cofilter::service::http {
namespace {

using bench::Answer;
using bench::HttpClient;
using nlohmann::json;
using testing::HasSubstr;

constexpr char kRecommend[] = "/cofilter.v1.RecommendationService/RecommendItems";
constexpr char kListModels[] = "/cofilter.v1.ModelService/ListModels";
constexpr char kAnn[] = R"({"memberId":"ann","surface":"news","count":10})";

std::unique_ptr<Door> OpenDoor(RunningServer* server, const HttpConfig& config = {}) {
  DoorOptions options;
  options.config = config;
  options.address.host = "127.0.0.1";
  options.services = server->server().services();
  options.routes.Add("GET", "/healthz", [](const Request&, const Respond& respond) {
    respond([] { return TextResponse(200, "ok"); });
  });
  auto door = Door::Start(std::move(options), server->server().InProcessChannel());
  EXPECT_TRUE(door.ok()) << door.status();
  return door.ok() ? *std::move(door) : nullptr;
}

std::string Bearer(const RunningServer& server) {
  return "authorization: Bearer " + server.Token("someone", {Role::kOperator}) + "\r\n";
}

class DoorTest : public testing::Test {
 protected:
  RunningServer server_;
  const std::unique_ptr<Door> door_ = OpenDoor(&server_);
  HttpClient client_{door_->port(), Bearer(server_)};
};

TEST_F(DoorTest, ListsAreTheSameOverBothDoors) {
  server_.Record({server_.Event("e1", "ann", "n0003"), server_.Event("e2", "ann", "n0007")});
  const Answer answer = client_.Post(kRecommend, kAnn);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.headers.at("content-type"), "application/json");
  const json list = json::parse(answer.body).at("recommendation");
  const v1::Recommendation expected = server_.Recommend("ann");
  ASSERT_EQ(list.at("items").size(), static_cast<std::size_t>(expected.items_size()));
  for (int n = 0; n < expected.items_size(); ++n)
    EXPECT_EQ(list.at("items").at(n).at("itemId"), expected.items(n).item_id());

  v1::RecommendItemsRequest request;
  request.set_member_id("ann");
  request.set_surface("news");
  request.set_count(10);
  const Answer bytes = client_.Post(kRecommend, request.SerializeAsString(), "application/proto");
  ASSERT_EQ(bytes.status, 200);
  EXPECT_EQ(bytes.headers.at("content-type"), "application/proto");
  v1::RecommendItemsResponse response;
  ASSERT_TRUE(response.ParseFromString(bytes.body));
  EXPECT_EQ(response.recommendation().items_size(), 10);
}

TEST_F(DoorTest, AnEventOverHttpCountsInTheNextList) {
  const std::string event =
      R"({"events":[{"eventId":"e9","memberId":"bob","itemId":"n0001","verb":"VERB_READ","occurredAt":")" +
      runtime::FormatTime(server_.clock.Now()) + R"("}]})";
  const Answer answer = client_.Post("/cofilter.v1.EventService/RecordEvents", event);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(json::parse(answer.body).at("recorded"), 1);
  const v1::Recommendation list = server_.Recommend("bob", "news", 50);
  for (const v1::RecommendedItem& item : list.items()) EXPECT_NE(item.item_id(), "n0001");
}

TEST_F(DoorTest, ErrorsHaveTheProtocolsFormAndNameTheField) {
  const Answer wrong = client_.Post(kRecommend, R"({"memberId":"","surface":"news"})");
  EXPECT_EQ(wrong.status, 400);
  const json error = json::parse(wrong.body);
  EXPECT_EQ(error.at("code"), "invalid_argument");
  EXPECT_THAT(error.at("message").get<std::string>(), HasSubstr("member_id"));
  const Answer missing = client_.Post("/cofilter.v1.CatalogueService/GetItem", R"({"itemId":"x"})");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(json::parse(missing.body).at("code"), "not_found");
  const Answer later = client_.Post("/cofilter.v1.RecommendationService/RecommendItems", "{}",
                                    "application/json", "connect-timeout-ms: 0\r\n");
  EXPECT_EQ(later.status, 504);
}

TEST_F(DoorTest, JsonThatIsNoSuchMessageIsAnError) {
  std::string deep;
  for (int n = 0; n < 100'000; ++n) deep += "{\"a\":";
  for (const std::string& body :
       {std::string(R"({"membrId":"ann"})"), std::string("{\"memberId\":\"a\xff\xfe\"}"),
        std::string("{"), std::string(""), std::string("[]"), std::string(R"({"count":"many"})"),
        std::string(R"({"count":1e99})"), std::string(100'000, '['), deep,
        std::string(R"({"memberId":"a","memberId":)")}) {
    const Answer answer = client_.Post(kRecommend, body);
    EXPECT_EQ(answer.status, 400) << body.substr(0, 40) << " → " << answer.body;
    EXPECT_EQ(json::parse(answer.body).at("code"), "invalid_argument");
  }
  EXPECT_THAT(client_.Post(kRecommend, R"({"membrId":"ann"})").body, HasSubstr("membrId"));
  EXPECT_EQ(client_.Post(kRecommend, "\xff\xff\xff", "application/proto").status / 100, 5);
  EXPECT_EQ(client_.Post(kRecommend, kAnn).status, 200);
}

TEST_F(DoorTest, PathsVerbsAndTypesAreChecked) {
  EXPECT_EQ(client_.Post("/cofilter.v1.RecommendationService/Nothing", "{}").status, 404);
  EXPECT_EQ(client_.Post("/cofilter.v1.NothingService/RecommendItems", "{}").status, 405);
  EXPECT_EQ(client_.Get("/cofilter.v1.NothingService/RecommendItems").status, 404);
  const Answer get = client_.Get(std::string(kRecommend) + "?encoding=json&message=%7B%7D");
  EXPECT_EQ(get.status, 405);  // it carries a member id
  EXPECT_EQ(get.headers.at("allow"), "POST");
  for (const char* type : {"text/plain", "application/grpc", "application/connect+json", "",
                           "application/json; charset=latin1", "application/jsonp"}) {
    const Answer answer = client_.Post(kRecommend, kAnn, type);
    EXPECT_EQ(answer.status, 415) << type;
    EXPECT_TRUE(answer.headers.contains("accept-post"));
  }
  EXPECT_EQ(client_.Post(kRecommend, kAnn, "Application/JSON; charset=UTF-8").status, 200);
  EXPECT_EQ(client_.Post("/cofilter.v1.EventService/StreamEvents", "{}").status, 415);
  const Answer zipped =
      client_.Post(kRecommend, kAnn, "application/json", "content-encoding: gzip\r\n");
  EXPECT_EQ(zipped.status, 501);
  EXPECT_EQ(zipped.headers.at("accept-encoding"), "identity");
}

TEST_F(DoorTest, CallsWithoutSideEffectsMayBeAskedByGet) {
  const Answer plain =
      client_.Get(std::string(kListModels) + "?connect=v1&encoding=json&message=%7B%7D");
  ASSERT_EQ(plain.status, 200) << plain.body;
  EXPECT_TRUE(json::parse(plain.body).contains("models"));
  EXPECT_EQ(client_.Get(std::string(kListModels) + "?encoding=json&base64=1&message=e30").status,
            200);
  EXPECT_EQ(client_.Get(std::string(kListModels) + "?encoding=proto&base64=1&message=").status,
            200);
  EXPECT_EQ(client_.Get(std::string(kListModels) + "?encoding=json&base64=1&message=*").status,
            400);
  EXPECT_EQ(client_.Get(std::string(kListModels) + "?encoding=json").status, 400);
  EXPECT_EQ(client_.Get(std::string(kListModels) + "?encoding=xml&message=%7B%7D").status, 415);
  EXPECT_EQ(client_.Get(std::string(kListModels) + "?encoding=json&message=%7").status, 400);
}

// What the contract promises: a cache or a log on the way never sees who is asked about.
TEST(ContractTest, NoCallWithAMemberOrAWriteMayBeAGet) {
  RunningServer server({}, 0);
  for (const std::string& service : server.server().services()) {
    const auto* descriptor =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
    for (int n = 0; n < descriptor->method_count(); ++n) {
      const auto& method = *descriptor->method(n);
      if (method.options().idempotency_level() !=
          google::protobuf::MethodOptions::NO_SIDE_EFFECTS) {
        continue;
      }
      EXPECT_EQ(method.input_type()->FindFieldByName("member_id"), nullptr) << method.full_name();
      EXPECT_TRUE(method.name().starts_with("Get") || method.name().starts_with("List"))
          << method.full_name();
    }
  }
}

TEST_F(DoorTest, AWholeConversationFitsOneConnection) {
  EXPECT_EQ(client_.Get("/healthz").body, "ok\n");
  const Answer page = client_.Get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("Cofilter"));
  EXPECT_EQ(client_.Get("/", "If-None-Match: " + page.headers.at("etag") + "\r\n").status, 304);
  ASSERT_TRUE(client_.Send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"));
  const Answer head = client_.Read(true);
  EXPECT_EQ(head.headers.at("content-length"), std::to_string(page.body.size()));
  // Two requests in one go are answered in order.
  ASSERT_TRUE(
      client_.Send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_EQ(client_.Read().status, 200);
  EXPECT_EQ(client_.Read().status, 404);
  EXPECT_EQ(client_.Get("/../../etc/passwd").status, 404);
  EXPECT_EQ(client_.Post(kRecommend, kAnn).status, 200);
  EXPECT_EQ(client_.Get("/healthz", "Connection: close\r\n").status, 200);
  EXPECT_TRUE(client_.AwaitClose());
}

TEST_F(DoorTest, BodiesOverTheLimitAreRefusedByTheProtocol) {
  const std::string announced = "POST " + std::string(kRecommend) +
                                " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n";
  ASSERT_TRUE(client_.Send(announced + "Content-Length: 5000000\r\n\r\n"));
  const Answer refused = client_.Read();
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(json::parse(refused.body).at("code"), "resource_exhausted");
  EXPECT_EQ(refused.headers.at("connection"), "close");

  HttpClient chunked(door_->port());
  chunked.Send(announced + "Transfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'a') + "\r\n";
  for (int n = 0; n < 70; ++n) {
    if (!chunked.Send(chunk)) break;
  }
  EXPECT_EQ(chunked.Read().status, 429);
}

TEST_F(DoorTest, ABrokenRequestEndsTheConnectionWithAnAnswer) {
  ASSERT_TRUE(
      client_.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n"));
  EXPECT_EQ(client_.Read().status, 400);
  EXPECT_TRUE(client_.AwaitClose());
  EXPECT_GE(door_->figures().requests_refused, 1u);
}

TEST(DoorLimitsTest, ConnectionsPastTheLimitAreRefusedAndOthersGoOn) {
  RunningServer server;
  HttpConfig config;
  config.max_connections_per_address = 3;
  const auto door = OpenDoor(&server, config);
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (int n = 0; n < 3; ++n) {
    slow.push_back(std::make_unique<HttpClient>(door->port()));
    ASSERT_TRUE(slow.back()->Send("GET /healthz HTTP/1.1\r\n"));
  }
  while (door->figures().connections < 3) std::this_thread::yield();
  EXPECT_EQ(HttpClient(door->port()).Read().status, 503);
  EXPECT_EQ(door->figures().connections_refused, 1u);
  EXPECT_EQ(server.Recommend("ann").items_size(), 10);
  ASSERT_TRUE(slow[0]->Send("Host: h\r\n\r\n"));
  EXPECT_EQ(slow[0]->Read().status, 200);
}

TEST(DoorLimitsTest, CallsPastTheLimitAreShedWithAHint) {
  RunningServer server;
  HttpConfig config;
  config.max_in_flight = 1;
  const auto door = OpenDoor(&server, config);
  std::binary_semaphore held{0};
  std::atomic<bool> first{true};
  server.store().BeforeEachCall([&] {
    if (first.exchange(false)) held.acquire();
  });
  HttpClient one(door->port(), Bearer(server));
  std::thread waits([&] { EXPECT_EQ(one.Post(kRecommend, kAnn).status, 200); });
  while (first) std::this_thread::yield();
  HttpClient two(door->port(), Bearer(server));
  const Answer shed = two.Post(kRecommend, kAnn);
  EXPECT_EQ(shed.status, 429);
  EXPECT_EQ(json::parse(shed.body).at("code"), "resource_exhausted");
  EXPECT_TRUE(shed.headers.contains("retry-after"));
  EXPECT_EQ(door->calls_shed(), 1u);
  held.release();
  waits.join();
  EXPECT_EQ(two.Post(kRecommend, kAnn).status, 200);
}

TEST(DoorDrainTest, CallsInFlightAreAnsweredAndIdleConnectionsClosed) {
  RunningServer server;
  auto door = OpenDoor(&server);
  std::binary_semaphore held{0};
  std::atomic<bool> first{true};
  server.store().BeforeEachCall([&] {
    if (first.exchange(false)) held.acquire();
  });
  HttpClient idle(door->port());
  EXPECT_EQ(idle.Get("/healthz").status, 200);
  HttpClient busy(door->port(), Bearer(server));
  std::thread waits([&] {
    EXPECT_EQ(busy.Post(kRecommend, kAnn).status, 200);
    EXPECT_TRUE(busy.AwaitClose());
  });
  while (first) std::this_thread::yield();
  std::thread drain([&] { door->Drain(std::chrono::seconds(30)); });
  EXPECT_TRUE(idle.AwaitClose());
  held.release();
  waits.join();
  drain.join();
}

TEST(DoorDrainTest, CallsThatOutlastTheGraceAreCutOff) {
  RunningServer server;
  auto door = OpenDoor(&server);
  std::binary_semaphore held{0};
  std::atomic<bool> first{true};
  server.store().BeforeEachCall([&] {
    if (first.exchange(false)) held.acquire();
  });
  HttpClient busy(door->port(), Bearer(server));
  ASSERT_TRUE(busy.Send("POST " + std::string(kRecommend) + " HTTP/1.1\r\nHost: h\r\n" +
                        Bearer(server) + "Content-Type: application/json\r\nContent-Length: " +
                        std::to_string(sizeof kAnn - 1) + "\r\n\r\n" + kAnn));
  while (first) std::this_thread::yield();
  std::thread release([&] { held.release(); });
  door->Drain(std::chrono::milliseconds(0));
  door.reset();
  release.join();
}

}  // namespace
}  // namespace cofilter::service::http
