// Selection by a rising threshold against a full sort.
#include "models/top_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

namespace cofilter::models {
namespace {

// Scores as offsets of a scan without products.
void ExpectBest(const std::vector<float>& scores, float floor, std::size_t count) {
  const std::size_t groups = (scores.size() + 63) / 64;
  std::vector<float> offsets(groups * 64), ones(groups * 64, 1.0f);
  std::vector<std::uint64_t> eligible(groups);
  for (std::size_t row = 0; row < scores.size(); ++row) {
    offsets[row] = scores[row];
    eligible[row / 64] |= std::uint64_t{1} << (row % 64);
  }
  kernels::ScanInput input;
  input.offsets = offsets.data();
  input.offset_scales = ones.data();
  input.eligible = eligible.data();
  input.groups = groups;
  std::vector<std::uint32_t> right;
  for (std::uint32_t row = 0; row < scores.size(); ++row) {
    if (scores[row] > floor) right.push_back(row);
  }
  std::stable_sort(right.begin(), right.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
  if (right.size() > count) right.resize(count);
  TopRows top;
  for (int again = 0; again < 2; ++again) {
    top.Scan(kernels::Best(), input, floor, count);
    ASSERT_EQ(std::vector<std::uint32_t>(top.rows().begin(), top.rows().end()), right);
    for (std::size_t i = 0; i < right.size(); ++i) EXPECT_EQ(top.scores()[i], scores[right[i]]);
  }
}

TEST(TopRowsTest, EqualsASortOfAll) {
  std::mt19937 random(1);
  for (const std::size_t items : {0u, 1u, 63u, 64u, 65u, 1000u, 20000u}) {
    std::vector<float> scores(items);
    for (float& score : scores) score = static_cast<float>(random()) / 1e9f - 2.0f;
    for (const std::size_t count : {0u, 1u, 10u, 500u, 30000u}) {
      ExpectBest(scores, 0, count);
      ExpectBest(scores, -std::numeric_limits<float>::infinity(), count);
    }
  }
}

TEST(TopRowsTest, ManyTiesFallToTheLowerRow) {
  std::mt19937 random(2);
  for (const std::uint32_t values : {1u, 2u, 5u, 300u}) {
    std::vector<float> scores(20000);
    for (float& score : scores) score = static_cast<float>(random() % values) - 1.0f;
    for (const std::size_t count : {1u, 10u, 500u}) {
      ExpectBest(scores, -5, count);
      ExpectBest(scores, 0, count);
    }
  }
}

TEST(TopRowsTest, BetterRowsPushOutTiesThatWereKept) {
  std::vector<float> scores(5000, 1.0f);
  for (const std::size_t row : {3000u, 3001u, 4500u, 4999u}) scores[row] = 2.0f;
  for (const std::size_t count : {1u, 4u, 5u, 100u}) ExpectBest(scores, 0, count);
}

TEST(TopRowsTest, RisingAndFallingScoresCutAsOftenAsNeeded) {
  std::vector<float> scores(20000);
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = static_cast<float>(i + 1);
  ExpectBest(scores, 0, 100);
  std::reverse(scores.begin(), scores.end());
  ExpectBest(scores, 0, 100);
}

TEST(TopRowsTest, ScoresAtTheEndsOfTheRange) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  std::vector<float> scores(5000, 1.0f);
  for (std::size_t i = 0; i < 2000; ++i) scores[2 * i] = kInfinity;
  for (std::size_t i = 0; i < 100; ++i) scores[3 * i] = std::numeric_limits<float>::denorm_min();
  ExpectBest(scores, 0, 50);
  ExpectBest(scores, 0, 2500);
}

}  // namespace
}  // namespace cofilter::models
