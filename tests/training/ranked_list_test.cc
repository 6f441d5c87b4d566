// Lists and their measures, computed by hand.
#include "training/ranked_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "training/bootstrap.h"
#include "training/seeded_random.h"

namespace cofilter::training {
namespace {

TEST(TopRowsTest, AgreesWithSorting) {
  SeededRandom random(3);
  for (const std::size_t size : {1, 63, 64, 65, 1000}) {
    std::vector<float> scores(size);
    // Few different values, so that ties decide.
    for (float& score : scores) score = static_cast<float>(random.Below(20));
    for (std::size_t j = 0; j < size; j += 7) scores[j] = kNotListed;
    std::vector<std::uint32_t> expected;
    for (std::uint32_t j = 0; j < size; ++j) {
      if (scores[j] != kNotListed) expected.push_back(j);
    }
    std::stable_sort(expected.begin(), expected.end(),
                     [&](auto a, auto b) { return scores[a] > scores[b]; });
    expected.resize(std::min<std::size_t>(expected.size(), 20));
    std::vector<std::uint32_t> found;
    TopRows(scores, 20, &found);
    EXPECT_EQ(found, expected) << size;
  }
}

CatalogueFacts FiveItems() {
  // 5 items: head is none (1 % of 5 rounds to 0), tail the four least popular, mid row 0.
  return MakeCatalogueFacts(std::vector<std::uint32_t>{8, 4, 2, 1, 1},
                            std::vector<std::string>{"a", "b", "c", "d", "e"});
}

TEST(MeasureListTest, ByHand) {
  const CatalogueFacts facts = FiveItems();
  const std::vector<std::uint32_t> list = {0, 2, 4};
  const ListMeasures m = MeasureList(list, {{2, 3}, 1}, facts, 3);
  EXPECT_NEAR(m.recall, 1.0 / 3, 1e-12);
  // One hit at rank 2; the ideal list has three.
  const double ideal = 1 + 1 / std::log2(3.0) + 0.5;
  EXPECT_NEAR(m.ndcg, 1 / std::log2(3.0) / ideal, 1e-12);
  EXPECT_NEAR(m.reciprocal_rank, 0.5, 1e-12);
  EXPECT_EQ(m.hit, 1);
  EXPECT_NEAR(m.tail_recall, 1.0 / 3, 1e-12);  // rows 2, 3 and the unknown item are of the tail
  EXPECT_TRUE(std::isnan(m.head_recall));
  EXPECT_NEAR(m.tail_share, 2.0 / 3, 1e-12);
  EXPECT_NEAR(m.novelty, (std::log2(16.0 / 8) + std::log2(16.0 / 2) + std::log2(16.0)) / 3, 1e-6);
}

TEST(MeasureListTest, IdealListIsNoLongerThanTheTest) {
  const ListMeasures m = MeasureList(std::vector<std::uint32_t>{3, 0}, {{3}, 0}, FiveItems(), 2);
  EXPECT_EQ(m.recall, 1);
  EXPECT_EQ(m.ndcg, 1);
}

TEST(MeasureListTest, EmptyListHitsNothing) {
  const ListMeasures m = MeasureList({}, {{3}, 0}, FiveItems(), 2);
  EXPECT_EQ(m.recall, 0);
  EXPECT_EQ(m.reciprocal_rank, 0);
  EXPECT_TRUE(std::isnan(m.tail_share));
}

TEST(BootstrapTest, LeavesOutWhatIsNotDefinedAndCoversTheMean) {
  std::vector<MeasureRow> rows(400);
  SeededRandom random(1);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    rows[r].fill(static_cast<float>(random.Uniform()));
    rows[r][4] = r % 2 == 0 ? std::nanf("") : 1.0f;
  }
  runtime::ThreadPool one(1), three(3);
  const auto found = BootstrapMeans(rows, 500, 7, &one);
  EXPECT_EQ(found[0].members, 400u);
  EXPECT_EQ(found[4].members, 200u);
  EXPECT_EQ(found[4].mean, 1);
  EXPECT_LT(found[0].low, found[0].mean);
  EXPECT_GT(found[0].high, found[0].mean);
  // The deviation of a mean of 400 uniforms is .0144: the interval is about four of them.
  EXPECT_NEAR(found[0].high - found[0].low, 4 * 0.0144, 0.012);
  const auto again = BootstrapMeans(rows, 500, 7, &three);
  EXPECT_EQ(found[0].low, again[0].low);
  EXPECT_EQ(found[0].high, again[0].high);
}

TEST(BootstrapTest, NobodyGivesZeros) {
  runtime::ThreadPool pool(1);
  const auto found = BootstrapMeans({}, 100, 1, &pool);
  EXPECT_EQ(found[0].mean, 0);
  EXPECT_EQ(found[0].members, 0u);
}

}  // namespace
}  // namespace cofilter::training
