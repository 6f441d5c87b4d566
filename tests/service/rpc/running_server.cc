// Starts the server and fills it.
#include "tests/service/rpc/running_server.h"

#include <gtest/gtest.h>

#include <utility>

#include "cli/channel.h"
#include "models/artifact.h"
#include "service/identity/local_key.h"
#include "service/rpc/convert_item.h"
#include "service/rpc/convert_time.h"
#include "service/store/open_store.h"

namespace cofilter::service {
namespace {

constexpr std::size_t kModelItems = 50;

template <class T>
T ValueOrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    ADD_FAILURE() << value.status();
    std::abort();
  }
  return *std::move(value);
}

}  // namespace

bool Names(const grpc::Status& status, std::string_view field) {
  return status.error_message().find(field) != std::string::npos;
}

RunningServer::RunningServer(const std::function<void(ServerConfig&)>& change, std::size_t news,
                             SpanSink* spans)
    : directory_(ValueOrDie(runtime::TemporaryDirectory::Create())), news_(Ids("n", news)) {
  ServerConfig config = ServerConfig::Default();
  config.store_path = directory_.path() + "/store.db";
  config.models_directory = models_directory();
  config.listen = "127.0.0.1:0";
  config.worker_threads = 2;
  if (change) change(config);
  EXPECT_TRUE(runtime::MakeDirectories(config.models_directory).ok());
  store_ = std::make_unique<FaultyStore>(ValueOrDie(OpenStore(config, clock)));
  std::vector<data::Item> items;
  for (const std::string& id : news_) items.push_back(NewsItem(id));
  if (!items.empty()) {
    EXPECT_TRUE(store_->catalogue().Upsert(items).ok());
    EXPECT_TRUE(store_->model_pointer()
                    .Set(static_cast<std::uint64_t>(Publish(1)), 0, "test", "the first model")
                    .ok());
  }
  ServerOptions server_options;
  server_options.clock = &clock;
  server_options.spans = spans;
  // Only changes wake the publisher, so that a test knows who calls the store.
  server_options.publisher.poll_interval = std::chrono::hours(1);
  identity_ = ValueOrDie(
      Identity::Open(config.identity, config.store_path, {.clock = &clock, .run_thread = false}));
  server_options.follow_tls = false;
  server_options.identity = identity_.get();
  server_ = ValueOrDie(Server::Start(config, store_.get(), server_options));
  channel_ = ChannelWith(ValueOrDie(cli::ReadTokenFile(identity_->operator_token_path())));
  recommendations = v1::RecommendationService::NewStub(channel_);
  events = v1::EventService::NewStub(channel_);
  catalogue = v1::CatalogueService::NewStub(channel_);
  members = v1::MemberService::NewStub(channel_);
  models = v1::ModelService::NewStub(channel_);
  reviews = v1::ReviewService::NewStub(channel_);
}

RunningServer::~RunningServer() = default;

std::shared_ptr<grpc::Channel> RunningServer::ChannelWith(const std::string& token) const {
  return ValueOrDie(cli::OpenChannel({.server = server_->address(), .token = token}));
}

std::string RunningServer::Token(const std::string& subject, RoleSet roles,
                                 const std::vector<std::string>& org_units) const {
  TokenContent content;
  content.subject = subject;
  content.roles = roles;
  content.org_units = org_units;
  content.issued_at = clock.Now();
  content.lifetime = std::chrono::hours(1);
  return ValueOrDie(LocalKey::Load(directory() + "/local.key")).Sign(content);
}

std::int64_t RunningServer::Publish(unsigned seed) {
  std::vector<std::string> ids(news_.begin(), news_.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                  kModelItems, news_.size())));
  models::ArtifactDescription description;
  description.data_cutoff = Day(-1);
  description.events = 1000;
  description.seed = seed;
  description.tool_version = "test";
  return static_cast<std::int64_t>(ValueOrDie(models::PublishArtifact(
      models_directory(), description, {RandomOperator("news", std::move(ids), seed)})));
}

v1::Event RunningServer::Event(const std::string& id, const std::string& member,
                               const std::string& item, v1::Verb verb) const {
  v1::Event event;
  event.set_event_id(id);
  event.set_member_id(member);
  event.set_item_id(item);
  event.set_verb(verb);
  ToProto(clock.Now(), event.mutable_occurred_at());
  return event;
}

v1::RecordEventsResponse RunningServer::Record(const std::vector<v1::Event>& batch) {
  v1::RecordEventsRequest request;
  for (const v1::Event& event : batch) *request.add_events() = event;
  v1::RecordEventsResponse response;
  const grpc::Status status =
      Call(*events, &v1::EventService::Stub::RecordEvents, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

v1::Recommendation RunningServer::Recommend(const std::string& member, const std::string& surface,
                                            int count) {
  v1::RecommendItemsRequest request;
  request.set_member_id(member);
  request.set_surface(surface);
  request.set_count(count);
  v1::RecommendItemsResponse response;
  const grpc::Status status =
      Call(*recommendations, &v1::RecommendationService::Stub::RecommendItems, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.recommendation();
}

v1::Item RunningServer::NewsMessage(const std::string& item_id) const {
  v1::Item item;
  ToProto(NewsItem(item_id), &item);
  return item;
}

}  // namespace cofilter::service
