// The server as a whole: where it listens, health, reflection, metrics, latency of a lone call.
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "service/rpc/server.h"
#include "tests/service/rpc/health_client.h"
#include "tests/service/rpc/running_server.h"

namespace cofilter::service {
namespace {

using testing::HasSubstr;

TEST(ServerTest, RefusesToListenWhereOtherMachinesReachIt) {
  RunningServer running;
  ServerConfig config = ServerConfig::Default();
  config.models_directory = running.models_directory();
  config.listen = "0.0.0.0:0";
  ServerOptions options;
  options.identity = &running.identity();
  const auto refused = Server::Start(config, &running.store(), options);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("--insecure"));
  options.insecure = true;
  options.clock = &running.clock;
  options.publisher.run_thread = false;
  const auto allowed = Server::Start(config, &running.store(), options);
  EXPECT_TRUE(allowed.ok()) << allowed.status();
}

TEST(ServerTest, APortThatIsTakenIsUnavailable) {
  RunningServer running;
  ServerConfig config = ServerConfig::Default();
  config.models_directory = running.models_directory();
  config.listen = running.server().address();
  ServerOptions options;
  options.identity = &running.identity();
  options.publisher.run_thread = false;
  const auto second = Server::Start(config, &running.store(), options);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(running.server().address()));
}

TEST(ServerTest, HealthIsServingAndTurnsWhenItDrains) {
  RunningServer running;
  EXPECT_EQ(ServingStatus(running.channel(), ""), "SERVING");
  EXPECT_EQ(ServingStatus(running.channel(), "cofilter.v1.RecommendationService"), "SERVING");
  running.server().Drain(std::chrono::seconds(1));
  EXPECT_NE(ServingStatus(running.channel(), ""), "SERVING");
}

TEST(ServerTest, HealthIsNotServingUntilTheStoreWasReadOnce) {
  RunningServer running;
  running.store().SetAway(true);
  ServerConfig config = ServerConfig::Default();
  config.models_directory = running.models_directory();
  config.listen = "127.0.0.1:0";
  ServerOptions options;
  options.identity = &running.identity();
  options.clock = &running.clock;
  options.publisher.run_thread = false;
  const auto server = Server::Start(config, &running.store(), options);
  ASSERT_TRUE(server.ok());
  const auto channel =
      grpc::CreateChannel((*server)->address(), grpc::InsecureChannelCredentials());
  EXPECT_EQ(ServingStatus(channel, ""), "NOT_SERVING");
  running.store().SetAway(false);
  ASSERT_TRUE((*server)->publisher().Follow().ok());
  std::string status;
  while ((status = ServingStatus(channel, "")) == "NOT_SERVING") {
  }
  EXPECT_EQ(status, "SERVING");
}

TEST(ServerTest, ReflectionAnswersWhereItIsSwitchedOn) {
  RunningServer running([](ServerConfig& config) { config.reflection = true; });
  // ServerReflectionRequest {list_services = 7: "*"}.
  grpc::GenericStub stub(running.channel());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  grpc::CompletionQueue queue;
  auto call = stub.PrepareCall(
      &context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  void* tag = nullptr;
  bool ok = false;
  call->StartCall(nullptr);
  ASSERT_TRUE(queue.Next(&tag, &ok) && ok);
  const grpc::Slice slice(std::string("\x3a\x01*"));
  call->Write(grpc::ByteBuffer(&slice, 1), nullptr);
  ASSERT_TRUE(queue.Next(&tag, &ok) && ok);
  grpc::ByteBuffer answer;
  call->Read(&answer, nullptr);
  ASSERT_TRUE(queue.Next(&tag, &ok) && ok);
  std::vector<grpc::Slice> parts;
  ASSERT_TRUE(answer.Dump(&parts).ok());
  std::string text;
  for (const grpc::Slice& part : parts)
    text.append(reinterpret_cast<const char*>(part.begin()), part.size());
  for (const char* service :
       {"Recommendation", "Event", "Catalogue", "Member", "Model", "Review"}) {
    EXPECT_THAT(text, HasSubstr(absl::StrCat("cofilter.v1.", service, "Service")));
  }
  context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  queue.Next(&tag, &ok);
}

TEST(ServerTest, CallsAreCountedByMethodAndCode) {
  RunningServer running;
  running.Recommend("ann");
  running.Recommend("ann");
  v1::GetItemRequest request;
  request.set_item_id("nothing");
  v1::Item item;
  Call(*running.catalogue, &v1::CatalogueService::Stub::GetItem, request, &item);
  for (const MethodMetrics* method : running.server().metrics().methods()) {
    if (method->name() == "cofilter.v1.RecommendationService/RecommendItems") {
      EXPECT_EQ(method->calls(absl::StatusCode::kOk), 2u);
      EXPECT_GT(method->total_micros(), 0u);
    }
    if (method->name() == "cofilter.v1.CatalogueService/GetItem") {
      EXPECT_EQ(method->calls(absl::StatusCode::kNotFound), 1u);
    }
  }
  EXPECT_THAT(running.server().metrics().ToJson(), HasSubstr("\"NOT_FOUND\":1"));
}

}  // namespace
}  // namespace cofilter::service
