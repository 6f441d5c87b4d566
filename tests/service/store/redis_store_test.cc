// What is the Redis store's own: durability, a full log, several processes on one store, leftovers.
#include "service/store/redis/redis_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "service/store/redis/database.h"
#include "service/store/redis/member_updates.h"
#include "tests/service/store/redis_server.h"
#include "tests/service/store/store_fixture.h"

namespace cofilter::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::unique_ptr<RedisServer> StartServer(std::vector<std::string> arguments = {}) {
  auto server = RedisServer::Start(std::move(arguments));
  EXPECT_TRUE(server.ok()) << server.status();
  return server.ok() ? *std::move(server) : nullptr;
}

class RedisStoreTest : public testing::Test {
 protected:
  void Start(std::vector<std::string> arguments = {}) {
    server_ = StartServer(std::move(arguments));
    ASSERT_NE(server_, nullptr);
    options_ = OptionsFor(server_->endpoint());
    options_.clock = &clock_;
  }
  std::unique_ptr<Store> Open() {
    auto store = RedisStore::Open(options_);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }
  redis::KeyNames Names() const { return {options_.prefix, options_.organisation}; }

  runtime::SimulatedClock clock_{At(0)};
  std::unique_ptr<RedisServer> server_;
  RedisStoreOptions options_;
};

std::vector<data::Event> ManyEvents(int first, int count) {
  std::vector<data::Event> events;
  for (int i = first; i < first + count; ++i) {
    events.push_back(MakeEvent({.id = absl::StrCat("e", i), .item = absl::StrCat("i", i)}));
  }
  return events;
}

TEST_F(RedisStoreTest, SaysWhatAnAcknowledgementIsWorth) {
  Start();
  EXPECT_EQ(Record(*Open(), {MakeEvent({.id = "e1"})})->durability, Durability::kMemory);

  ASSERT_TRUE(server_->Do({"CONFIG", "SET", "appendonly", "yes"}).ok());
  ASSERT_TRUE(server_->Do({"CONFIG", "SET", "appendfsync", "always"}).ok());
  const auto store = Open();
  EXPECT_EQ(Record(*store, {MakeEvent({.id = "e2"})})->durability, Durability::kLocalSync);
  // A setting that changes under an open store is found out.
  ASSERT_TRUE(server_->Do({"CONFIG", "SET", "appendfsync", "everysec"}).ok());
  int tries = 0;
  while (Record(*store, {MakeEvent({.id = absl::StrCat("f", ++tries)})})->durability !=
         Durability::kMemory) {
  }
}

TEST_F(RedisStoreTest, AReplicaThatAcknowledgesIsSaidAndOneThatDoesNotIsNot) {
  Start({"--repl-diskless-sync-delay", "0"});
  const auto replica =
      StartServer({"--replicaof", "127.0.0.1 " + std::to_string(server_->endpoint().port)});
  ASSERT_NE(replica, nullptr);
  options_.client.replicas = 1;
  options_.client.replica_timeout = std::chrono::milliseconds(200);
  const auto store = Open();
  while (Record(*store, {MakeEvent({.id = "e1"})})->durability != Durability::kReplicated) {
  }
  EXPECT_EQ(replica->Do({"XLEN", Names().log})->view().number(), 1);
  replica->Kill();
  options_.client.replica_timeout = std::chrono::milliseconds(20);
  EXPECT_EQ(Record(*Open(), {MakeEvent({.id = "e2"})})->durability, Durability::kMemory);
}

TEST_F(RedisStoreTest, AFullLogRefusesEventsUntilItIsTrimmed) {
  Start();
  options_.max_logged_events = 1000;
  const auto store = Open();
  ASSERT_TRUE(Record(*store, ManyEvents(0, 999)).ok());
  const auto refused = Record(*store, ManyEvents(999, 2));  // room for one of two
  EXPECT_TRUE(absl::IsResourceExhausted(refused.status())) << refused.status();
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("export and trim"));
  EXPECT_EQ(*store->events().LastSequence(), 999);
  EXPECT_THAT(store->members().Read("ann")->items, SizeIs(999));
  EXPECT_EQ(Record(*store, ManyEvents(0, 10))->duplicates, 10u);

  EXPECT_EQ(*RedisStore::TrimLog(options_, 500), 500u);
  const auto taken = Record(*store, ManyEvents(999, 2));
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_EQ(taken->applied[0].sequence, 1000);
  EXPECT_EQ(store->events().ReadAfter(0, 1)->front().sequence, 501);
  // What was trimmed is still known, and still in its member's state.
  EXPECT_EQ(Record(*store, ManyEvents(0, 1))->duplicates, 1u);
  EXPECT_THAT(store->members().Read("ann")->items, SizeIs(1001));
}

TEST_F(RedisStoreTest, AnotherLayoutIsRefused) {
  Start();
  ASSERT_TRUE(Record(*Open(), {MakeEvent({.id = "e1"})}).ok());
  const auto store = Open();
  ASSERT_TRUE(server_->Do({"HSET", Names().meta, "layout", "2"}).ok());
  const auto refused = RedisStore::Open(options_);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused.status())) << refused.status();
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("layout 2"));
}

TEST_F(RedisStoreTest, DataThatWereReplacedUnderAnOpenStoreAreNotServed) {
  Start();
  const auto store = Open();
  ASSERT_TRUE(Record(*store, {MakeEvent({.id = "e1"})}).ok());
  server_->Kill();
  ASSERT_TRUE(server_->StartAgain().ok());  // without a file: empty
  absl::Status status;
  do {
    status = store->members().Read("ann").status();
  } while (status.message().find("gone") == std::string_view::npos);
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_FALSE(Record(*store, {MakeEvent({.id = "e2"})}).ok());
  EXPECT_EQ(server_->Do({"DBSIZE"})->view().number(), 0);
}

TEST_F(RedisStoreTest, TwoProcessesOnOneStoreSeeEachOther) {
  Start();
  const auto one = Open();
  const auto two = Open();
  ASSERT_TRUE(Record(*one, {MakeEvent({.id = "a1"}), MakeEvent({.id = "a2", .item = "i2"})}).ok());
  ASSERT_TRUE(Record(*two, {MakeEvent({.id = "b1", .item = "i3"}), MakeEvent({.id = "a1"})}).ok());
  EXPECT_THAT(Describe(*one, "ann"), ElementsAre("i1:read@0-0", "i2:read@0-0", "i3:read@0-0"));
  EXPECT_THAT(Describe(*two, "ann"), ElementsAre("i1:read@0-0", "i2:read@0-0", "i3:read@0-0"));
  // Each follows the log without what it wrote itself.
  const auto others = one->events().ReadOthersAfter(0, 100);
  ASSERT_TRUE(others.ok());
  EXPECT_EQ(others->upto, 3);
  ASSERT_THAT(others->events, SizeIs(1));
  EXPECT_EQ(others->events[0].event.event_id, "b1");
  EXPECT_THAT(two->events().ReadOthersAfter(0, 100)->events, SizeIs(2));
  EXPECT_EQ(one->events().ReadOthersAfter(0, 2)->upto, 2);
  EXPECT_THAT(one->events().ReadOthersAfter(3, 2)->events, IsEmpty());

  const auto stored = one->catalogue().Upsert(std::vector{MakeItem("i1", "title")});
  EXPECT_EQ(two->catalogue().ChangedAfter(0, 10)->front().item.title, "title");
  ASSERT_TRUE(two->rules().Put("r", "body", 0).ok());
  EXPECT_EQ(one->rules().Load()->front().body, "body");
  EXPECT_THAT(*one->changes().ChangesAfter((*stored)[0].item.revision, 10), SizeIs(1));
  Preferences off;
  off.personalised = false;
  ASSERT_TRUE(two->members().UpdatePreferences("ann", off).ok());
  EXPECT_FALSE(one->members().Read("ann")->preferences.personalised);
}

TEST_F(RedisStoreTest, ProcessesThatWriteTheSameEventsCountEachOnce) {
  Start();
  constexpr int kEvents = 400;
  constexpr int kBatch = 20;
  std::vector<std::unique_ptr<Store>> stores;
  for (int i = 0; i < 3; ++i) stores.push_back(Open());
  std::atomic<std::uint32_t> recorded{0};
  std::atomic<int> wrong{0};
  std::vector<std::thread> writers;
  for (const std::unique_ptr<Store>& store : stores) {
    writers.emplace_back([&] {
      for (int i = 0; i < kEvents; i += kBatch) {
        const auto outcome = Record(*store, ManyEvents(i, kBatch));
        if (!outcome.ok() || outcome->recorded + outcome->duplicates != kBatch) ++wrong;
        if (outcome.ok()) recorded += outcome->recorded;
        // Whoever logged it: after the answer it is in the member's state.
        if (store->members().Read("ann")->items.size() < static_cast<std::size_t>(i + kBatch))
          ++wrong;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(recorded, static_cast<std::uint32_t>(kEvents));
  EXPECT_EQ(*stores[0]->events().LastSequence(), kEvents);
  EXPECT_THAT(*stores[0]->events().ReadAfter(0, 10000), SizeIs(kEvents));
}

TEST_F(RedisStoreTest, EventsLoggedByAProcessThatEndedInBetweenReachTheirMembers) {
  Start();
  const auto store = Open();
  const std::string record = Names().OfMember("ann").record;
  // As if the process had ended between its two steps: the member's key is in the way of the
  // second.
  ASSERT_TRUE(server_->Do({"SET", record, "in the way"}).ok());
  const auto refused =
      Record(*store, {MakeEvent({.id = "e1"}), MakeEvent({.id = "e2", .member = "bob"})});
  EXPECT_TRUE(absl::IsUnavailable(refused.status())) << refused.status();
  ASSERT_TRUE(server_->Do({"DEL", record}).ok());

  redis::Database database(options_.client, Names(), clock_);
  const auto settled = redis::SettleLeftovers(database, std::chrono::seconds(0));
  ASSERT_TRUE(settled.ok()) << settled.status();
  EXPECT_THAT(Describe(*store, "ann"), ElementsAre("i1:read@0-0"));
  EXPECT_THAT(Describe(*store, "bob"), ElementsAre("i1:read@0-0"));
  EXPECT_EQ(server_->Do({"ZCARD", Names().pending})->view().number(), 0);
  EXPECT_EQ(*redis::SettleLeftovers(database, std::chrono::seconds(0)), 0);
}

TEST_F(RedisStoreTest, ARepeatedBatchFinishesWhatItsFirstAttemptBegan) {
  Start();
  const auto store = Open();
  const std::string record = Names().OfMember("ann").record;
  ASSERT_TRUE(server_->Do({"SET", record, "in the way"}).ok());
  EXPECT_FALSE(Record(*store, {MakeEvent({.id = "e1"})}).ok());
  ASSERT_TRUE(server_->Do({"DEL", record}).ok());
  const auto again = Record(*store, {MakeEvent({.id = "e1"})});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->duplicates, 1u);
  EXPECT_THAT(Describe(*store, "ann"), ElementsAre("i1:read@0-0"));
}

TEST_F(RedisStoreTest, ALongHistoryComesWhole) {
  Start();
  const auto store = Open();
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(Record(*store, ManyEvents(i * 1000, 1000)).ok());
  const auto state = store->members().Read("ann");
  ASSERT_TRUE(state.ok()) << state.status();
  ASSERT_THAT(state->items, SizeIs(12000));
  EXPECT_EQ(state->items.back().item, 12000u);  // ties by item
}

TEST_F(RedisStoreTest, OpensWithoutRedisAndWorksOnceItComes) {
  Start({"--appendonly", "yes"});
  ASSERT_TRUE(Record(*Open(), {MakeEvent({.id = "e1"})}).ok());
  server_->Kill();
  const auto store = Open();
  ASSERT_NE(store, nullptr);
  EXPECT_TRUE(absl::IsUnavailable(store->members().Read("ann").status()));
  EXPECT_TRUE(absl::IsUnavailable(store->Check()));
  ASSERT_TRUE(server_->StartAgain().ok());
  while (!store->Check().ok()) {
  }
  EXPECT_THAT(Describe(*store, "ann"), ElementsAre("i1:read@0-0"));
}

TEST_F(RedisStoreTest, ReceiptsAndAnswersExpireInRedis) {
  Start();
  auto store = Open();
  store->receipts().Append("r1", "body", At(0));
  ASSERT_TRUE(store->idempotency().Remember("q1", "answer").ok());
  store.reset();
  const std::int64_t receipt = server_->Do({"PTTL", Names().Receipt("r1")})->view().number();
  EXPECT_GT(receipt, 29 * 86'400'000LL);
  EXPECT_LE(receipt, 30 * 86'400'000LL);
  EXPECT_GT(server_->Do({"PTTL", Names().Answer("q1")})->view().number(), 0);
}

TEST_F(RedisStoreTest, OptionsThatCannotWorkAreNamed) {
  const auto error = [](auto change) {
    RedisStoreOptions options = OptionsFor({"127.0.0.1", 1});
    change(options);
    const absl::Status status = RedisStore::Open(options).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    return std::string(status.message());
  };
  EXPECT_THAT(error([](auto& o) { o.client.topology.addresses.clear(); }), HasSubstr("addresses"));
  EXPECT_THAT(error([](auto& o) { o.prefix = "a{b"; }), HasSubstr("prefix"));
  EXPECT_THAT(error([](auto& o) { o.client.topology.mode = redis::Mode::kSentinel; }),
              HasSubstr("sentinel_master"));
  EXPECT_THAT(error([](auto& o) { o.client.replica_timeout = o.client.write_timeout; }),
              HasSubstr("replica_timeout"));
  EXPECT_THAT(error([](auto& o) { o.max_logged_events = 1; }), HasSubstr("max_events"));
}

}  // namespace
}  // namespace cofilter::service
