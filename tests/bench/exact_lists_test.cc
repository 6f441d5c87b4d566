// The reference ranks as the definition says, on an operator small enough to see through.
#include "bench/exact_lists.h"

#include <gtest/gtest.h>

#include "bench/set_data.h"

namespace cofilter::bench {
namespace {

// Items a, b, c, d, read equally often; who read a also read c, then b; nothing leads to d.
std::unique_ptr<const models::Operator> SmallOperator(double by_rank) {
  models::OperatorArrays arrays;
  arrays.name = "all";
  arrays.parameters.lists = {
      {.kind = models::ListKind::kLocal, .source_exponent = 0, .target_exponent = {}}};
  arrays.parameters.history.by_rank = by_rank;
  arrays.item_ids = {"a", "b", "c", "d"};
  arrays.degrees = {2, 2, 2, 2};
  arrays.trend = arrays.degrees;
  arrays.lists = {{.offsets = {0, 2, 3, 3, 3}, .targets = {1, 2, 2}, .values = {.25f, .5f, .5f}}};
  auto made = models::Operator::FromArrays(std::move(arrays));
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

data::Dataset OneMember() {
  data::Dataset train;
  train.member_ids = {"m"};
  train.item_ids = {"a", "b", "new"};
  train.interactions = {{.item = 0}, {.item = 1}, {.item = 2}};
  train.offsets = {0, 3};
  train.order = data::Order::kSequence;
  return train;
}

TEST(ExactTopTest, LeavesOutWhatWasSeenAndWhatNothingLeadsTo) {
  const auto op = SmallOperator(0);
  const MemberHistory history = HistoryOf(*op, OneMember(), 0);
  EXPECT_EQ(history.rows, (std::vector<std::uint32_t>{0, 1}));  // the operator knows no "new"
  const models::FoldedHistory folded =
      FoldExactly(*op, history.items, data::kSyntheticBase + std::chrono::hours(1));
  std::vector<float> scores;
  EXPECT_EQ(ExactTop(*op, folded, 0, history.rows, 20, &scores), std::vector<std::uint32_t>{2});
  EXPECT_EQ(ExactTop(*op, folded, 0, {}, 20, &scores), (std::vector<std::uint32_t>{2, 1}));
  EXPECT_EQ(ExactTop(*op, folded, 0, {}, 1, &scores), std::vector<std::uint32_t>{2});
}

TEST(FoldExactlyTest, TheLatestItemWeighsMost) {
  const auto op = SmallOperator(1);
  const models::FoldedHistory folded = FoldExactly(*op, HistoryOf(*op, OneMember(), 0).items,
                                                   data::kSyntheticBase + std::chrono::hours(1));
  ASSERT_EQ(folded.entries.size(), 2u);
  for (const models::HistoryEntry& entry : folded.entries) {
    EXPECT_FLOAT_EQ(entry.weight, entry.row == 1 ? 1.0f : 0.5f);
  }
}

}  // namespace
}  // namespace cofilter::bench
