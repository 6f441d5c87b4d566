// Sources and variety of whole lists: what a surface does not use, and what it was asked to spread.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include "tests/service/recommend/recommend_world.h"

namespace cofilter::service {
namespace {

using data::Verb;

std::uint32_t Without(std::initializer_list<Source> sources) {
  std::uint32_t left = kAllSources;
  for (const Source source : sources) left &= ~(1u << static_cast<unsigned>(source));
  return left;
}

class VarietyTest : public RecommenderTest {
 protected:
  explicit VarietyTest(void (*change)(SurfaceConfig&))
      : RecommenderTest([&] {
          ServerConfig config = ServerConfig::Default();
          change(config.surfaces.at("news"));
          return config;
        }()) {}

  // Every second item is of topic "law", which a model knows, and a member who read three.
  void FillAndRead() {
    const std::vector<std::string> ids = Ids("n", 60);
    std::vector<data::Item> items;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      items.push_back(NewsItem(ids[i]));
      items.back().topics = {i % 2 == 0 ? "law" : "topic" + std::to_string(i)};
    }
    world.Upsert(items);
    world.Promote({RandomOperator("news", ids, 1, 40)});
    for (const char* id : {"n0001", "n0003", "n0005"}) world.Record("ann", id, Verb::kRead);
  }
  static void ExpectSums(const Recommendation& list) {
    double before = INFINITY;
    for (const RecommendedItem& item : list.items) {
      double sum = 0;
      for (const ScoreLine& line : item.lines) sum += line.value;
      EXPECT_NEAR(sum, item.score, 1e-12 * std::max(1.0, std::abs(item.score)));
      EXPECT_LE(item.score, before);
      before = item.score;
    }
  }
};

class NoNeighboursTest : public VarietyTest {
 protected:
  NoNeighboursTest()
      : VarietyTest([](SurfaceConfig& surface) {
          surface.sources = Without(
              {Source::kNeighbours, Source::kTrending, Source::kPopular, Source::kPopularInUnit});
        }) {}
};

TEST_F(NoNeighboursTest, NothingComesFromASourceThatIsOff) {
  FillAndRead();
  const Recommendation list = Get("ann", "news", 50);
  std::set<Source> sources;
  for (const RecommendedItem& item : list.items) sources.insert(item.source);
  EXPECT_EQ(sources, (std::set<Source>{Source::kGlobal, Source::kNewest}));
  EXPECT_GT(Drops(list, "rank", DropReason::kSource), 0u);
  ExpectSums(list);
}

class CappedTest : public VarietyTest {
 protected:
  CappedTest() : VarietyTest([](SurfaceConfig& surface) { surface.topic_cap = 0.3; }) {}
};

TEST_F(CappedTest, NoTopicFillsTheListOfWhoReadsOthers) {
  FillAndRead();
  const Recommendation list = Get("ann", "news", 10);
  std::size_t law = 0;
  for (const RecommendedItem& item : list.items)
    law += std::stoi(item.item_id.substr(1)) % 2 == 0 ? 1 : 0;
  EXPECT_EQ(law, 3u);
  EXPECT_DOUBLE_EQ(list.variety.largest_topic, 0.3);
  EXPECT_EQ(list.variety.topics, 8u);
  ExpectSums(list);
}

class RepeatTest : public VarietyTest {
 protected:
  RepeatTest() : VarietyTest([](SurfaceConfig& surface) { surface.repeat_limit = 2; }) {}
};

TEST_F(RepeatTest, WhatWasShownTwiceStepsBackUntilTheSessionIsOver) {
  FillAndRead();
  const std::vector<std::string> first = ItemIds(Get("ann", "news", 5));
  EXPECT_EQ(ItemIds(Get("ann", "news", 5)), first);
  const Recommendation third = Get("ann", "news", 5);
  EXPECT_NE(ItemIds(third), first);
  ExpectSums(third);
  world.clock.Advance(std::chrono::hours(2));
  EXPECT_EQ(ItemIds(Get("ann", "news", 5)).size(), 5u);
}

TEST_F(RepeatTest, NoItemIsShownMoreThanTwiceAsOftenAsTheLimit) {
  FillAndRead();
  std::map<std::string, int> shown;
  // Three times five items are looked at: enough for eight calls.
  for (int call = 0; call < 8; ++call) {
    const Recommendation list = Get("ann", "news", 5);
    ExpectSums(list);
    for (const std::string& id : ItemIds(list)) ++shown[id];
  }
  int most = 0;
  for (const auto& [id, times] : shown) most = std::max(most, times);
  EXPECT_LE(most, 4);
  EXPECT_GE(shown.size(), 10u);
}

TEST_F(RepeatTest, WhatWasClickedStays) {
  FillAndRead();
  const std::vector<std::string> shown = ItemIds(Get("ann", "news", 5));
  Get("ann", "news", 5);
  world.Record("ann", shown[0], Verb::kOpen);
  std::set<std::string> stepped_back;
  for (const RecommendedItem& item : Get("ann", "news", 60).items) {
    for (const ScoreLine& line : item.lines)
      if (line.kind == LineKind::kDiversity) stepped_back.insert(item.item_id);
  }
  EXPECT_EQ(stepped_back, std::set<std::string>(shown.begin() + 1, shown.end()));
}

}  // namespace
}  // namespace cofilter::service
