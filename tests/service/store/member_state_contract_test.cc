// What every member store must do: one read for all, upserts that leave preferences alone, etags.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/service/store/store_contract.h"

namespace cofilter::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class MemberStateContractTest : public StoreContractTest {};

TEST_P(MemberStateContractTest, AnUnknownMemberReadsAsUnknown) {
  ASSERT_TRUE(Record(store(), {MakeEvent({.id = "e1"})}).ok());
  const auto state = store().members().Read("nobody");
  ASSERT_TRUE(state.ok());
  EXPECT_FALSE(state->known);
  EXPECT_TRUE(state->preferences.personalised);
  EXPECT_THAT(state->items, IsEmpty());
  EXPECT_EQ(state->history_cursor, 1);
  EXPECT_TRUE(absl::IsNotFound(store().members().GetPreferences("nobody").status()));
}

TEST_P(MemberStateContractTest, ReadsBackWhatWasUpserted) {
  data::Member ann{.member_id = "ann",
                   .org_unit = "/hq/研究",
                   .cohorts = {"new", "night"},
                   .required = data::CreditRequirement{.credits = 12.5, .due_at = At(1000)}};
  data::Member bob{.member_id = "bob", .org_unit = "", .cohorts = {}, .required = {}};
  ASSERT_TRUE(store().members().Upsert(std::vector{ann, bob}).ok());
  EXPECT_EQ(store().members().Read("ann")->member, ann);
  EXPECT_EQ(store().members().Read("bob")->member, bob);
  EXPECT_TRUE(store().members().Read("ann")->known);
  EXPECT_THAT(store().members().Read("ann")->blocked, IsEmpty());

  ann.org_unit = "/hq";
  ann.cohorts.clear();
  ann.required.reset();
  ASSERT_TRUE(store().members().Upsert(std::vector{ann}).ok());
  Reopen();
  EXPECT_EQ(store().members().Read("ann")->member, ann);
}

TEST_P(MemberStateContractTest, PreferencesAreKeptWithKeysOfTheItems) {
  Preferences wanted{.personalised = false,
                     .muted_topics = {"sport", "天气"},
                     .not_interested_item_ids = {"i1", "never-seen"},
                     .preview_by_name = true,
                     .etag = ""};
  const auto stored = store().members().UpdatePreferences("ann", wanted);
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_FALSE(stored->etag.empty());
  wanted.etag = stored->etag;
  EXPECT_EQ(*stored, wanted);
  Reopen();
  EXPECT_EQ(*store().members().GetPreferences("ann"), wanted);
  const auto state = store().members().Read("ann");
  EXPECT_EQ(state->preferences, wanted);
  ASSERT_EQ(state->not_interested.size(), 2u);
  EXPECT_EQ(ItemId(store(), state->not_interested[0]), "i1");
  EXPECT_EQ(ItemId(store(), state->not_interested[1]), "never-seen");
}

TEST_P(MemberStateContractTest, UpsertKeepsPreferencesAndHistory) {
  ASSERT_TRUE(Record(store(), {MakeEvent({.id = "e1"})}).ok());
  const auto off = store().members().UpdatePreferences(
      "ann",
      {.personalised = false, .muted_topics = {"x"}, .not_interested_item_ids = {}, .etag = ""});
  ASSERT_TRUE(off.ok());
  ASSERT_TRUE(store()
                  .members()
                  .Upsert(std::vector{data::Member{
                      .member_id = "ann", .org_unit = "/hq", .cohorts = {}, .required = {}}})
                  .ok());
  EXPECT_EQ(*store().members().GetPreferences("ann"), *off);
  EXPECT_THAT(Describe(store(), "ann"), ElementsAre("i1:read@0-0"));
}

TEST_P(MemberStateContractTest, AnOldEtagIsAborted) {
  const auto first = store().members().UpdatePreferences("ann", Preferences{});
  Preferences change = *first;
  change.personalised = false;
  const auto second = store().members().UpdatePreferences("ann", change);
  ASSERT_TRUE(second.ok());
  EXPECT_NE(second->etag, first->etag);
  EXPECT_TRUE(absl::IsAborted(store().members().UpdatePreferences("ann", change).status()));
  Preferences unknown;
  unknown.etag = "77";
  EXPECT_TRUE(absl::IsAborted(store().members().UpdatePreferences("bob", unknown).status()));
  EXPECT_FALSE(store().members().Read("bob")->known);
  // Without an etag the last writer wins.
  EXPECT_TRUE(store().members().UpdatePreferences("ann", Preferences{}).ok());
}

TEST_P(MemberStateContractTest, ThePreferencesOfAMemberWhoSetNoneHaveAnEtagToo) {
  ASSERT_TRUE(Record(store(), {MakeEvent({.id = "e1"})}).ok());
  const auto none = store().members().GetPreferences("ann");
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(none->personalised);
  EXPECT_FALSE(none->etag.empty());
  EXPECT_TRUE(store().members().UpdatePreferences("ann", *none).ok());
  EXPECT_TRUE(absl::IsAborted(store().members().UpdatePreferences("ann", *none).status()));
}

TEST_P(MemberStateContractTest, ListsMembersByKeyInPages) {
  ASSERT_TRUE(Record(store(), {MakeEvent({.id = "e1", .member = "zoe"}), MakeEvent({.id = "e2"}),
                               MakeEvent({.id = "e3", .member = "bob"})})
                  .ok());
  EXPECT_THAT(*store().members().List(0, 2), ElementsAre(Pair(1, "zoe"), Pair(2, "ann")));
  EXPECT_THAT(*store().members().List(2, 2), ElementsAre(Pair(3, "bob")));
}

TEST_P(MemberStateContractTest, IdsAreOnlyEverTexts) {
  const std::string hostile = "'; DROP TABLE member; --";
  ASSERT_TRUE(
      Record(store(), {MakeEvent({.id = hostile, .member = hostile, .item = hostile})}).ok());
  EXPECT_THAT(Describe(store(), hostile), ElementsAre(hostile + ":read@0-0"));
  EXPECT_TRUE(store().members().Read("ann").ok());
}

INSTANTIATE_TEST_SUITE_P(Stores, MemberStateContractTest, testing::ValuesIn(StoreFactories()),
                         StoreName);

}  // namespace
}  // namespace cofilter::service
