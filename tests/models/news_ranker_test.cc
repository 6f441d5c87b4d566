// Terms, scales, and the bound on what exposure may do.
#include "models/news_ranker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/content_features.h"
#include "models/content_profile.h"

namespace cofilter::models {
namespace {

using ::testing::HasSubstr;

NewsRankerParameters Weighted() {
  NewsRankerParameters parameters;
  parameters.pool_weights = {0.5, 0.1, 0.3, -0.2, 0.1, 0.1};
  parameters.given_weights = parameters.pool_weights;
  return parameters;
}

TEST(NewsRankerTest, TermsAreAsTheyAreWritten) {
  const NewsRankerParameters parameters = Weighted();
  ItemCountsByHalfLife counts{};
  counts[6] = {4, 20, 0};
  counts[1] = {2, 9, 3};
  counts[4] = {3, 11, 5};
  const NewsCounts news = NewsCountsOf(parameters, counts);
  const NewsTermValues terms = NewsTermsOf(parameters, news, 6, 0.25);
  EXPECT_DOUBLE_EQ(terms[0], std::log(5.8 / 50));
  EXPECT_DOUBLE_EQ(terms[1], std::log(2.05));
  EXPECT_DOUBLE_EQ(terms[2], std::log(4));
  EXPECT_DOUBLE_EQ(terms[3], std::log(12));
  EXPECT_DOUBLE_EQ(terms[4], 6.0 / 30);
  EXPECT_DOUBLE_EQ(terms[5], 0.25);
}

TEST(NewsRankerTest, ScaleIsWeightOverDeviationAndNothingWhereNothingVaries) {
  const std::vector<NewsTermValues> pool = {{1, 5, 0, 0, 2, 0}, {3, 5, 0, 0, 6, 0}};
  const NewsTermValues scales = NewsScales(pool, {1, 1, 1, -1, 8, 1});
  EXPECT_DOUBLE_EQ(scales[0], 1);
  EXPECT_EQ(scales[1], 0);
  EXPECT_DOUBLE_EQ(scales[4], 4);
  EXPECT_EQ(NewsScales({}, {1, 1, 1, -1, 8, 1})[0], 0);
}

TEST(NewsRankerTest, OperatorsTermFadesByHalfLives) {
  NewsRankerParameters parameters;
  EXPECT_EQ(NewsFreshness(parameters, 1000), 1);
  parameters.freshness_half_life_hours = 8;
  EXPECT_DOUBLE_EQ(NewsFreshness(parameters, 24), 0.125);
}

TEST(NewsRankerTest, WeightsThatFeedALoopAreRefused) {
  EXPECT_TRUE(Weighted().Validate().ok());
  NewsRankerParameters parameters = Weighted();
  parameters.pool_weights[static_cast<std::size_t>(NewsTerm::kExposure)] = 0.1;
  EXPECT_THAT(std::string(parameters.Validate().message()), HasSubstr("pool_weights.exposure"));
  parameters = Weighted();
  parameters.given_weights[static_cast<std::size_t>(NewsTerm::kClickRate)] = -1;
  EXPECT_THAT(std::string(parameters.Validate().message()), HasSubstr("given_weights.click_rate"));
  parameters = Weighted();
  parameters.clicks_half_life = kCounterCount;
  EXPECT_FALSE(parameters.Validate().ok());
  parameters = Weighted();
  parameters.prior_impressions = parameters.prior_clicks / 2;
  EXPECT_FALSE(parameters.Validate().ok());
}

TEST(NewsRankerTest, PoolHoldsEachItemOnce) {
  ItemCounters counters{runtime::Time{}};
  for (std::uint32_t item = 1; item <= 600; ++item) {
    counters.Add(item, {item % 2 ? 1.0 : 0.0, 1, 1}, runtime::Time{}, runtime::Time{});
  }
  std::vector<std::uint32_t> pool;
  AppendNewsPool(counters, &pool);
  EXPECT_TRUE(std::is_sorted(pool.begin(), pool.end()));
  EXPECT_EQ(std::adjacent_find(pool.begin(), pool.end()), pool.end());
  EXPECT_LE(pool.size(), 500u);
  EXPECT_GT(pool.size(), 250u);
}

TEST(ProfileSumTest, DotIsTheMeanOfCosinesAndClearingLeavesNothing) {
  const float half = std::sqrt(0.5f);
  ProfileSum sum;
  sum.Add({{1, 1.0f}}, 0.5f);
  sum.Add({{1, half}, {9, half}}, 0.5f);
  EXPECT_NEAR(sum.Dot({{1, 1.0f}}), 0.5 + 0.5 * half, 1e-6);
  EXPECT_NEAR(sum.Dot({{9, 1.0f}, {500, 1.0f}}), 0.5 * half, 1e-6);
  sum.Clear();
  EXPECT_EQ(sum.Dot({{1, 1.0f}}), 0);
}

TEST(ContentFeaturesTest, PairsOnlyLeavesSingleCharactersOut) {
  ContentFeatures features;
  features.title = "新闻";
  EXPECT_EQ(HashFeatures(features, 1u << 15).size(), 3u);
  EXPECT_EQ(HashFeatures(features, 1u << 15, Characters::kPairsOnly).size(), 1u);
}

}  // namespace
}  // namespace cofilter::models
