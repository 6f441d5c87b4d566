// What every catalogue and change feed must do: revisions in one order, all or nothing, nothing
// missed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/service/store/store_contract.h"

namespace cofilter::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class CatalogueContractTest : public StoreContractTest {
 protected:
  std::vector<std::string> LoadedTitles() {
    std::vector<std::string> titles;
    EXPECT_TRUE(
        store().catalogue().Load([&](StoredItem item) { titles.push_back(item.item.title); }).ok());
    return titles;
  }
  std::vector<std::string> Feed(Sequence after) {
    std::vector<std::string> subjects;
    Sequence last = after;
    const auto changes = store().changes().ChangesAfter(after, 100);
    EXPECT_TRUE(changes.ok()) << changes.status();
    if (!changes.ok()) return {};
    for (const Change& change : *changes) {
      EXPECT_GT(change.sequence, last);
      last = change.sequence;
      subjects.push_back(std::to_string(static_cast<int>(change.kind)) + change.subject);
    }
    return subjects;
  }
};

TEST_P(CatalogueContractTest, ReadsBackEveryField) {
  data::Item item = MakeItem("course-1", "消防安全");
  item.kind = data::ItemKind::kCourse;
  item.summary = std::string(5000, 's');
  item.topics = {"safety", "fire"};
  item.language = "zh-CN";
  item.publisher = "hq";
  item.repost_of = "course-0";
  item.published_at = At(1);
  item.expires_at = At(2);
  item.starts_at = At(3);
  item.ends_at = At(4);
  item.place = "room 5";
  item.online = true;
  item.prerequisites = {"course-0"};
  item.credits = 1.5;
  item.duration_seconds = 90.0f;
  item.org_units = {"/a", "/b/c"};
  item.source_system = "lms";
  item.state = data::ItemState::kRetired;
  const auto stored = store().catalogue().Upsert(std::vector{item, MakeItem("plain", "")});
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ((*stored)[0].key, 1u);
  EXPECT_EQ((*stored)[1].key, 2u);
  Reopen();
  std::vector<StoredItem> loaded;
  ASSERT_TRUE(
      store().catalogue().Load([&](StoredItem one) { loaded.push_back(std::move(one)); }).ok());
  ASSERT_EQ(loaded.size(), 2u);
  item.revision = (*stored)[0].item.revision;
  EXPECT_EQ(loaded[0].item, item);
  EXPECT_EQ(loaded[0].key, 1u);
}

TEST_P(CatalogueContractTest, KeysAreDenseAndSharedWithEvents) {
  ASSERT_TRUE(Record(store(), {MakeEvent({.id = "e1", .item = "seen-first"})}).ok());
  const auto stored =
      store().catalogue().Upsert(std::vector{MakeItem("new", "a"), MakeItem("seen-first", "b")});
  EXPECT_EQ((*stored)[0].key, 2u);
  EXPECT_EQ((*stored)[1].key, 1u);
  EXPECT_THAT(*store().catalogue().ItemIdsAfter(0, 10),
              ElementsAre(Pair(1, "seen-first"), Pair(2, "new")));
  EXPECT_THAT(*store().catalogue().ItemIdsAfter(1, 1), ElementsAre(Pair(2, "new")));
  EXPECT_THAT(LoadedTitles(), ElementsAre("b", "a"));  // by rising key
}

TEST_P(CatalogueContractTest, ChangedAfterGivesTheNewestOfEachItemByRisingRevision) {
  const auto first =
      *store().catalogue().Upsert(std::vector{MakeItem("a", "1"), MakeItem("b", "2")});
  const auto second = *store().catalogue().Upsert(std::vector{MakeItem("a", "3")});
  const auto changed = *store().catalogue().ChangedAfter(0, 10);
  ASSERT_EQ(changed.size(), 2u);
  EXPECT_EQ(changed[0].item.title, "2");
  EXPECT_EQ(changed[1].item.title, "3");
  EXPECT_EQ(changed[1].item.revision, second[0].item.revision);
  EXPECT_EQ(*store().changes().LastChange(), second[0].item.revision);
  EXPECT_EQ(store().catalogue().ChangedAfter(0, 1)->size(), 1u);
  EXPECT_THAT(*store().catalogue().ChangedAfter(second[0].item.revision, 10), IsEmpty());
  EXPECT_GT(second[0].item.revision, first[1].item.revision);
}

TEST_P(CatalogueContractTest, AnOldRevisionAbortsTheWholeUpsert) {
  data::Item item = (*store().catalogue().Upsert(std::vector{MakeItem("a", "1")}))[0].item;
  item.title = "2";
  ASSERT_TRUE(store().catalogue().Upsert(std::vector{item}).ok());
  item.title = "3";
  const auto refused = store().catalogue().Upsert(std::vector{MakeItem("new", "x"), item});
  EXPECT_TRUE(absl::IsAborted(refused.status())) << refused.status();
  EXPECT_THAT(LoadedTitles(), ElementsAre("2"));
  EXPECT_THAT(store().catalogue().ItemIdsAfter(0, 10)->size(), 1u);
  EXPECT_THAT(Record(store(), {MakeEvent({.id = "e1", .item = "new"})})->unknown_item_ids,
              ElementsAre("new"));
  data::Item never = MakeItem("never", "x");
  never.revision = 5;
  EXPECT_TRUE(absl::IsAborted(store().catalogue().Upsert(std::vector{never}).status()));
}

TEST_P(CatalogueContractTest, TheFeedOrdersChangesOfEveryKind) {
  clock_.Advance(std::chrono::minutes(5));
  ASSERT_TRUE(store().catalogue().Upsert(std::vector{MakeItem("a", "1")}).ok());
  ASSERT_TRUE(store()
                  .members()
                  .Upsert(std::vector{data::Member{
                      .member_id = "ann", .org_unit = "/", .cohorts = {}, .required = {}}})
                  .ok());
  ASSERT_TRUE(store().members().UpdatePreferences("ann", Preferences{}).ok());
  ASSERT_TRUE(store().model_pointer().Set(3, 0, "op", "first").ok());
  ASSERT_TRUE(store().rules().Put("rule", "body", 0).ok());
  EXPECT_THAT(Feed(0), ElementsAre("1a", "5ann", "4ann", "3models/3", "2rule"));
  EXPECT_THAT(Feed(3), ElementsAre("3models/3", "2rule"));
  EXPECT_EQ(store().changes().ChangesAfter(0, 2)->size(), 2u);
  EXPECT_EQ(store().changes().ChangesAfter(0, 1)->front().at, At(5));
  // A later change of the same subject takes the place of the earlier one.
  ASSERT_TRUE(store().catalogue().Upsert(std::vector{MakeItem("a", "2")}).ok());
  EXPECT_THAT(Feed(0), ElementsAre("5ann", "4ann", "3models/3", "2rule", "1a"));
  EXPECT_EQ(*store().changes().LastChange(), 6);
}

TEST_P(CatalogueContractTest, TheListenerHearsOfChangesAndOnlyOfThem) {
  std::atomic<int> heard{0};
  store().changes().OnChange([&] { ++heard; });
  ASSERT_TRUE(Record(store(), {MakeEvent({.id = "e1"})}).ok());
  ASSERT_TRUE(store().catalogue().Upsert(std::vector{MakeItem("a", "1")}).ok());
  ASSERT_TRUE(
      Record(store(), {MakeEvent({.id = "e2"})}).ok());  // the writer is past the listener now
  EXPECT_EQ(heard, 1);
}

INSTANTIATE_TEST_SUITE_P(Stores, CatalogueContractTest, testing::ValuesIn(StoreFactories()),
                         StoreName);

}  // namespace
}  // namespace cofilter::service
