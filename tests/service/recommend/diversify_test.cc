// Variety: the greedy choice on lists whose right order is known.
#include "service/recommend/diversify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "tests/service/snapshot/world.h"

namespace cofilter::service {
namespace {

using ::testing::ElementsAre;

class DiversifyTest : public ::testing::Test {
 protected:
  DiversifyTest() {
    context_.catalogue = &catalogue_;
    surface_.topic_cap = 1;
  }

  ItemKey Add(std::vector<std::string> topics) {
    const ItemKey key = next_key_++;
    data::Item item = NewsItem("item" + std::to_string(key));
    item.topics = std::move(topics);
    keys_->Add(key, item.item_id);
    catalogue_.Put(std::make_shared<const CatalogueItem>(StoredItem{key, item}, *keys_));
    return key;
  }
  // Scored 10, 9, 8 … in the order of adding.
  void AddCandidate(std::vector<std::string> topics) {
    Candidate candidate;
    candidate.key = Add(std::move(topics));
    candidate.base = candidate.score = 10 - static_cast<double>(candidates_.size());
    candidates_.push_back(candidate);
  }
  std::vector<ItemKey> Choose(std::size_t count) {
    std::vector<double> before(next_key_, 0.0);
    for (const Candidate& candidate : candidates_) before[candidate.key] = candidate.score;
    trace_ = {};
    trace_.in = static_cast<std::uint32_t>(candidates_.size());
    Diversify(surface_, context_, count, candidates_, trace_);
    std::vector<ItemKey> keys;
    double above = INFINITY;
    std::uint32_t out = trace_.out;
    for (const auto& [reason, drops] : trace_.drops) out += drops;
    EXPECT_EQ(out, trace_.in);
    for (const Candidate& candidate : candidates_) {
      EXPECT_LE(candidate.score, above) << "scores fall along the list";
      EXPECT_GT(candidate.score, 0);
      EXPECT_LE(candidate.diversity, 0);
      EXPECT_NEAR(before[candidate.key] + candidate.diversity, candidate.score, 1e-12);
      above = candidate.score;
      keys.push_back(candidate.key);
    }
    return keys;
  }

  std::shared_ptr<ItemKeys> keys_ = std::make_shared<ItemKeys>();
  Catalogue catalogue_{keys_};
  SurfaceConfig surface_;
  VarietyContext context_;
  std::vector<Candidate> candidates_;
  StageTrace trace_;
  ItemKey next_key_ = 1;
};

TEST_F(DiversifyTest, NothingMovesWhereNothingIsAskedFor) {
  for (int i = 0; i < 4; ++i) AddCandidate({"law"});
  EXPECT_THAT(Choose(3), ElementsAre(1, 2, 3));
  for (const Candidate& candidate : candidates_) EXPECT_EQ(candidate.diversity, 0);
}

TEST_F(DiversifyTest, WhatResemblesAnItemAboveStepsBack) {
  surface_.diversity = 0.5;
  AddCandidate({"law"});      // 10
  AddCandidate({"law"});      // 9, halved once the first stands: 4.5
  AddCandidate({"history"});  // 8
  AddCandidate({"physics"});  // 7
  EXPECT_THAT(Choose(4), ElementsAre(1, 3, 4, 2));
  EXPECT_DOUBLE_EQ(candidates_[3].diversity, -4.5);
}

TEST_F(DiversifyTest, PartOfTheTopicsInCommonCountsAsAPart) {
  AddCandidate({"law", "history"});
  AddCandidate({"law", "physics"});
  AddCandidate({"history", "law"});
  EXPECT_DOUBLE_EQ(Similarity(context_, candidates_[0], candidates_[1]), 1.0 / 3);
  EXPECT_DOUBLE_EQ(Similarity(context_, candidates_[0], candidates_[2]), 1);
  const ListVariety variety = MeasureVariety(context_, candidates_);
  EXPECT_NEAR(variety.similarity, (1.0 / 3 + 1 + 1.0 / 3) / 3, 1e-12);
  EXPECT_EQ(variety.topics, 3u);
  EXPECT_DOUBLE_EQ(variety.largest_topic, 1);
}

TEST_F(DiversifyTest, NoTopicTakesMoreThanItsShareWhileOthersAreThere) {
  surface_.topic_cap = 0.5;
  for (int i = 0; i < 5; ++i) AddCandidate({"law"});
  AddCandidate({"history"});
  AddCandidate({"physics"});
  EXPECT_THAT(Choose(4), ElementsAre(1, 2, 6, 7));
}

TEST_F(DiversifyTest, AFullTopicStillFillsAListThatHasNothingElse) {
  surface_.topic_cap = 0.5;
  for (int i = 0; i < 5; ++i) AddCandidate({"law"});
  AddCandidate({"history"});
  EXPECT_THAT(Choose(4), ElementsAre(1, 2, 6, 3));
}

TEST_F(DiversifyTest, WhoReadsNothingElseGetsNothingElse) {
  surface_.topic_cap = 0.5;
  for (int i = 0; i < 5; ++i) AddCandidate({"law"});
  AddCandidate({"history"});
  const std::vector<ItemKey> history = {Add({"law"}), Add({"law"}), Add({})};
  context_.history = history;
  EXPECT_THAT(Choose(4), ElementsAre(1, 2, 3, 4));
}

TEST_F(DiversifyTest, TheOwnShareIsTheCapWhereItIsMore) {
  surface_.topic_cap = 0.25;
  for (int i = 0; i < 5; ++i) AddCandidate({"law"});
  for (int i = 0; i < 3; ++i) AddCandidate({"topic" + std::to_string(i)});
  const std::vector<ItemKey> history = {Add({"law"}), Add({"law"}), Add({"law"}), Add({"art"})};
  context_.history = history;
  EXPECT_THAT(Choose(4), ElementsAre(1, 2, 3, 6));
}

TEST_F(DiversifyTest, EveryShowingPastTheLimitHalvesTheScore) {
  surface_.repeat_limit = 2;
  for (int i = 0; i < 4; ++i) AddCandidate({});
  const std::vector<ShownItem> repeated = {{1, 3, Day(0)}, {2, 2, Day(0)}};
  context_.repeated = repeated;
  EXPECT_THAT(Choose(4), ElementsAre(3, 4, 2, 1));
  EXPECT_DOUBLE_EQ(candidates_[2].score, 4.5);  // half of 9
  EXPECT_DOUBLE_EQ(candidates_[3].score, 2.5);  // a quarter of 10
}

TEST_F(DiversifyTest, EverythingAtOnceStillFallsAlongTheList) {
  surface_ = SurfaceConfig();
  surface_.diversity = 1;
  surface_.topic_cap = 0.2;
  surface_.repeat_limit = 1;
  for (int i = 0; i < 9; ++i)
    AddCandidate({"topic" + std::to_string(i % 2), "other" + std::to_string(i % 3)});
  const std::vector<ShownItem> repeated = {{1, 40, Day(0)}, {5, 1, Day(0)}};
  context_.repeated = repeated;
  EXPECT_EQ(Choose(9).size(), 9u);
}

TEST(ShownItemsTest, CountsWithinTheWindowByMemberAndSurface) {
  using std::chrono::hours;
  ShownItems shown;
  const std::vector<ItemKey> list = {7, 3};
  shown.Note("ann", "news", list, Day(0), hours(1));
  shown.Note("ann", "news", std::vector<ItemKey>{3}, Day(0), hours(1));
  const auto repeated = shown.Repeated("ann", "news", 2, Day(0), hours(1));
  ASSERT_EQ(repeated.size(), 1u);
  EXPECT_EQ(repeated[0].key, 3u);
  EXPECT_EQ(repeated[0].times, 2u);
  EXPECT_TRUE(shown.Repeated("ann", "learning", 1, Day(0), hours(1)).empty());
  EXPECT_TRUE(shown.Repeated("bob", "news", 1, Day(0), hours(1)).empty());
  EXPECT_TRUE(shown.Repeated("ann", "news", 1, Day(1), hours(1)).empty()) << "a new session";
  shown.Note("ann", "news", list, Day(1), hours(1));
  EXPECT_EQ(shown.Repeated("ann", "news", 1, Day(1), hours(1))[0].times, 1u) << "counts anew";
}

TEST(ShownItemsTest, KeepsTheLatestOfManyItemsAndMembers) {
  using std::chrono::hours;
  ShownItems shown;
  for (ItemKey key = 1; key <= 3 * ShownItems::kItems; ++key) {
    shown.Note("ann", "news", std::vector<ItemKey>{key}, Day(0) + std::chrono::seconds(key),
               hours(1));
  }
  const auto kept = shown.Repeated("ann", "news", 1, Day(0) + hours(1), hours(2));
  ASSERT_EQ(kept.size(), ShownItems::kItems);
  EXPECT_EQ(kept.front().key, 2 * ShownItems::kItems + 1);
  for (std::size_t m = 0; m < ShownItems::kMembers; ++m)
    shown.Note("m" + std::to_string(m), "news", std::vector<ItemKey>{1}, Day(0), hours(1));
  EXPECT_TRUE(shown.Repeated("ann", "news", 1, Day(0), hours(2)).empty());
  EXPECT_EQ(shown.Repeated("m0", "news", 1, Day(0), hours(2)).size(), 1u);
}

}  // namespace
}  // namespace cofilter::service
