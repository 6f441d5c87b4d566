// The Redis store on a cluster: members on all nodes, slots that move, a master that dies; and
// behind sentinels.
#include "tests/service/store/redis_cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "service/store/redis/key_names.h"
#include "tests/service/store/store_fixture.h"

namespace cofilter::service {
namespace {

using testing::ElementsAre;

std::string MemberId(int i) { return absl::StrCat("member-", i); }

class RedisClusterTest : public testing::Test {
 protected:
  void SetUp() override {
    auto cluster = RedisCluster::Start();
    ASSERT_TRUE(cluster.ok()) << cluster.status();
    cluster_ = *std::move(cluster);
    options_ = cluster_->Options();
    options_.clock = &clock_;
    auto store = RedisStore::Open(options_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  redis::KeyNames Names() const { return {options_.prefix, options_.organisation}; }
  // One event of each of 30 members; events of one round have ids of their own.
  static std::vector<data::Event> Round(int round) {
    std::vector<data::Event> events;
    for (int i = 0; i < kMembers; ++i) {
      events.push_back(MakeEvent({.id = absl::StrCat(round, "/", i),
                                  .member = MemberId(i),
                                  .item = absl::StrCat("i", round)}));
    }
    return events;
  }
  void ExpectRounds(int rounds) {
    for (int i = 0; i < kMembers; ++i) {
      const auto state = store_->members().Read(MemberId(i));
      ASSERT_TRUE(state.ok()) << state.status();
      EXPECT_EQ(state->items.size(), static_cast<std::size_t>(rounds)) << MemberId(i);
    }
    EXPECT_EQ(*store_->events().LastSequence(), rounds * kMembers);
  }

  static constexpr int kMembers = 30;
  runtime::SimulatedClock clock_{At(0)};
  std::unique_ptr<RedisCluster> cluster_;
  RedisStoreOptions options_;
  std::unique_ptr<Store> store_;
};

TEST_F(RedisClusterTest, MembersOfABatchLieOnAllMastersAndAreAllThere) {
  std::set<int> masters;
  for (int i = 0; i < kMembers; ++i) {
    masters.insert(RedisCluster::MasterOf(Names().OfMember(MemberId(i)).record));
  }
  ASSERT_EQ(masters.size(), 3u);
  ASSERT_TRUE(Record(*store_, Round(0)).ok());
  EXPECT_EQ(Record(*store_, Round(0))->duplicates, static_cast<std::uint32_t>(kMembers));
  ExpectRounds(1);
}

TEST_F(RedisClusterTest, ASlotThatMovesIsFollowedWhileItMovesAndAfter) {
  ASSERT_TRUE(Record(*store_, Round(0)).ok());
  const redis::KeyNames::Member keys = Names().OfMember(MemberId(7));
  const std::string slot = absl::StrCat(redis::KeySlot(keys.record));
  const int from = RedisCluster::MasterOf(keys.record);
  const int to = (from + 1) % RedisCluster::kMasters;
  const auto must = [](const absl::StatusOr<redis::Reply>& reply) {
    ASSERT_TRUE(reply.ok()) << reply.status();
    ASSERT_FALSE(reply->view().is_error()) << reply->view().text();
  };
  must(cluster_->node(to).Do({"CLUSTER", "SETSLOT", slot, "IMPORTING", cluster_->id(from)}));
  must(cluster_->node(from).Do({"CLUSTER", "SETSLOT", slot, "MIGRATING", cluster_->id(to)}));
  const std::string port = absl::StrCat(cluster_->node(to).endpoint().port);
  for (const std::string& key : {keys.record, keys.pairs, keys.events}) {
    must(cluster_->node(from).Do({"MIGRATE", "127.0.0.1", port, key, "0", "5000"}));
  }
  // The keys are gone from where the map says the slot is: ASK.
  EXPECT_THAT(Describe(*store_, MemberId(7)), ElementsAre("i0:read@0-0"));
  const auto during = Record(*store_, Round(1));
  ASSERT_TRUE(during.ok()) << during.status();
  for (const int node : {to, from, 3 - from - to}) {
    must(cluster_->node(node).Do({"CLUSTER", "SETSLOT", slot, "NODE", cluster_->id(to)}));
  }
  // The move is over: MOVED.
  ASSERT_TRUE(Record(*store_, Round(2)).ok());
  ExpectRounds(3);
  EXPECT_GT(cluster_->node(to).Do({"HLEN", keys.pairs})->view().number(), 0);
}

TEST_F(RedisClusterTest, AMasterThatDiesIsReplacedAndNothingReplicatedIsLost) {
  options_.client.replicas = 1;
  options_.client.replica_timeout = std::chrono::milliseconds(500);
  auto reopened = RedisStore::Open(options_);
  ASSERT_TRUE(reopened.ok());
  store_ = *std::move(reopened);
  const auto before = Record(*store_, Round(0));
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_EQ(before->durability, Durability::kReplicated);
  // That of the log, on which every write depends.
  const int master = RedisCluster::MasterOf(Names().log);
  cluster_->node(master).Kill();
  absl::StatusOr<RecordOutcome> after = Record(*store_, Round(1));
  while (!after.ok()) {
    EXPECT_TRUE(absl::IsUnavailable(after.status())) << after.status();
    after = Record(*store_, Round(1));
  }
  EXPECT_EQ(after->recorded + after->duplicates, static_cast<std::uint32_t>(kMembers));
  ExpectRounds(2);
  // Members on other masters were read all along; the old master comes back as a replica.
  ASSERT_TRUE(cluster_->node(master).StartAgain().ok());
  ASSERT_TRUE(Record(*store_, Round(2)).ok());
  ExpectRounds(3);
}

TEST(RedisSentinelTest, TheMasterThatSentinelsNameIsUsedAndFollowed) {
  auto master = RedisServer::Start({"--repl-diskless-sync-delay", "0"});
  ASSERT_TRUE(master.ok()) << master.status();
  auto replica =
      RedisServer::Start({"--replicaof", absl::StrCat("127.0.0.1 ", (*master)->endpoint().port)});
  ASSERT_TRUE(replica.ok()) << replica.status();
  // A sentinel keeps its state in its configuration file.
  const auto directory = *runtime::TemporaryDirectory::Create();
  std::vector<std::unique_ptr<RedisServer>> sentinels;
  RedisStoreOptions options;
  for (int i = 0; i < 3; ++i) {
    const std::string file = absl::StrCat(directory.path(), "/sentinel-", i, ".conf");
    ASSERT_TRUE(
        runtime::WriteFileDurably(
            file, absl::StrCat("sentinel monitor cofilter 127.0.0.1 ", (*master)->endpoint().port,
                               " 2\nsentinel down-after-milliseconds cofilter 500\n"
                               "sentinel failover-timeout cofilter 3000\n"))
            .ok());
    auto sentinel = RedisServer::StartSentinel(file);
    ASSERT_TRUE(sentinel.ok()) << sentinel.status();
    sentinels.push_back(*std::move(sentinel));
    if (i == 0) options = OptionsFor(sentinels[0]->endpoint());
    if (i > 0) options.client.topology.addresses.push_back(sentinels.back()->endpoint());
  }
  options.client.topology.mode = redis::Mode::kSentinel;
  options.client.topology.sentinel_master = "cofilter";
  options.client.replicas = 1;
  options.client.replica_timeout = std::chrono::milliseconds(200);
  const auto store = RedisStore::Open(options);
  ASSERT_TRUE(store.ok()) << store.status();
  while (Record(**store, {MakeEvent({.id = "e1"})})->durability != Durability::kReplicated) {
  }
  // Sentinels agree on a fail-over only when they know each other and the replica.
  for (const auto& sentinel : sentinels) {
    for (bool ready = false; !ready; std::this_thread::yield()) {
      const auto others = sentinel->Do({"SENTINEL", "SENTINELS", "cofilter"});
      const auto replicas = sentinel->Do({"SENTINEL", "REPLICAS", "cofilter"});
      ready = others->view().size() == 2 && replicas->view().size() == 1;
    }
  }
  (*master)->Kill();
  while (!Record(**store, {MakeEvent({.id = "e2", .item = "i2"})}).ok()) {
  }
  EXPECT_THAT(Describe(**store, "ann"), ElementsAre("i1:read@0-0", "i2:read@0-0"));
  EXPECT_EQ((*replica)->Do({"XLEN", "cofilter:{default}:log"})->view().number(), 2);
}

}  // namespace
}  // namespace cofilter::service
