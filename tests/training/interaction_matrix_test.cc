// Rows by member and by item tell the same story.
#include "training/interaction_matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/training/made_data.h"

namespace cofilter::training {
namespace {

std::vector<std::uint32_t> Rows(std::span<const MatrixEntry> entries) {
  std::vector<std::uint32_t> rows;
  for (const MatrixEntry& entry : entries) rows.push_back(entry.row);
  return rows;
}

TEST(InteractionMatrixTest, HoldsBothDirections) {
  data::Dataset dataset = MakeDataset({{0, 2}, {2, 1}, {2}}, 4);
  dataset.interactions[0].weight = 0.5f;
  const InteractionMatrix matrix = BuildInteractionMatrix(dataset);
  EXPECT_THAT(Rows(matrix.member(0)), testing::ElementsAre(0, 2));
  EXPECT_THAT(Rows(matrix.item(2)), testing::ElementsAre(0, 1, 2));
  EXPECT_TRUE(matrix.item(3).empty());
  EXPECT_FLOAT_EQ(matrix.member_sums[0], 1.5f);
  EXPECT_FLOAT_EQ(matrix.item_sums[0], 0.5f);
  EXPECT_EQ(matrix.degree(2), 3u);
  EXPECT_DOUBLE_EQ(matrix.mean_degree(), 5.0 / 4);
}

TEST(InteractionMatrixTest, KeepsTheLatestOfALongHistory) {
  const InteractionMatrix matrix =
      BuildInteractionMatrix(MakeDataset({{4, 3, 2, 1, 0}}, 5, data::Order::kSequence), 2);
  EXPECT_THAT(Rows(matrix.member(0)), testing::ElementsAre(1, 0));
  EXPECT_EQ(matrix.degree(4), 0u);
}

TEST(InteractionMatrixTest, SpreadsOverALongHistoryWithoutOrder) {
  const InteractionMatrix matrix = BuildInteractionMatrix(MakeDataset({{0, 1, 2, 3, 4, 5}}, 6), 3);
  EXPECT_THAT(Rows(matrix.member(0)), testing::ElementsAre(0, 2, 4));
}

TEST(InteractionMatrixTest, PowersOfRelativeDegrees) {
  const std::vector<float> degrees = {1, 0, 3, 4};
  EXPECT_THAT(RelativeDegreePowers(degrees, -1),
              testing::ElementsAre(2.0f, 0.0f, testing::FloatEq(2.0f / 3), 0.5f));
}

TEST(InteractionMatrixTest, EmptyDatasetGivesAnEmptyMatrix) {
  const InteractionMatrix matrix = BuildInteractionMatrix(data::Dataset());
  EXPECT_EQ(matrix.members(), 0u);
  EXPECT_EQ(matrix.items(), 0u);
  EXPECT_DOUBLE_EQ(matrix.mean_degree(), 1);
}

}  // namespace
}  // namespace cofilter::training
