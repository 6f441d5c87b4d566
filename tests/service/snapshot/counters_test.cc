// Decayed clicks and impressions: by surface, by unit, moving with every event.
#include "service/snapshot/counters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/service/snapshot/world.h"

namespace cofilter::service {
namespace {

using data::Verb;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::vector<std::pair<std::string, double>> Top(const World& world, std::string_view surface,
                                                std::string_view unit) {
  std::vector<std::pair<std::string, double>> top;
  for (const TrendingItem& item : *world.holder->Current()->counters->Top(surface, unit)) {
    top.emplace_back(world.Id(item.item), item.clicks);
  }
  return top;
}

TEST(CounterBoardTest, HalvesEveryHalfLife) {
  CounterBoard board(std::chrono::hours(24), Day(0));
  board.Add(1, 8, 4, Day(0), Day(0));
  EXPECT_DOUBLE_EQ(board.Counts(1, Day(0)).clicks, 8);
  EXPECT_DOUBLE_EQ(board.Counts(1, Day(1)).clicks, 4);
  EXPECT_DOUBLE_EQ(board.Counts(1, Day(3)).clicks, 1);
  EXPECT_DOUBLE_EQ(board.Counts(1, Day(3)).impressions, 0.5);
  EXPECT_DOUBLE_EQ(board.Counts(2, Day(3)).clicks, 0);
}

TEST(CounterBoardTest, EventsOfThePastCountLessAndOfTheFutureAsNow) {
  CounterBoard board(std::chrono::hours(24), Day(0));
  board.Add(1, 1, 0, Day(-1), Day(0));
  board.Add(2, 1, 0, Day(5), Day(0));
  board.Add(3, 1, 0, Day(-10000), Day(0));
  EXPECT_DOUBLE_EQ(board.Counts(1, Day(0)).clicks, 0.5);
  EXPECT_DOUBLE_EQ(board.Counts(2, Day(0)).clicks, 1);
  EXPECT_EQ(board.Top(Day(0))->size(), 2u);
}

TEST(CounterBoardTest, StaysFiniteOverYears) {
  CounterBoard board(std::chrono::hours(1), Day(0));
  for (int day = 0; day < 3 * 365; ++day)
    board.Add(static_cast<ItemKey>(day % 7 + 1), 1, 1, Day(day), Day(day));
  const auto top = board.Top(Day(3 * 365 - 1));
  ASSERT_FALSE(top->empty());
  EXPECT_EQ(top->front().item, static_cast<ItemKey>((3 * 365 - 1) % 7 + 1));
  EXPECT_NEAR(top->front().clicks, 1, 1e-6);
}

TEST(CounterBoardTest, SmallBoardShowsEveryChangeAtOnce) {
  CounterBoard board(std::chrono::hours(24), Day(0));
  EXPECT_THAT(*board.Top(Day(0)), IsEmpty());
  board.Add(5, 1, 0, Day(0), Day(0));
  ASSERT_EQ(board.Top(Day(0))->size(), 1u);
  board.Add(6, 2, 0, Day(0), Day(0));
  EXPECT_EQ(board.Top(Day(0))->front().item, 6u);
}

TEST(CounterBoardTest, RankingHoldsTheMostClicked) {
  CounterBoard board(std::chrono::hours(24), Day(0));
  for (ItemKey key = 1; key <= 3000; ++key) board.Add(key, key, 0, Day(0), Day(0));
  const auto top = board.Top(Day(0));
  ASSERT_EQ(top->size(), CounterBoard::kRanked);
  EXPECT_EQ(top->front().item, 3000u);
  EXPECT_EQ(top->back().item, 2001u);
  board.Add(1, 10'000, 0, Day(0), Day(0));
  EXPECT_EQ(board.Top(Day(0))->front().item, 3000u) << "a large board waits a second";
  EXPECT_EQ(board.Top(Day(0) + std::chrono::seconds(1))->front().item, 1u);
}

TEST(CountersTest, AMemberBelongsToEveryUnitOnItsPath) {
  EXPECT_THAT(UnitsOnPath("/hq/research/a"), ElementsAre("/hq", "/hq/research", "/hq/research/a"));
  EXPECT_THAT(UnitsOnPath("/hq"), ElementsAre("/hq"));
  EXPECT_THAT(UnitsOnPath("/hq/"), ElementsAre("/hq"));
  EXPECT_THAT(UnitsOnPath("/"), IsEmpty());
  EXPECT_THAT(UnitsOnPath(""), IsEmpty());
  EXPECT_EQ(UnitsOnPath("/a/b/c/d/e/f/g/h/i/j").size(), kMaxUnitDepth);
}

TEST(CountersTest, EventCountsOnItsSurfaceOrOnThoseOfItsKind) {
  World world;
  world.Upsert({NewsItem("n"), Course("c")});
  world.Record("ann", "n", Verb::kRead);
  world.Record("ann", "c", Verb::kOpen);
  world.Record("bob", "c", Verb::kOpen, "news");  // a course shown beside the news
  EXPECT_THAT(Top(world, "news", ""), ElementsAre(Pair("n", 1.0), Pair("c", 1.0)));
  EXPECT_THAT(Top(world, "learning", ""), ElementsAre(Pair("c", 1.0)));
  EXPECT_THAT(Top(world, "elsewhere", ""), IsEmpty());
}

TEST(CountersTest, ImpressionsProgressAndUnknownItemsAreNoClicks) {
  World world;
  world.Upsert({NewsItem("n")});
  world.Record("ann", "n", Verb::kImpression);
  world.Record("ann", "n", Verb::kProgress);
  world.Record("ann", "n", Verb::kDismiss);
  world.Record("ann", "not in the catalogue", Verb::kRead);
  EXPECT_THAT(Top(world, "news", ""), IsEmpty());
  const DecayedCounts counts =
      world.holder->Current()->counters->Counts("news", "", world.Key("n"));
  EXPECT_EQ(counts.impressions, 1);
  EXPECT_EQ(counts.clicks, 0);
}

TEST(CountersTest, UnitHasCountsOfItsOwnOnceTheMemberIsPlaced) {
  World world;
  world.Upsert({NewsItem("n"), NewsItem("m")});
  world.SetUnit("ann", "/north/a");
  world.SetUnit("bob", "/south");
  world.Record("ann", "n", Verb::kRead);
  world.Record("bob", "m", Verb::kRead);
  world.Record("nobody placed", "m", Verb::kRead);
  ASSERT_TRUE(world.publisher->Follow().ok());
  EXPECT_THAT(Top(world, "news", ""), ElementsAre(Pair("m", 2.0), Pair("n", 1.0)));
  EXPECT_THAT(Top(world, "news", "/north"), ElementsAre(Pair("n", 1.0)));
  EXPECT_THAT(Top(world, "news", "/north/a"), ElementsAre(Pair("n", 1.0)));
  EXPECT_THAT(Top(world, "news", "/south"), ElementsAre(Pair("m", 1.0)));
  // A member that moves takes later events along.
  world.SetUnit("ann", "/south/x");
  ASSERT_TRUE(world.publisher->Follow().ok());
  world.Record("ann", "n", Verb::kRead);
  EXPECT_THAT(Top(world, "news", "/south"), ElementsAre(Pair("n", 1.0), Pair("m", 1.0)));
}

TEST(CountersTest, RestartWarmsThemFromTheLog) {
  World world;
  world.Upsert({NewsItem("n"), NewsItem("old")});
  world.SetUnit("ann", "/north");
  world.Record("ann", "old", Verb::kRead);
  world.clock.Set(Day(20));
  for (int i = 0; i < 3; ++i) world.Record("ann", "n", Verb::kRead);
  world.clock.Set(Day(21));
  world.RestartPublisher();
  EXPECT_THAT(Top(world, "news", ""), ElementsAre(Pair("n", 1.5)));
  EXPECT_THAT(Top(world, "news", "/north"), ElementsAre(Pair("n", 1.5)));
}

TEST(CountersTest, WarmingStopsAtItsLimit) {
  World world;
  world.Upsert({NewsItem("n")});
  for (int i = 0; i < 10; ++i) world.Record("ann", "n", Verb::kRead);
  PublisherOptions options = World::QuietOptions();
  options.warm_up_events = 4;
  world.RestartPublisher(options);
  EXPECT_THAT(Top(world, "news", ""), ElementsAre(Pair("n", 4.0)));
}

}  // namespace
}  // namespace cofilter::service
