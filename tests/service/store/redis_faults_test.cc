// What the Redis store does when Redis is stopped, slow, full, read-only, or holds what it should
// not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/store/redis/key_names.h"
#include "tests/service/store/redis_server.h"
#include "tests/service/store/store_fixture.h"

namespace cofilter::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class RedisFaultsTest : public testing::Test {
 protected:
  void SetUp() override {
    auto server = RedisServer::Start({"--appendonly", "yes", "--appendfsync", "always"});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    options_ = OptionsFor(server_->endpoint());
    options_.clock = &clock_;
    Open();
    ASSERT_TRUE(Record(*store_, {MakeEvent({.id = "before"})}).ok());
  }
  void Open() {
    store_.reset();
    auto store = RedisStore::Open(options_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  void ExpectWritesAway() {
    const auto outcome = Record(*store_, {MakeEvent({.id = "during", .item = "i2"})});
    EXPECT_TRUE(absl::IsUnavailable(outcome.status())) << outcome.status();
    EXPECT_TRUE(absl::IsUnavailable(store_->Check())) << store_->Check();
    EXPECT_TRUE(
        absl::IsUnavailable(store_->catalogue().Upsert(std::vector{MakeItem("i3", "")}).status()));
  }
  // Of itself, and nothing of what was refused is lost or counted twice when it comes again.
  void ExpectRecovers() {
    while (!store_->Check().ok()) {
    }
    const auto outcome =
        Record(*store_, {MakeEvent({.id = "during", .item = "i2"}), MakeEvent({.id = "before"})});
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    EXPECT_EQ(outcome->recorded + outcome->duplicates, 2u);
    EXPECT_EQ(*store_->events().LastSequence(), 2);
    EXPECT_THAT(Describe(*store_, "ann"), ElementsAre("i1:read@0-0", "i2:read@0-0"));
  }
  redis::KeyNames::Member Ann() const {
    return redis::KeyNames(options_.prefix, options_.organisation).OfMember("ann");
  }

  runtime::SimulatedClock clock_{At(0)};
  std::unique_ptr<RedisServer> server_;
  RedisStoreOptions options_;
  std::unique_ptr<Store> store_;
};

TEST_F(RedisFaultsTest, AStoppedRedisIsAwayAndComesBackWithEverything) {
  server_->Kill();
  EXPECT_TRUE(absl::IsUnavailable(store_->members().Read("ann").status()));
  ExpectWritesAway();
  ASSERT_TRUE(server_->StartAgain().ok());
  ExpectRecovers();
}

TEST_F(RedisFaultsTest, ASlowRedisIsAwayAfterTheTimeoutAndThenAtOnce) {
  options_.client.read_timeout = std::chrono::milliseconds(50);
  options_.client.write_timeout = std::chrono::milliseconds(500);
  options_.client.longest_pause = std::chrono::seconds(3600);
  options_.client.first_pause = std::chrono::seconds(3600);
  Open();
  server_->Freeze();
  absl::Status status = store_->members().Read("ann").status();
  while (status.ok())
    status = store_->members().Read("ann").status();  // sent before it stood still
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  // Within the pause nobody waits for it.
  status = store_->members().Read("ann").status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("not asked again yet"));
  server_->Thaw();

  options_.client.longest_pause = redis::ClientOptions().longest_pause;
  options_.client.first_pause = redis::ClientOptions().first_pause;
  options_.client.write_timeout = std::chrono::seconds(20);
  options_.client.read_timeout = std::chrono::milliseconds(500);
  Open();
  server_->Freeze();
  EXPECT_TRUE(absl::IsUnavailable(store_->members().Read("ann").status()));
  server_->Thaw();
  ExpectRecovers();
}

TEST_F(RedisFaultsTest, AFullRedisRefusesWritesAndLeavesReads) {
  ASSERT_TRUE(server_->Do({"CONFIG", "SET", "maxmemory", "1"}).ok());
  ExpectWritesAway();
  EXPECT_THAT(std::string(store_->Check().message()), HasSubstr("OOM"));
  EXPECT_THAT(Describe(*store_, "ann"), ElementsAre("i1:read@0-0"));
  ASSERT_TRUE(server_->Do({"CONFIG", "SET", "maxmemory", "0"}).ok());
  ExpectRecovers();
}

TEST_F(RedisFaultsTest, AReadOnlyRedisRefusesWritesAndLeavesReads) {
  ASSERT_TRUE(server_->Do({"REPLICAOF", "127.0.0.1", "1"}).ok());
  ExpectWritesAway();
  EXPECT_THAT(Describe(*store_, "ann"), ElementsAre("i1:read@0-0"));
  ASSERT_TRUE(server_->Do({"REPLICAOF", "NO", "ONE"}).ok());
  ExpectRecovers();
}

TEST_F(RedisFaultsTest, AMembersKeyOfAnotherTypeIsThatMembersTroubleAlone) {
  for (const std::string& key : {Ann().record, Ann().pairs}) {
    ASSERT_TRUE(server_->Do({"RENAME", key, key + ":aside"}).ok());
    ASSERT_TRUE(server_->Do({"SET", key, "something else"}).ok());
    const absl::Status status = store_->members().Read("ann").status();
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("ann"));
    EXPECT_TRUE(
        absl::IsUnavailable(Record(*store_, {MakeEvent({.id = "during", .item = "i2"})}).status()));
    EXPECT_TRUE(store_->members().Read("bob").ok());
    ASSERT_TRUE(server_->Do({"RENAME", key + ":aside", key}).ok());
  }
  ExpectRecovers();
}

TEST_F(RedisFaultsTest, AKeyOfTheLogOfAnotherTypeRefusesEventsAndChangesNothing) {
  const std::string ids = redis::KeyNames(options_.prefix, options_.organisation).item_ids;
  ASSERT_TRUE(server_->Do({"RENAME", ids, ids + ":aside"}).ok());
  ASSERT_TRUE(server_->Do({"SET", ids, "something else"}).ok());
  EXPECT_TRUE(
      absl::IsUnavailable(Record(*store_, {MakeEvent({.id = "during", .item = "i2"})}).status()));
  EXPECT_EQ(*store_->events().LastSequence(), 1);
  ASSERT_TRUE(server_->Do({"RENAME", ids + ":aside", ids}).ok());
  ExpectRecovers();
}

TEST_F(RedisFaultsTest, AHalfWrittenPairIsNoticed) {
  const std::string whole(server_->Do({"HGET", Ann().pairs, "1"})->view().text());
  ASSERT_EQ(whole.size(), 24u);
  ASSERT_TRUE(server_->Do({"HSET", Ann().pairs, "1", whole.substr(0, 13)}).ok());
  const absl::Status status = store_->members().Read("ann").status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("damaged"));
  const auto on_it = Record(*store_, {MakeEvent({.id = "during", .item = "i1", .minute = 1})});
  EXPECT_TRUE(absl::IsUnavailable(on_it.status())) << on_it.status();
  ASSERT_TRUE(server_->Do({"HSET", Ann().pairs, "1", whole}).ok());
  EXPECT_EQ(Record(*store_, {MakeEvent({.id = "during", .item = "i1", .minute = 1})})->duplicates,
            1u);
  EXPECT_THAT(Describe(*store_, "ann"), ElementsAre("i1:read@0-1"));
}

TEST_F(RedisFaultsTest, ScriptsThatRedisForgotAreLoadedAgain) {
  ASSERT_TRUE(server_->Do({"SCRIPT", "FLUSH"}).ok());
  ExpectRecovers();
}

TEST_F(RedisFaultsTest, ConnectionsThatRedisClosedAreMadeAnew) {
  ASSERT_TRUE(server_->Do({"CLIENT", "KILL", "TYPE", "normal"}).ok());
  EXPECT_THAT(Describe(*store_, "ann"), ElementsAre("i1:read@0-0"));
  ExpectRecovers();
}

}  // namespace
}  // namespace cofilter::service
