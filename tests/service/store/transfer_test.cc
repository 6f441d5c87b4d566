// An organisation goes from SQLite to Redis and back, and nothing of it changes.
#include "service/store/transfer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "tests/service/store/redis_server.h"
#include "tests/service/store/store_fixture.h"

namespace cofilter::service {
namespace {

using testing::HasSubstr;

class TransferTest : public testing::Test {
 protected:
  std::unique_ptr<Store> Open(const StoreFactory& factory, const std::string& name) {
    const std::string directory = directory_.path() + "/" + name;
    EXPECT_TRUE(runtime::MakeDirectories(directory).ok());
    auto store = factory.open(directory, "default", clock_);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
  // Some of everything, with what is awkward: retractions before and after, items that only events
  // name, members whom only preferences name.
  void Fill(Store& store) {
    std::mt19937 random(7);
    std::vector<data::Item> items;
    for (int i = 0; i < 50; ++i) {
      items.push_back(MakeItem(absl::StrCat("i", i), absl::StrCat("title ", i)));
      items.back().topics = {"topic", absl::StrCat(i % 3)};
    }
    ASSERT_TRUE(store.catalogue().Upsert(items).ok());
    ASSERT_TRUE(store.catalogue().Upsert(std::vector{items[3]}).ok());  // its revision moves
    for (int batch = 0; batch < 5; ++batch) {
      std::vector<data::Event> events;
      for (int i = 0; i < 600; ++i) {
        data::Event event = MakeEvent({.id = absl::StrCat("e", batch, "-", i),
                                       .member = absl::StrCat("m", random() % 40),
                                       .item = absl::StrCat("i", random() % 70),
                                       .verb = static_cast<data::Verb>(1 + random() % 12),
                                       .minute = static_cast<int>(random() % 10000)});
        if (random() % 3 == 0) event.progress = static_cast<float>(random() % 100) / 100;
        event.surface = random() % 2 == 0 ? "news" : "";
        if (random() % 10 == 0 && !events.empty()) {
          event.verb = data::Verb::kRetract;
          // Of this batch, of the next one, or of nothing; of the member's own now and then.
          event.retracts_event_id = absl::StrCat("e", batch + random() % 2, "-", random() % 600);
          event.member_id = events.back().member_id;
          if (random() % 2 == 0) event.retracts_event_id = events.back().event_id;
        }
        events.push_back(std::move(event));
      }
      ASSERT_TRUE(Record(store, std::move(events)).ok());
    }
    ASSERT_TRUE(store.members()
                    .Upsert(std::vector{data::Member{
                        .member_id = "m1",
                        .org_unit = "/hq",
                        .cohorts = {"new"},
                        .required = data::CreditRequirement{.credits = 2.5, .due_at = At(9)}}})
                    .ok());
    Preferences off;
    off.personalised = false;
    off.muted_topics = {"sport"};
    off.not_interested_item_ids = {"never seen", "i2"};
    ASSERT_TRUE(store.members().UpdatePreferences("only preferences", off).ok());
    ASSERT_TRUE(store.rules().Put("r1", std::string("\0body", 5), 0).ok());
    const auto first = store.model_pointer().Set(3, 0, "ann", "first");
    clock_.Advance(std::chrono::hours(5));
    ASSERT_TRUE(store.model_pointer().Set(4, first->revision, "bob", "second").ok());
    ASSERT_TRUE(
        store.audit()
            .Append({.at = At(3), .actor = "a", .action = "b", .subject = "c", .detail = "{}"})
            .ok());
  }

  const runtime::TemporaryDirectory directory_ = *runtime::TemporaryDirectory::Create();
  runtime::SimulatedClock clock_{At(0)};
};

TEST_F(TransferTest, FromSqliteToRedisAndBack) {
  const auto origin = Open(SqliteFactory(), "origin");
  Fill(*origin);
  const auto redis = Open(RedisFactory(), "redis");
  const auto there = CopyStore(*origin, *redis, clock_);
  ASSERT_TRUE(there.ok()) << there.status();
  EXPECT_EQ((*there)[Content::kItems].count, 50u);
  EXPECT_EQ((*there)[Content::kMembers].count, 41u);
  EXPECT_EQ((*there)[Content::kEvents].count, 3000u);
  EXPECT_GT((*there)[Content::kHistories].count, 500u);
  EXPECT_EQ((*there)[Content::kModelPointers].count, 2u);
  const auto back = Open(SqliteFactory(), "back");
  const auto again = CopyStore(*redis, *back, clock_);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, *there);
  EXPECT_EQ(*Summarise(*origin), *again);
  EXPECT_EQ(back->model_pointer().Get()->previous_version, 3u);
  // What was known before is known still.
  EXPECT_EQ(
      Record(*redis, {MakeEvent({.id = "e0-0", .member = "x"})})->conflicting_event_ids.size(), 1u);
}

TEST_F(TransferTest, ATargetThatHoldsSomethingIsLeftAsItIs) {
  const auto origin = Open(SqliteFactory(), "origin");
  const auto target = Open(RedisFactory(), "target");
  ASSERT_TRUE(Record(*target, {MakeEvent({.id = "e1"})}).ok());
  const absl::Status refused = CopyStore(*origin, *target, clock_).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("not empty"));
}

TEST_F(TransferTest, ASourceThatChangesMeanwhileIsNoticed) {
  const auto origin = Open(SqliteFactory(), "origin");
  ASSERT_TRUE(Record(*origin, {MakeEvent({.id = "e1"})}).ok());
  const auto target = Open(RedisFactory(), "target");
  const absl::Status refused = CopyStore(*origin, *target, clock_, [&](std::uint64_t) {
                                 EXPECT_TRUE(Record(*origin, {MakeEvent({.id = "late"})}).ok());
                               }).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("changed"));
}

TEST_F(TransferTest, TheSummaryTellsWhatDiffers) {
  const auto a = Open(SqliteFactory(), "a");
  const auto b = Open(SqliteFactory(), "b");
  ASSERT_TRUE(Record(*a, {MakeEvent({.id = "e1"}), MakeEvent({.id = "e2"})}).ok());
  ASSERT_TRUE(Record(*b, {MakeEvent({.id = "e2"}), MakeEvent({.id = "e1"})}).ok());
  const auto of_a = Summarise(*a);
  const auto of_b = Summarise(*b);
  EXPECT_EQ((*of_a)[Content::kHistories], (*of_b)[Content::kHistories]);
  EXPECT_NE((*of_a)[Content::kEvents].digest, (*of_b)[Content::kEvents].digest);  // the order
  EXPECT_EQ((*of_a)[Content::kEvents].count, (*of_b)[Content::kEvents].count);
}

}  // namespace
}  // namespace cofilter::service
