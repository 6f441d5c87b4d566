// Over capacity, slow stores and a store that is away: what is admitted answers, the rest is told
// when to come back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/service/rpc/health_client.h"
#include "tests/service/rpc/running_server.h"

namespace cofilter::service {
namespace {

// Holds the store's callers until it is opened.
class Barrier {
 public:
  void Pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void AwaitWaiting(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }
  void Open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

TEST(OverloadTest, ShedsEarlyWithAHintWhileAdmittedCallsAnswer) {
  RunningServer server([](ServerConfig& config) { config.max_in_flight = 2; });
  Barrier barrier;
  std::atomic<int> held{0};
  server.store().BeforeEachCall([&] {
    if (held.fetch_add(1) < 2) barrier.Pass();
  });
  std::vector<std::thread> callers;
  std::atomic<int> answered{0};
  for (int i = 0; i < 2; ++i) {
    callers.emplace_back([&] {
      if (server.Recommend("ann").items_size() == 10) ++answered;
    });
  }
  while (server.server().admission().in_flight() < 2) std::this_thread::yield();

  v1::RecommendItemsRequest request;
  request.set_member_id("bob");
  request.set_surface("news");
  v1::RecommendItemsResponse response;
  grpc::ClientContext context;
  const grpc::Status status = server.recommendations->RecommendItems(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto hint = trailers.find("grpc-retry-pushback-ms");
  ASSERT_NE(hint, trailers.end());
  const int wait = std::stoi(std::string(hint->second.data(), hint->second.size()));
  EXPECT_GE(wait, 10);
  EXPECT_LE(wait, 2000);
  EXPECT_EQ(server.server().admission().shed(), 1u);
  // Health is answered at any load.
  EXPECT_EQ(ServingStatus(server.channel(), ""), "SERVING");

  barrier.Open();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(answered, 2);
  EXPECT_EQ(server.server().admission().in_flight(), 0u);
}

TEST(StoreAwayTest, ListsAreAnsweredAndEventsRefused) {
  RunningServer server;
  server.Record({server.Event("e1", "ann", "n0000")});
  server.store().SetAway(true);
  const v1::Recommendation list = server.Recommend("ann");
  EXPECT_EQ(list.items_size(), 10);
  EXPECT_FALSE(list.seen_items_excluded());
  EXPECT_GT(list.level(), v1::LEVEL_PERSONALISED_QUICK);

  v1::RecordEventsRequest request;
  *request.add_events() = server.Event("e2", "ann", "n0001");
  v1::RecordEventsResponse response;
  EXPECT_EQ(
      Call(*server.events, &v1::EventService::Stub::RecordEvents, request, &response).error_code(),
      grpc::StatusCode::UNAVAILABLE);
  v1::UpsertItemRequest upsert;
  *upsert.mutable_item() = server.NewsMessage("x");
  v1::Item item;
  EXPECT_EQ(
      Call(*server.catalogue, &v1::CatalogueService::Stub::UpsertItem, upsert, &item).error_code(),
      grpc::StatusCode::UNAVAILABLE);
  v1::GetItemRequest get;
  get.set_item_id("n0000");
  EXPECT_TRUE(Call(*server.catalogue, &v1::CatalogueService::Stub::GetItem, get, &item).ok());
  // Something can be answered: that is what health says.
  EXPECT_EQ(ServingStatus(server.channel(), ""), "SERVING");

  server.store().SetAway(false);
  EXPECT_TRUE(server.Recommend("ann").seen_items_excluded());
  EXPECT_TRUE(Call(*server.events, &v1::EventService::Stub::RecordEvents, request, &response).ok());
}

TEST(StoreAwayTest, AStreamOfEventsSaysSoBatchByBatch) {
  RunningServer server;
  server.store().SetAway(true);
  grpc::ClientContext context;
  auto stream = server.events->StreamEvents(&context);
  v1::StreamEventsRequest request;
  request.set_batch_id(1);
  *request.add_events() = server.Event("e1", "ann", "n0000");
  stream->Write(request);
  v1::StreamEventsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.refusal().code(), static_cast<int>(grpc::StatusCode::UNAVAILABLE));
  server.store().SetAway(false);
  request.set_batch_id(2);
  stream->Write(request);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.recorded().recorded(), 1);
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST(DrainTest, CallsInFlightEndBeforeTheServerDoes) {
  RunningServer server;
  Barrier barrier;
  std::atomic<int> held{0};
  server.store().BeforeEachCall([&] {
    if (held.fetch_add(1) < 1) barrier.Pass();
  });
  std::atomic<bool> answered{false};
  std::thread caller([&] { answered = server.Recommend("ann").items_size() == 10; });
  while (server.server().admission().in_flight() < 1) std::this_thread::yield();
  std::thread drain([&] { server.server().Drain(std::chrono::seconds(30)); });
  while (ServingStatus(server.channel(), "") == "SERVING") std::this_thread::yield();
  barrier.Open();
  caller.join();
  drain.join();
  EXPECT_TRUE(answered);
}

}  // namespace
}  // namespace cofilter::service
