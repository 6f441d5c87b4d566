// The ladder: what a list is made of when there is no personal part, or too little of it, or too
// little time.
#include "service/recommend/fallback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/service/recommend/recommend_world.h"

namespace cofilter::service {
namespace {

using data::Verb;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(RungScoresTest, EachRungLiesBelowTheOneBefore) {
  EXPECT_LT(TrendingScore(1), 0);
  EXPECT_LE(PopularScore(1e9), TrendingScore(0));
  EXPECT_LE(NewestScore(Day(0), Day(0)), PopularScore(0));
  EXPECT_GT(TrendingScore(0.2), TrendingScore(0.1));
  EXPECT_GT(PopularScore(2), PopularScore(1));
  EXPECT_GT(NewestScore(Day(0), Day(1)), NewestScore(Day(-1), Day(1)));
  EXPECT_GE(NewestScore(runtime::Time::min(), Day(1)), -3);
}

TEST_F(RecommenderTest, EmptyCatalogueAnswersWithAnEmptyList) {
  const Recommendation list = Get("ann");
  EXPECT_EQ(list.level, Level::kEmpty);
  EXPECT_THAT(list.items, IsEmpty());
  EXPECT_TRUE(list.next_page_token.empty());
  EXPECT_FALSE(list.recommendation_id.empty());
}

TEST_F(RecommenderTest, CatalogueOfOneItemAnswers) {
  world.Upsert({NewsItem("only")});
  EXPECT_THAT(ItemIds(Get("ann")), ElementsAre("only"));
  EXPECT_EQ(Get("ann").level, Level::kNewest);
  world.Promote({RandomOperator("news", {"only"}, 1)});
  EXPECT_EQ(Get("ann").level, Level::kPopular);
  world.Record("bob", "only", Verb::kOpen);
  EXPECT_EQ(Get("ann").level, Level::kTrending);
  world.Record("ann", "only", Verb::kRead);
  EXPECT_EQ(Get("ann").level, Level::kEmpty);
}

TEST_F(RecommenderTest, WithoutAModelTheNewestComeFirst) {
  world.Upsert({NewsItem("old", -5), NewsItem("new", -1), NewsItem("older", -9)});
  const Recommendation list = Get("ann");
  EXPECT_EQ(list.level, Level::kNewest);
  EXPECT_EQ(list.revisions.model, 0u);
  EXPECT_THAT(ItemIds(list), ElementsAre("new", "old", "older"));
  for (const RecommendedItem& item : list.items) {
    EXPECT_EQ(item.source, Source::kNewest);
    ASSERT_EQ(item.lines.size(), 1u);
    EXPECT_EQ(item.lines[0].kind, LineKind::kRecency);
    EXPECT_EQ(item.lines[0].value, item.score);
  }
}

TEST_F(RecommenderTest, UnknownMemberGetsWhatTrendsThenPopularThenNewest) {
  const std::vector<std::string> ids = Ids("n", 10);
  Fill(ids);
  world.Upsert({NewsItem("x", -0.5)});
  world.Record("bob", "n0004", Verb::kRead);
  world.Record("eve", "n0004", Verb::kRead);
  world.Record("bob", "n0002", Verb::kRead);
  const Recommendation list = Get("nobody");
  EXPECT_EQ(list.level, Level::kTrending);
  ASSERT_EQ(list.items.size(), 11u);
  EXPECT_EQ(list.items[0].item_id, "n0004");
  EXPECT_EQ(list.items[1].item_id, "n0002");
  EXPECT_EQ(list.items[2].source, Source::kPopular);
  EXPECT_EQ(list.items[10].item_id, "x");
  EXPECT_EQ(list.items[10].source, Source::kNewest);
  const models::Operator& op = *world.holder->Current()->model->Find("news")->op;
  for (std::size_t i = 3; i < 10; ++i) {
    EXPECT_GE(op.trend(*op.FindRow(list.items[i - 1].item_id)),
              op.trend(*op.FindRow(list.items[i].item_id)));
    EXPECT_LE(list.items[i].score, list.items[i - 1].score);
  }
}

TEST_F(RecommenderTest, WhatTrendsInTheMembersUnitComesFirst) {
  Fill(Ids("n", 10));
  world.SetUnit("ann", "/north/a");
  world.SetUnit("bob", "/north/b");
  world.SetUnit("eve", "/south");
  for (int i = 0; i < 6; ++i) world.Record("bob", "n0001", Verb::kRead);
  for (int i = 0; i < 9; ++i) world.Record("eve", "n0002", Verb::kRead);
  ASSERT_TRUE(world.publisher->Follow().ok());
  EXPECT_THAT(ItemIds(Get("ann", "news", 2)), ElementsAre("n0001", "n0002"));
  EXPECT_THAT(ItemIds(Get("nobody", "news", 2)), ElementsAre("n0002", "n0001"));
}

TEST_F(RecommenderTest, TheMostSpecificUnitSpeaksOnceItHasEnoughToSay) {
  Fill(Ids("n", 10));
  world.SetUnit("ann", "/north/a");
  world.SetUnit("bob", "/north/a");
  world.SetUnit("eve", "/north/b");
  for (int i = 0; i < 8; ++i) world.Record("eve", "n0002", Verb::kRead);
  world.Record("bob", "n0001", Verb::kRead);
  ASSERT_TRUE(world.publisher->Follow().ok());
  EXPECT_THAT(ItemIds(Get("ann", "news", 2)), ElementsAre("n0002", "n0001"))
      << "one click beside eight of the unit above";
  for (int i = 0; i < 6; ++i) world.Record("bob", "n0001", Verb::kRead);
  ASSERT_TRUE(world.publisher->Follow().ok());
  const Recommendation list = Get("ann", "news", 2);
  EXPECT_THAT(ItemIds(list), ElementsAre("n0001", "n0002"));
  EXPECT_EQ(list.level, Level::kTrending);
  EXPECT_GT(list.items[0].score, list.items[1].score);
  // Two units of one branch get two lists.
  world.SetUnit("joe", "/north/b");
  ASSERT_TRUE(world.publisher->Follow().ok());
  EXPECT_THAT(ItemIds(Get("joe", "news", 2)), ElementsAre("n0002", "n0001"));
}

// Two units with habits of their own, an organisation that reads something else.
class UnitTest : public RecommenderTest {
 protected:
  explicit UnitTest(std::uint32_t sources = kAllSources) : RecommenderTest(With(sources)) {
    Fill(Ids("n", 40));
    for (const char* member : {"ann", "al"}) world.SetUnit(member, "/north/a");
    for (const char* member : {"bob", "bea"}) world.SetUnit(member, "/north/b");
    world.SetUnit("eve", "/south");
    for (int i = 0; i < 8; ++i) {
      world.Record("al", "n0001", Verb::kRead);
      world.Record("bob", "n0002", Verb::kRead);
    }
    for (int i = 0; i < 60; ++i) world.Record("eve", "n0003", Verb::kRead);
    EXPECT_TRUE(world.publisher->Follow().ok());
  }
  static ServerConfig With(std::uint32_t sources) {
    ServerConfig config = ServerConfig::Default();
    for (auto& [name, surface] : config.surfaces) surface.sources = sources;
    return config;
  }
  static Source SourceOf(const Recommendation& list, std::string_view id) {
    for (const RecommendedItem& item : list.items) {
      if (item.item_id == id) return item.source;
    }
    return Source::kUnspecified;
  }
};

TEST_F(UnitTest, WithoutEventsTheUnitComesFirstThenTheOrganisation) {
  const Recommendation ann = Get("ann", "news", 3);
  EXPECT_THAT(ItemIds(ann), ElementsAre("n0001", "n0002", "n0003"));
  EXPECT_EQ(ann.level, Level::kTrending);
  EXPECT_EQ(SourceOf(ann, "n0001"), Source::kPopularInUnit);
  EXPECT_EQ(SourceOf(ann, "n0002"), Source::kPopularInUnit) << "the unit above counts, too";
  EXPECT_EQ(SourceOf(ann, "n0003"), Source::kTrending);
  // A sister unit gets another list; who has no unit that of the organisation.
  EXPECT_THAT(ItemIds(Get("bea", "news", 3)), ElementsAre("n0002", "n0001", "n0003"));
  const Recommendation nobody = Get("nobody", "news", 3);
  EXPECT_EQ(nobody.items[0].item_id, "n0003");
  for (const RecommendedItem& item : nobody.items) EXPECT_EQ(item.source, Source::kTrending);
}

TEST_F(UnitTest, ShortPersonalListIsFilledFromTheUnitFirst) {
  models::OperatorArrays arrays = RandomOperator("news", Ids("n", 40), 1, 2);
  arrays.parameters.global.weight = 0;
  world.Promote({arrays});
  world.Record("ann", "n0030", Verb::kRead);
  const Recommendation list = Get("ann", "news", 20);
  EXPECT_EQ(list.level, Level::kPersonalised);
  const auto filled = std::find_if(list.items.begin(), list.items.end(),
                                   [](const RecommendedItem& item) { return item.score < 0; });
  ASSERT_NE(filled, list.items.end());
  EXPECT_EQ(filled->source, Source::kPopularInUnit);
}

class NoUnitTest : public UnitTest {
 protected:
  NoUnitTest() : UnitTest(kAllSources & ~(1u << static_cast<unsigned>(Source::kPopularInUnit))) {}
};
TEST_F(NoUnitTest, SourceThatIsOffLeavesTheOrganisation) {
  for (const char* member : {"ann", "bea"}) {
    const Recommendation list = Get(member, "news", 3);
    EXPECT_EQ(list.items[0].item_id, "n0003");
    for (const RecommendedItem& item : list.items) EXPECT_NE(item.source, Source::kPopularInUnit);
  }
}

class UnitAloneTest : public UnitTest {
 protected:
  UnitAloneTest() : UnitTest(1u << static_cast<unsigned>(Source::kPopularInUnit)) {}
};
TEST_F(UnitAloneTest, WithNoOtherSourceTheListIsTheUnits) {
  EXPECT_THAT(ItemIds(Get("ann", "news", 9)), ElementsAre("n0001", "n0002"));
  EXPECT_EQ(Get("nobody", "news", 9).level, Level::kEmpty);
}

TEST_F(RecommenderTest, ShortPersonalListIsFilledFromBelowWithTheSourceTold) {
  const std::vector<std::string> ids = Ids("n", 60);
  std::vector<data::Item> items;
  for (const std::string& id : ids) items.push_back(NewsItem(id));
  world.Upsert(items);
  models::OperatorArrays arrays = RandomOperator("news", ids, 1, 3);
  arrays.parameters.global.weight = 0;  // three neighbours, and nothing else connects
  world.Promote({arrays});
  world.Record("ann", "n0000", Verb::kRead);
  const Recommendation list = Get("ann", "news", 30);
  EXPECT_EQ(list.level, Level::kPersonalised);
  ASSERT_EQ(list.items.size(), 30u);
  std::set<std::string> distinct;
  int personal = 0;
  for (const RecommendedItem& item : list.items) {
    distinct.insert(item.item_id);
    personal += item.source == Source::kNeighbours;
    EXPECT_EQ(item.reasons.empty(), item.source != Source::kNeighbours)
        << "no personal score, no personal reason";
  }
  EXPECT_EQ(distinct.size(), 30u);
  EXPECT_GE(personal, 1);
  EXPECT_LE(personal, 3);
  EXPECT_EQ(list.items[static_cast<std::size_t>(personal)].source, Source::kPopular);
}

TEST_F(RecommenderTest, SurfaceWhoseOperatorTheModelLacksIsNotPersonalised) {
  Fill(Ids("n", 10));
  world.Upsert({Course("c1"), Course("c2")});
  world.Record("ann", "c1", Verb::kComplete);
  const Recommendation list = Get("ann", "learning");
  EXPECT_EQ(list.level, Level::kNewest);
  EXPECT_THAT(ItemIds(list), ElementsAre("c2"));
}

TEST_F(RecommenderTest, StoreAwayStillAnswersAndSaysSo) {
  Fill(Ids("n", 30));
  for (const char* id : {"n0001", "n0002"}) world.Record("ann", id, Verb::kRead);
  members.blocked = {world.Key("n0005")};
  EXPECT_THAT(ItemIds(Get("ann", "news", 30)), Not(Contains("n0005")));
  members.away = true;
  for (const char* member : {"ann", "somebody else"}) {
    const Recommendation list = Get(member, "news", 30);
    EXPECT_EQ(list.level, Level::kTrending);
    EXPECT_FALSE(list.seen_items_excluded);
    EXPECT_EQ(list.items.size(), 29u) << "what was read comes back, what is blocked does not";
    EXPECT_THAT(ItemIds(list), Not(Contains("n0005")));
  }
  EXPECT_EQ(recommender->stats().store_away, 2u);
  members.away = false;
  EXPECT_EQ(Get("ann").level, Level::kPersonalised);
  EXPECT_TRUE(Get("ann").seen_items_excluded);
}

TEST_F(RecommenderTest, DeadlineNearlyGoneGetsACheaperLevelInTime) {
  Fill(Ids("n", 200));
  for (const char* id : {"n0001", "n0002", "n0003"}) world.Record("ann", id, Verb::kRead);
  world.Record("bob", "n0100", Verb::kRead);
  // A fresh recommender each time: its guesses have not yet met this machine.
  const auto level_with = [&](std::chrono::microseconds left) {
    RequestContext context = Context();
    context.deadline = world.clock.Now() + left;
    const auto fresh = Recommender::Create(world.holder.get(), &members, nullptr);
    const auto list = fresh->Recommend(context, Ask("ann", "news", 5));
    EXPECT_TRUE(list.ok());
    EXPECT_EQ(list->items.size(), 5u);
    EXPECT_THAT(ItemIds(*list), Not(Contains("n0001"))) << "read, at any level";
    return list->level;
  };
  EXPECT_EQ(level_with(std::chrono::seconds(1)), Level::kPersonalised);
  EXPECT_EQ(level_with(std::chrono::microseconds(250)), Level::kPersonalisedQuick);
  EXPECT_EQ(level_with(std::chrono::microseconds(10)), Level::kTrending);
  EXPECT_EQ(level_with(std::chrono::microseconds(-100)), Level::kTrending);
}

TEST_F(RecommenderTest, QuickListsHaveReasonsThatAddUpToo) {
  Fill(Ids("n", 200));
  for (const char* id : {"n0001", "n0002", "n0003"}) world.Record("ann", id, Verb::kRead);
  RequestContext context = Context();
  context.deadline = world.clock.Now() + std::chrono::microseconds(250);
  const auto list = recommender->Recommend(context, Ask("ann", "news", 5));
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->level, Level::kPersonalisedQuick);
  for (const RecommendedItem& item : list->items) {
    if (item.score <= 0) continue;
    double reasons = item.remainder;
    for (const Reason& reason : item.reasons) reasons += reason.contribution;
    EXPECT_NEAR(reasons, item.lines[0].value, 1e-12);
  }
}

}  // namespace
}  // namespace cofilter::service
