// The whole server on Redis: lists are answered whatever Redis does, each with its level, and all
// is as before once Redis is back; two servers on one Redis agree.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/store/redis/key_names.h"
#include "tests/service/rpc/running_server.h"
#include "tests/service/store/redis_server.h"

namespace cofilter::service {
namespace {

class RedisCallsTest : public testing::Test {
 protected:
  void SetUp() override {
    auto redis = RedisServer::Start({"--appendonly", "yes", "--appendfsync", "always"});
    ASSERT_TRUE(redis.ok()) << redis.status();
    redis_ = *std::move(redis);
  }
  std::unique_ptr<RunningServer> Serve(std::uint32_t read_timeout_ms = 20'000,
                                       std::size_t news = 60) const {
    return std::make_unique<RunningServer>(
        [&](ServerConfig& config) {
          config.store_kind = StoreKind::kRedis;
          config.redis.addresses = {redis_->address()};
          config.redis.read_timeout_ms = read_timeout_ms;
          config.redis.write_timeout_ms = 20'000;
        },
        news);
  }
  static grpc::Status TryRecord(RunningServer& server, const std::string& id) {
    v1::RecordEventsRequest request;
    *request.add_events() = server.Event(id, "ann", "n0001");
    v1::RecordEventsResponse response;
    return Call(*server.events, &v1::EventService::Stub::RecordEvents, request, &response);
  }
  static void ExpectAnswersWithoutState(RunningServer& server) {
    const v1::Recommendation list = server.Recommend("ann");
    EXPECT_EQ(list.items_size(), 10);
    EXPECT_FALSE(list.seen_items_excluded());
    EXPECT_GT(list.level(), v1::LEVEL_PERSONALISED_QUICK);
  }
  static void ExpectRecovers(RunningServer& server) {
    while (!server.Recommend("ann").seen_items_excluded()) {
    }
    EXPECT_EQ(server.Recommend("ann").level(), v1::LEVEL_PERSONALISED);
    grpc::Status status = TryRecord(server, "after");
    while (!status.ok()) status = TryRecord(server, "after");
  }

  std::unique_ptr<RedisServer> redis_;
};

TEST_F(RedisCallsTest, ListsAreAnsweredWhateverRedisDoes) {
  const auto server = Serve();
  EXPECT_EQ(server->Record({server->Event("e1", "ann", "n0000")}).durability(),
            v1::DURABILITY_LOCAL_SYNC);
  EXPECT_EQ(server->Recommend("ann").level(), v1::LEVEL_PERSONALISED);

  redis_->Kill();
  ExpectAnswersWithoutState(*server);
  EXPECT_EQ(TryRecord(*server, "e2").error_code(), grpc::StatusCode::UNAVAILABLE);
  ASSERT_TRUE(redis_->StartAgain().ok());
  ExpectRecovers(*server);

  for (const auto& [setting, trouble, right] :
       {std::array{"maxmemory", "1", "0"}, std::array{"min-replicas-to-write", "3", "0"}}) {
    ASSERT_TRUE(redis_->Do({"CONFIG", "SET", setting, trouble}).ok());
    EXPECT_EQ(server->Recommend("ann").level(), v1::LEVEL_PERSONALISED) << setting;
    EXPECT_EQ(TryRecord(*server, "e3").error_code(), grpc::StatusCode::UNAVAILABLE) << setting;
    ASSERT_TRUE(redis_->Do({"CONFIG", "SET", setting, right}).ok());
    ExpectRecovers(*server);
  }

  ASSERT_TRUE(redis_->Do({"REPLICAOF", "127.0.0.1", "1"}).ok());
  EXPECT_EQ(server->Recommend("ann").level(), v1::LEVEL_PERSONALISED);
  EXPECT_EQ(TryRecord(*server, "e4").error_code(), grpc::StatusCode::UNAVAILABLE);
  ASSERT_TRUE(redis_->Do({"REPLICAOF", "NO", "ONE"}).ok());
  ExpectRecovers(*server);

  const std::string pairs = redis::KeyNames("cofilter", "default").OfMember("ann").pairs;
  ASSERT_TRUE(redis_->Do({"RENAME", pairs, pairs + ":aside"}).ok());
  ASSERT_TRUE(redis_->Do({"SET", pairs, "something else"}).ok());
  ExpectAnswersWithoutState(*server);
  ASSERT_TRUE(redis_->Do({"RENAME", pairs + ":aside", pairs}).ok());
  ExpectRecovers(*server);

  const std::string whole(redis_->Do({"HGET", pairs, "1"})->view().text());
  ASSERT_TRUE(redis_->Do({"HSET", pairs, "1", whole.substr(0, 5)}).ok());
  ExpectAnswersWithoutState(*server);
  ASSERT_TRUE(redis_->Do({"HSET", pairs, "1", whole}).ok());
  ExpectRecovers(*server);
}

TEST_F(RedisCallsTest, ASlowRedisCostsAListItsPersonalPartAndNoMore) {
  const auto server = Serve(/*read_timeout_ms=*/200);
  server->Record({server->Event("e1", "ann", "n0000")});
  redis_->Freeze();
  ExpectAnswersWithoutState(*server);
  ExpectAnswersWithoutState(*server);
  redis_->Thaw();
  ExpectRecovers(*server);
}

TEST_F(RedisCallsTest, WhatOneServerIsToldCountsAtTheOther) {
  const auto one = Serve();
  // It finds items and pointer, and makes none.
  const auto two = Serve(20'000, 0);
  one->Record({one->Event("e1", "ann", "n0000")});
  const v1::Recommendation list = two->Recommend("ann");
  EXPECT_TRUE(list.seen_items_excluded());
  for (const v1::RecommendedItem& item : list.items()) EXPECT_NE(item.item_id(), "n0000");
}

}  // namespace
}  // namespace cofilter::service
