// Freshness as a line of its own, also for items so old that hardly anything of their score is
// left.
#include "service/recommend/rerank.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "tests/service/snapshot/world.h"

namespace cofilter::service {
namespace {

class RerankTest : public ::testing::Test {
 protected:
  RerankTest() { surface_.freshness_half_life_hours = 48; }
  Candidate Put(const std::string& id, double published_day, double base) {
    const ItemKey key = next_key_++;
    keys_->Add(key, id);
    catalogue_.Put(std::make_shared<const CatalogueItem>(
        StoredItem{key, NewsItem(id, published_day)}, *keys_));
    Candidate candidate;
    candidate.key = key;
    candidate.base = candidate.score = base;
    return candidate;
  }

  std::shared_ptr<ItemKeys> keys_ = std::make_shared<ItemKeys>();
  Catalogue catalogue_{keys_};
  SurfaceConfig surface_;
  StageTrace trace_;
  ItemKey next_key_ = 1;
};

TEST_F(RerankTest, ScoreHalvesWithEveryHalfLife) {
  std::vector<Candidate> candidates = {Put("a", -2, 0.8), Put("b", -4, 0.8)};
  Rerank(surface_, catalogue_, Day(0), 10, candidates, trace_);
  ASSERT_EQ(candidates.size(), 2u);
  EXPECT_DOUBLE_EQ(candidates[0].score, 0.4);
  EXPECT_DOUBLE_EQ(candidates[1].score, 0.2);
  for (const Candidate& candidate : candidates)
    EXPECT_DOUBLE_EQ(candidate.base + candidate.freshness, candidate.score);
}

TEST_F(RerankTest, OldItemsKeepTheirOrder) {
  std::vector<Candidate> candidates;
  for (int i = 1; i <= 20; ++i) candidates.push_back(Put("n" + std::to_string(i), -200, 0.001 * i));
  Rerank(surface_, catalogue_, Day(0), 20, candidates, trace_);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    EXPECT_EQ(candidates[i].key, 20 - i);
    EXPECT_GT(candidates[i].score, 0);
  }
}

TEST_F(RerankTest, KeepsTheBestAndCountsTheRest) {
  surface_.freshness_half_life_hours.reset();
  std::vector<Candidate> candidates = {Put("a", -1, 1), Put("b", -1, 3), Put("c", -1, 2)};
  Rerank(surface_, catalogue_, Day(0), 2, candidates, trace_);
  ASSERT_EQ(candidates.size(), 2u);
  EXPECT_EQ(candidates[0].key, 2u);
  EXPECT_EQ(candidates[1].key, 3u);
  EXPECT_EQ(trace_.in, 3u);
  EXPECT_EQ(trace_.out, 2u);
}

}  // namespace
}  // namespace cofilter::service
