// The weights of a history's items.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "models/operator.h"

namespace cofilter::models {
namespace {

using testing::ElementsAre;
using testing::FloatNear;

TEST(HistoryWeightsTest, EqualsTheConfidenceWithoutExponents) {
  const std::vector<float> confidence = {0.5f, 1.0f, 0.25f};
  const std::vector<double> ages = {10, 0, 5};
  EXPECT_THAT(HistoryWeights({}, confidence, ages), ElementsAre(0.5f, 1.0f, 0.25f));
}

TEST(HistoryWeightsTest, RanksFromTheLatestWhateverTheOrder) {
  const std::vector<float> confidence = {1, 1, 0.5f};
  const std::vector<double> ages = {10, 0, 5};
  EXPECT_THAT(HistoryWeights({.by_rank = 1}, confidence, ages),
              ElementsAre(FloatNear(1.0f / 3, 1e-6f), 1.0f, 0.25f));
}

TEST(HistoryWeightsTest, FallsWithAge) {
  const std::vector<float> confidence = {1, 1};
  const std::vector<double> ages = {3, 0};
  EXPECT_THAT(HistoryWeights({.by_age = 0.5}, confidence, ages), ElementsAre(0.5f, 1.0f));
}

TEST(HistoryWeightsTest, AgesCountFromTheLatest) {
  const std::vector<float> confidence = {1, 1, 0};
  const std::vector<double> young = {3, 0, 0}, old = {1003, 1000, 0};
  EXPECT_EQ(HistoryWeights({.by_age = 0.5}, confidence, young),
            HistoryWeights({.by_age = 0.5}, confidence, old));
}

TEST(HistoryWeightsTest, EqualAgesRankInTheOrderGiven) {
  const std::vector<float> confidence = {1, 1, 1};
  const std::vector<double> ages = {0, 0, 0};
  EXPECT_THAT(HistoryWeights({.by_rank = 1}, confidence, ages),
              ElementsAre(1.0f, 0.5f, FloatNear(1.0f / 3, 1e-6f)));
}

TEST(HistoryWeightsTest, KeepsTheLatestUpToTheLimit) {
  const std::vector<float> confidence = {1, 1, 1, 1};
  const std::vector<double> ages = {4, 1, 3, 2};
  EXPECT_THAT(HistoryWeights({.limit = 2}, confidence, ages), ElementsAre(0, 1, 0, 1));
}

TEST(HistoryWeightsTest, EntriesWithoutConfidenceTakeNoRank) {
  const std::vector<float> confidence = {0, std::numeric_limits<float>::quiet_NaN(), 1, 1};
  const std::vector<double> ages = {0, 1, 2, 3};
  EXPECT_THAT(HistoryWeights({.by_rank = 1, .limit = 2}, confidence, ages),
              ElementsAre(0, 0, 1.0f, 0.5f));
}

TEST(HistoryWeightsTest, AgesBelowZeroOrNotANumberCountAsNow) {
  const std::vector<float> confidence = {1, 1};
  const std::vector<double> ages = {-5, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_THAT(HistoryWeights({.by_age = 1}, confidence, ages), ElementsAre(1.0f, 1.0f));
  EXPECT_TRUE(HistoryWeights({}, {}, {}).empty());
}

}  // namespace
}  // namespace cofilter::models
