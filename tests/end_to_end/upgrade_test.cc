// What the last release wrote, served and carried on by these programs. tests/golden/release-0.1.0
// says what is in its store.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "bench/child_process.h"
#include "bench/server_process.h"
#include "cli/channel.h"
#include "cofilter/v1/catalogue_service.grpc.pb.h"
#include "cofilter/v1/member_service.grpc.pb.h"
#include "cofilter/v1/model_service.grpc.pb.h"
#include "cofilter/v1/recommendation_service.grpc.pb.h"
#include "runtime/files.h"

namespace cofilter::end_to_end {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kGolden[] = COFILTER_SOURCE_DIR "/tests/golden/release-0.1.0";
constexpr std::int64_t kClock =
    1'795'132'800'000'000;  // 2026-11-20T00:00:00Z, the store's last day

class UpgradeTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = runtime::TemporaryDirectory::Create("cofilter-upgrade");
    ASSERT_TRUE(made.ok()) << made.status();
    home_.emplace(*std::move(made));
    Run({"/bin/tar", "-C", home_->path(), "--zstd", "-xf", std::string(kGolden) + "/home.tar.zst"});
    std::string clock(sizeof kClock, '\0');
    std::memcpy(clock.data(), &kClock, sizeof kClock);
    ASSERT_TRUE(runtime::WriteFileDurably(Path("clock"), clock).ok());
  }

  std::string Path(const std::string& name) const { return home_->path() + "/" + name; }

  // Runs a program to its end: what it printed. A failure unless it exits with `wanted`.
  std::string Run(std::vector<std::string> arguments, int wanted = 0) {
    bench::ChildOptions options;
    if (arguments[0].find('/') == std::string::npos)
      arguments[0] = std::string(COFILTER_PROGRAMS) + "/" + arguments[0];
    options.environment = {
        {"PATH", std::string(COFILTER_PROGRAMS) + ":" + std::getenv("PATH")},
        {"COFILTER_SERVER", address_},
        {"COFILTER_TOKEN_FILE", Path("operator.token")},
    };
    // Programs append to theirs.
    options.output_path = Path("run-" + std::to_string(++runs_) + ".log");
    options.arguments = arguments;
    auto child = bench::ChildProcess::Start(options);
    if (!child.ok()) {
      ADD_FAILURE() << child.status();
      return "";
    }
    const int code = (*child)->Wait().exit_code;
    const std::string printed = runtime::ReadFile(options.output_path).value_or("");
    EXPECT_EQ(code, wanted) << arguments[0] << " " << arguments[1] << ":\n" << printed;
    return printed;
  }

  void Serve() {
    bench::ChildOptions options;
    options.arguments = {std::string(COFILTER_PROGRAMS) + "/cofilter-server",
                         "--config",
                         std::string(kGolden) + "/cofilter.toml",
                         "--store",
                         Path("cofilter.db"),
                         "--models",
                         Path("models"),
                         "--listen",
                         "127.0.0.1:0",
                         "--port-file",
                         Path("port"),
                         "--clock-file",
                         Path("clock")};
    options.output_path = Path("server.log");
    auto child = bench::ChildProcess::Start(options);
    ASSERT_TRUE(child.ok()) << child.status();
    server_ = *std::move(child);
    const auto port = bench::WaitForPort(Path("port"), *server_);
    ASSERT_TRUE(port.ok()) << port.status();
    address_ = "127.0.0.1:" + std::to_string(*port);
    const auto token = cli::ReadTokenFile(Path("operator.token"));
    ASSERT_TRUE(token.ok()) << token.status();
    const auto channel = cli::OpenChannel({.server = address_, .token = *token});
    ASSERT_TRUE(channel.ok()) << channel.status();
    channel_ = *channel;
  }

  template <typename Service, typename Method, typename Request, typename Response>
  void Call(Method method, const Request& request, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const grpc::Status status = (*Service::NewStub(channel_).*method)(&context, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  v1::Recommendation Recommend(const std::string& member) {
    v1::RecommendItemsRequest request;
    v1::RecommendItemsResponse response;
    request.set_member_id(member);
    request.set_surface("news");
    Call<v1::RecommendationService>(&v1::RecommendationService::Stub::RecommendItems, request,
                                    &response);
    return response.recommendation();
  }

  std::optional<runtime::TemporaryDirectory> home_;
  std::unique_ptr<bench::ChildProcess> server_;
  int runs_ = 0;
  std::string address_;
  std::shared_ptr<grpc::Channel> channel_;
};

// The objects of an export's files by their ids. Lines may come in another order, and have more
// fields.
std::map<std::string, nlohmann::json> ById(const std::string& lines, const std::string& id) {
  std::map<std::string, nlohmann::json> objects;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    const nlohmann::json object = nlohmann::json::parse(line);
    EXPECT_TRUE(objects.emplace(object.at(id), object).second) << line;
  }
  return objects;
}

void ExpectHolds(const std::string& now, const std::string& before, const std::string& id,
                 std::size_t count) {
  const auto objects = ById(now, id);
  const auto wanted = ById(before, id);
  EXPECT_EQ(wanted.size(), count);
  EXPECT_EQ(objects.size(), count);
  for (const auto& [name, object] : wanted) {
    const auto found = objects.find(name);
    if (found == objects.end()) {
      ADD_FAILURE() << name << " is gone";
      continue;
    }
    for (const auto& [field, value] : object.items())
      EXPECT_EQ(found->second.value(field, nlohmann::json()), value) << name << "." << field;
  }
}

// A program that was built with the last release's stubs: it knows no message and no field that is
// newer.
class EarlierCaller {
 public:
  explicit EarlierCaller(std::shared_ptr<grpc::Channel> channel) : stub_(std::move(channel)) {
    std::ifstream in(std::string(kGolden) + "/contract.descriptors", std::ios::binary);
    google::protobuf::FileDescriptorSet set;
    EXPECT_TRUE(set.ParseFromIstream(&in));
    for (const auto& file : set.file()) EXPECT_NE(pool_.BuildFile(file), nullptr) << file.name();
  }

  nlohmann::json Call(const std::string& service, const std::string& name,
                      const nlohmann::json& request) {
    const auto* const method = pool_.FindMethodByName("cofilter.v1." + service + "." + name);
    if (method == nullptr) {
      ADD_FAILURE() << name;
      return {};
    }
    const std::unique_ptr<google::protobuf::Message> asked(
        factory_.GetPrototype(method->input_type())->New());
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(request.dump(), asked.get()).ok());
    const grpc::Slice bytes(asked->SerializeAsString());
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    grpc::CompletionQueue queue;
    const auto call = stub_.PrepareUnaryCall(&context, "/cofilter.v1." + service + "/" + name,
                                             grpc::ByteBuffer(&bytes, 1), &queue);
    grpc::ByteBuffer answer;
    grpc::Status status;
    call->StartCall();
    call->Finish(&answer, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok) && ok && status.ok()) << status.error_message();
    grpc::Slice whole;
    EXPECT_TRUE(answer.DumpToSingleSlice(&whole).ok());
    const std::unique_ptr<google::protobuf::Message> answered(
        factory_.GetPrototype(method->output_type())->New());
    EXPECT_TRUE(answered->ParseFromArray(whole.begin(), static_cast<int>(whole.size())));
    std::string text;
    EXPECT_TRUE(google::protobuf::util::MessageToJsonString(*answered, &text).ok());
    return nlohmann::json::parse(text);
  }

 private:
  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
  grpc::GenericStub stub_;
};

TEST_F(UpgradeTest, AnswersACallerOfTheLastRelease) {
  ASSERT_NO_FATAL_FAILURE(Serve());
  EarlierCaller caller(channel_);
  const nlohmann::json ask = {{"memberId", "m000003"}, {"surface", "news"}, {"count", 5}};
  const nlohmann::json before = caller.Call("RecommendationService", "RecommendItems", ask);
  EXPECT_EQ(before["recommendation"]["level"], "LEVEL_PERSONALISED");
  ASSERT_EQ(before["recommendation"]["items"].size(), 5u) << before;
  const nlohmann::json first = before["recommendation"]["items"][0]["itemId"];
  const nlohmann::json recorded = caller.Call("EventService", "RecordEvents",
                                              {{"events",
                                                {{{"eventId", "by-an-earlier-caller"},
                                                  {"memberId", "m000003"},
                                                  {"itemId", first},
                                                  {"verb", "VERB_READ"},
                                                  {"occurredAt", "2026-11-20T00:00:00Z"}}}}});
  EXPECT_EQ(recorded["recorded"], 1) << recorded;
  EXPECT_EQ(recorded["durability"], "DURABILITY_LOCAL_SYNC");
  const nlohmann::json after = caller.Call("RecommendationService", "RecommendItems", ask);
  for (const nlohmann::json& item : after["recommendation"]["items"])
    EXPECT_NE(item["itemId"], first);
  EXPECT_EQ(caller.Call("ModelService", "ListModels", nlohmann::json::object())["models"].size(),
            2u);
}

TEST_F(UpgradeTest, ServesTheStoreModelsAndConfigurationOfTheLastRelease) {
  ASSERT_NO_FATAL_FAILURE(Serve());
  const v1::Recommendation list = Recommend("m000003");
  EXPECT_EQ(list.level(), v1::LEVEL_PERSONALISED);
  EXPECT_EQ(list.revisions().model(), 2);
  EXPECT_TRUE(list.seen_items_excluded());
  EXPECT_GT(list.items_size(), 5);
  EXPECT_TRUE(Recommend("m000002").personalised_off());

  v1::GetPreferencesRequest ask;
  v1::Preferences preferences;
  ask.set_member_id("m000003");
  Call<v1::MemberService>(&v1::MemberService::Stub::GetPreferences, ask, &preferences);
  EXPECT_THAT(preferences.muted_topics(), ElementsAre("finance"));
  EXPECT_THAT(preferences.not_interested_item_ids(), ElementsAre("v000005"));

  v1::GetItemRequest which;
  v1::Item item;
  which.set_item_id("v000004");
  Call<v1::CatalogueService>(&v1::CatalogueService::Stub::GetItem, which, &item);
  EXPECT_EQ(item.state(), v1::ITEM_STATE_RETIRED);

  EXPECT_THAT(Run({"cofilter", "models", "list"}), HasSubstr("should be served: 2, before it: 1"));
  Run({"cofilter", "models", "roll-back", "--reason", "test"});
  EXPECT_EQ(Recommend("m000003").revisions().model(), 1);
}

TEST_F(UpgradeTest, ExportsWhatTheLastReleaseExported) {
  // Its first start brings the file's schema forward.
  ASSERT_NO_FATAL_FAILURE(Serve());
  Run({"cofilter", "export", "--store", Path("cofilter.db"), "--out", Path("now")});
  const auto read = [&](const std::string& name) {
    return runtime::ReadFile(Path(name)).value_or("");
  };
  ExpectHolds(read("now/items.jsonl"), read("export/items.jsonl"), "item_id", 50);
  ExpectHolds(read("now/members.jsonl"), read("export/members.jsonl"), "member_id", 24);
  const auto events = [&](const std::string& directory) {
    std::vector<std::string> command = {"/usr/bin/zstd", "-dcq"};
    for (const auto& day : std::filesystem::directory_iterator(Path(directory) + "/events"))
      command.push_back(day.path());
    return Run(command);
  };
  ExpectHolds(events("now"), events("export"), "event_id", 403);
}

TEST_F(UpgradeTest, CountsNoEventOfTheLastReleaseTwice) {
  ASSERT_NO_FATAL_FAILURE(Serve());
  EXPECT_THAT(Run({"cofilter", "import", "--events", Path("export/events")}),
              HasSubstr(" 0 events recorded"));
}

TEST_F(UpgradeTest, RestoresABackupOfTheLastRelease) {
  Run({"cofilter", "restore", "--from", Path("backup.db"), "--store", Path("cofilter.db"),
       "--force"});
  ASSERT_NO_FATAL_FAILURE(Serve());
  EXPECT_EQ(Recommend("m000003").level(), v1::LEVEL_PERSONALISED);
}

TEST_F(UpgradeTest, TrainsOnTheStoreByTheConfigurationAndTheReportOfTheLastRelease) {
  ASSERT_NO_FATAL_FAILURE(Serve());
  EXPECT_THAT(Run({COFILTER_SOURCE_DIR "/training/retrain.sh", "--store", Path("cofilter.db"),
                   "--models", Path("models"), "--config", std::string(kGolden) + "/cofilter.toml",
                   "--server", address_, "--no-gate"}),
              HasSubstr("promoted version 3"));
  EXPECT_EQ(Recommend("m000003").revisions().model(), 3);
  Run({"cofilter-train", "--events", Path("export/events"), "--items", Path("export/items.jsonl"),
       "--config", std::string(kGolden) + "/cofilter.toml", "--parameters",
       Path("models/2.report.json"), "--no-search", "--quiet", "--models", Path("twin")});
}

TEST_F(UpgradeTest, AcceptsTheConfigurationOfTheLastRelease) {
  Run({"cofilter-server", "--check-config", "--config", std::string(kGolden) + "/cofilter.toml"});
}

}  // namespace
}  // namespace cofilter::end_to_end
