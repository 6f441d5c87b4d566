// Calls against a real server, which is killed, paused and started again: run by
// clients/testing/with_server.
#include "cofilter/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

namespace cofilter::client {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) {
    ADD_FAILURE() << name << " is not set; right: clients/testing/with_server cpp_client_test";
    return "";
  }
  return value;
}

// What server_control printed, without the end of the line.
std::string Control(const std::string& arguments) {
  const std::string command = Environment("COFILTER_CONTROL") + " " + arguments;
  std::FILE* const out = popen(command.c_str(), "re");
  std::string text;
  if (out != nullptr) {
    std::array<char, 4096> buffer;
    while (std::fgets(buffer.data(), buffer.size(), out) != nullptr) text += buffer.data();
  }
  EXPECT_TRUE(out != nullptr && pclose(out) == 0) << command;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::unique_ptr<Client> Open(TokenSource token,
                             std::shared_ptr<grpc::ChannelCredentials> credentials = nullptr) {
  std::unique_ptr<Client> client;
  const grpc::Status status = Client::Open(
      {Environment("COFILTER_ADDRESS"), std::move(token), std::move(credentials)}, &client);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return client;
}
std::unique_ptr<Client> Open() { return Open(FileToken(Environment("COFILTER_TOKEN_FILE"))); }

grpc::Status News(Client& client, std::vector<std::string>* items = nullptr,
                  std::optional<milliseconds> timeout = std::nullopt) {
  v1::RecommendItemsRequest request;
  v1::RecommendItemsResponse response;
  request.set_member_id(Environment("COFILTER_MEMBER"));
  request.set_surface("news");
  request.set_count(10);
  const grpc::Status status =
      client.Call(&v1::RecommendationService::Stub::RecommendItems, request, &response, timeout);
  if (status.ok()) {
    EXPECT_EQ(response.recommendation().level(), v1::LEVEL_PERSONALISED);
  }
  if (items != nullptr) {
    for (const auto& item : response.recommendation().items()) items->push_back(item.item_id());
  }
  return status;
}

// One token after the other, the last for good.
TokenSource InTurn(std::vector<std::string> tokens, std::atomic<std::size_t>* asked) {
  return [tokens = std::move(tokens), asked](std::string* token) {
    *token = tokens[std::min(asked->fetch_add(1), tokens.size() - 1)];
    return grpc::Status::OK;
  };
}

TEST(ClientTest, TheNextListReacts) {
  const auto client = Open();
  std::vector<std::string> before;
  std::vector<std::string> after;
  ASSERT_TRUE(News(*client, &before).ok());
  ASSERT_FALSE(before.empty());
  v1::RecordEventsRequest request;
  v1::RecordEventsResponse response;
  v1::Event* const event = request.add_events();
  event->set_event_id("cpp-read");
  event->set_member_id(Environment("COFILTER_MEMBER"));
  event->set_item_id(before.front());
  event->set_verb(v1::VERB_READ);
  event->mutable_occurred_at()->set_seconds(std::time(nullptr));
  const grpc::Status status =
      client->Call(&v1::EventService::Stub::RecordEvents, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.recorded(), 1);
  ASSERT_TRUE(News(*client, &after).ok());
  EXPECT_THAT(after, Not(testing::Contains(before.front())));
}

TEST(ClientTest, CallsGoOnWhenTheServerIsRestarted) {
  const auto client = Open();
  EXPECT_TRUE(News(*client).ok());
  Control("restart");
  const grpc::Status status = News(*client);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST(ClientTest, ReplacesAnExpiredTokenWithinTheCall) {
  std::atomic<std::size_t> asked = 0;
  const auto client = Open(InTurn({Control("token --seconds -120"), Control("token")}, &asked));
  EXPECT_TRUE(News(*client).ok());
  EXPECT_TRUE(News(*client).ok());
  EXPECT_EQ(asked, 2u);
}

TEST(ClientTest, ReportsATokenThatStaysRefused) {
  std::atomic<std::size_t> asked = 0;
  const auto client = Open(InTurn({Control("token --seconds -120")}, &asked));
  EXPECT_EQ(News(*client).error_code(), grpc::UNAUTHENTICATED);
  EXPECT_EQ(asked, 2u);
}

TEST(ClientTest, BeginsAStreamWithANewTokenAfterOneWasForgotten) {
  std::atomic<std::size_t> asked = 0;
  const auto client = Open(InTurn({Control("token --seconds -120"), Control("token")}, &asked));
  v1::StreamRecommendationsRequest request;
  request.add_member_ids(Environment("COFILTER_MEMBER"));
  request.set_surface("news");
  for (const grpc::StatusCode wanted : {grpc::UNAUTHENTICATED, grpc::OK}) {
    grpc::ClientContext context;
    ASSERT_TRUE(client->Prepare(&context).ok());
    const auto reader =
        client->stub<v1::RecommendationService::Stub>().StreamRecommendations(&context, request);
    v1::StreamRecommendationsResponse response;
    int lists = 0;
    while (reader->Read(&response)) ++lists;
    EXPECT_EQ(reader->Finish().error_code(), wanted);
    EXPECT_EQ(lists, wanted == grpc::OK ? 1 : 0);
    client->ForgetToken();
  }
}

TEST(ClientTest, NamesATokenSourceThatFails) {
  const auto client = Open([](std::string*) { return grpc::Status(grpc::INTERNAL, "no issuer"); });
  const grpc::Status status = News(*client);
  EXPECT_EQ(status.error_code(), grpc::UNAUTHENTICATED);
  EXPECT_THAT(status.error_message(), HasSubstr("no issuer"));
}

TEST(ClientTest, HonoursDeadlines) {
  const auto client = Open();
  ASSERT_TRUE(News(*client).ok());
  Control("pause");
  EXPECT_EQ(News(*client, nullptr, milliseconds(50)).error_code(), grpc::DEADLINE_EXCEEDED)
      << "its own";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(News(*client).error_code(), grpc::DEADLINE_EXCEEDED) << "that of the service config";
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(1900)) << "it came early";
  Control("resume");
}

TEST(ClientTest, SendsNoTokenToAnotherMachineInPlainText) {
  const TokenSource token = FileToken("token");
  std::unique_ptr<Client> client;
  for (const char* target : {"127.0.0.1:8470", "localhost:8470", "[::1]:8470", "::1",
                             "dns:///127.0.0.1:8470", "unix:/run/cofilter"}) {
    EXPECT_TRUE(Client::Open({target, token}, &client).ok()) << target;
  }
  for (const char* target :
       {"10.1.2.3:8470", "cofilter.example:8470", "dns:///cofilter.example:8470",
        "localhost.example:8470", "dns://10.1.2.3/localhost:8470", "127.0.0.1.example:8470"}) {
    const grpc::Status status = Client::Open({target, token}, &client);
    EXPECT_THAT(status.error_message(), HasSubstr("another machine")) << target;
    EXPECT_TRUE(Client::Open({target, token, nullptr, true}, &client).ok()) << target;
  }
}

TEST(ClientTest, SaysWhichOptionIsMissing) {
  std::unique_ptr<Client> client;
  EXPECT_THAT(Client::Open({}, &client).error_message(), HasSubstr("Options.target"));
  EXPECT_THAT(Client::Open({"127.0.0.1:8470"}, &client).error_message(),
              HasSubstr("Options.token"));
}

std::string Read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Run apart, under with_server --mutual-tls.
TEST(ClientTest, SpeaksMutualTls) {
  grpc::SslCredentialsOptions ssl;
  ssl.pem_root_certs = Read(Environment("COFILTER_CA"));
  const TokenSource token = FileToken(Environment("COFILTER_TOKEN_FILE"));
  EXPECT_EQ(News(*Open(token, grpc::SslCredentials(ssl))).error_code(), grpc::UNAVAILABLE);
  ssl.pem_cert_chain = Read(Environment("COFILTER_CLIENT_CERTIFICATE"));
  ssl.pem_private_key = Read(Environment("COFILTER_CLIENT_KEY"));
  const grpc::Status status = News(*Open(token, grpc::SslCredentials(ssl)));
  EXPECT_TRUE(status.ok()) << status.error_message();
}

}  // namespace
}  // namespace cofilter::client
