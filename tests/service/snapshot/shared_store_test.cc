// Two servers' publishers on one Redis: each sees what the other's clients did.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/service/snapshot/world.h"
#include "tests/service/store/redis_server.h"
#include "tests/service/store/store_fixture.h"

namespace cofilter::service {
namespace {

using data::Verb;

class SharedStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    auto server = RedisServer::Start();
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    one_ = std::make_unique<World>(Config());
    two_ = std::make_unique<World>(Config());
  }
  ServerConfig Config() const {
    ServerConfig config = ServerConfig::Default();
    config.store_kind = StoreKind::kRedis;
    config.redis.addresses = {server_->address()};
    config.redis.read_timeout_ms = 20'000;  // a busy machine is no fault
    config.redis.write_timeout_ms = 20'000;
    return config;
  }
  static double Clicks(const World& world, const std::string& item, const std::string& unit = "") {
    return world.holder->Current()->counters->Counts("news", unit, world.Key(item)).clicks;
  }

  std::unique_ptr<RedisServer> server_;
  std::unique_ptr<World> one_;
  std::unique_ptr<World> two_;
};

TEST_F(SharedStoreTest, ItemsKeysAndRulesOfOneAreServedByTheOther) {
  const Sequence revision = one_->Upsert({NewsItem("a"), NewsItem("b")});
  one_->Record("ann", "only an event names it", Verb::kRead);
  ASSERT_TRUE(one_->store->rules().Put("rule", "body", 0).ok());
  ASSERT_TRUE(one_->publisher->Follow().ok());
  ASSERT_TRUE(two_->publisher->Follow().ok());
  const auto snapshot = two_->holder->Current();
  EXPECT_EQ(snapshot->catalogue.revision(), revision);
  EXPECT_NE(snapshot->catalogue.Find("b"), nullptr);
  EXPECT_NE(two_->Key("only an event names it"), 0u);
  EXPECT_EQ(two_->Key("only an event names it"), one_->Key("only an event names it"));
  EXPECT_EQ(snapshot->rules->rules.size(), 1u);
}

TEST_F(SharedStoreTest, CountersFollowTheLogOfAllAndCountEachEventOnce) {
  one_->Upsert({NewsItem("a")});
  ASSERT_TRUE(two_->publisher->Follow().ok());
  one_->SetUnit("ann", "/hq/research");
  one_->Record("ann", "a", Verb::kRead);
  data::Event event = MakeEvent({.id = "of two", .member = "bob", .item = "a"});
  event.occurred_at = event.received_at = two_->clock.Now();
  ASSERT_TRUE(Record(*two_->store, {event}).ok());  // as if its server had not counted it
  for (int round = 0; round < 2; ++round) {         // the second finds nothing new
    ASSERT_TRUE(one_->publisher->Follow().ok());
    ASSERT_TRUE(two_->publisher->Follow().ok());
    EXPECT_EQ(Clicks(*one_, "a"), 2);  // its own at once, the other's from the log
    EXPECT_EQ(Clicks(*two_, "a"), 1);  // the other's
    EXPECT_EQ(Clicks(*two_, "a", "/hq"),
              1);  // in the unit of the member, whom only the store knows
  }
}

TEST_F(SharedStoreTest, ARestartCountsTheLogOfAllOnce) {
  one_->Upsert({NewsItem("a")});
  one_->Record("ann", "a", Verb::kRead);
  two_->RestartPublisher();
  EXPECT_EQ(Clicks(*two_, "a"), 1);
  ASSERT_TRUE(two_->publisher->Follow().ok());
  EXPECT_EQ(Clicks(*two_, "a"), 1);
  one_->Record("ann", "a", Verb::kLike);
  ASSERT_TRUE(two_->publisher->Follow().ok());
  EXPECT_EQ(Clicks(*two_, "a"), 2);
}

TEST_F(SharedStoreTest, FollowingGoesOnWhereARedisThatWasAwayComesBack) {
  one_->Upsert({NewsItem("a")});
  ASSERT_TRUE(two_->publisher->Follow().ok());
  server_->Freeze();
  ServerConfig impatient = Config();
  impatient.redis.read_timeout_ms = 20;
  impatient.redis.write_timeout_ms = 200;
  World three(impatient);  // starts without its store
  EXPECT_FALSE(three.holder->Current()->loaded);
  server_->Thaw();
  one_->Upsert({NewsItem("b")});
  while (!three.publisher->Follow().ok() ||
         three.holder->Current()->catalogue.Find("b") == nullptr) {
  }
  EXPECT_NE(three.holder->Current()->catalogue.Find("a"), nullptr);
}

}  // namespace
}  // namespace cofilter::service
