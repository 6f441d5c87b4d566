// Splits, against cases worked out by hand.
#include "data/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "data/random.h"
#include "runtime/digest.h"

namespace cofilter::data {
namespace {

using testing::ElementsAre;

// Members given as (item row, second).
Dataset Make(const std::vector<std::vector<std::pair<std::uint32_t, int>>>& histories,
             std::size_t items, Order order = Order::kTime) {
  Dataset dataset;
  dataset.order = order;
  for (std::size_t i = 0; i < items; ++i) dataset.item_ids.push_back(absl::StrCat("i", i));
  for (const auto& history : histories) {
    dataset.member_ids.push_back(absl::StrCat("m", dataset.member_ids.size()));
    for (const auto& [item, second] : history) {
      dataset.interactions.push_back({item, 1, runtime::Time(std::chrono::seconds(second))});
    }
    dataset.offsets.push_back(dataset.interactions.size());
  }
  return dataset;
}

std::vector<std::string> TrainItems(const Split& split, std::size_t member) {
  std::vector<std::string> ids;
  for (const Interaction& interaction : split.train.of(member))
    ids.push_back(split.train.item_ids[interaction.item]);
  return ids;
}

TEST(SplitLeaveLastOutTest, HoldsOutTheLastAndKeepsShortHistories) {
  const absl::StatusOr<Split> split =
      SplitLeaveLastOut(Make({{{1, 10}, {0, 20}, {3, 30}}, {{2, 5}}, {{0, 7}, {1, 8}}}, 4));
  ASSERT_TRUE(split.ok());
  EXPECT_THAT(split->train.member_ids, ElementsAre("m0", "m1", "m2"));
  EXPECT_THAT(split->train.item_ids, ElementsAre("i0", "i1", "i2"));
  EXPECT_THAT(TrainItems(*split, 0), ElementsAre("i1", "i0"));
  EXPECT_THAT(split->test, ElementsAre(TestMember{0, {"i3"}}, TestMember{2, {"i1"}}))
      << "i3 is asked for although training does not know it";
  EXPECT_EQ(split->train.cutoff, runtime::Time(std::chrono::seconds(20)));
  EXPECT_EQ(split->train.order, Order::kTime);
}

TEST(SplitLeaveLastOutTest, OfEqualTimesTheHighestItemIdGoes) {
  const absl::StatusOr<Split> split = SplitLeaveLastOut(Make({{{2, 10}, {0, 30}, {1, 30}}}, 3));
  ASSERT_TRUE(split.ok());
  EXPECT_THAT(split->test, ElementsAre(TestMember{0, {"i1"}}));
}

TEST(SplitLeaveLastOutTest, NeedsAnOrder) {
  EXPECT_EQ(SplitLeaveLastOut(Make({{{0, 0}, {1, 0}}}, 2, Order::kNone)).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(SplitLeaveLastOut(Make({{{0, 0}, {1, 0}}}, 2, Order::kSequence)).ok());
}

TEST(SplitByHashTest, HoldsOutTheLowestHashes) {
  std::vector<std::pair<std::uint32_t, int>> eleven;
  for (std::uint32_t i = 0; i < 11; ++i) eleven.emplace_back(i, i);
  const Dataset dataset = Make(
      {eleven, {{0, 1}, {1, 2}, {2, 3}, {3, 4}}, {{4, 1}, {5, 2}, {6, 3}, {7, 4}, {8, 5}}}, 11);
  const absl::StatusOr<Split> split = SplitByHash(dataset, 42);
  ASSERT_TRUE(split.ok());
  ASSERT_EQ(split->test.size(), 2u) << "four items are too few for a fifth";
  EXPECT_EQ(split->test[0].member, 0u);
  EXPECT_EQ(split->test[0].items.size(), 2u);
  EXPECT_EQ(split->test[1].member, 2u);
  EXPECT_EQ(split->test[1].items.size(), 1u);
  // By the definition, in hexadecimal.
  std::vector<std::pair<std::string, std::string>> hashes;
  for (const std::string& item : dataset.item_ids) {
    hashes.emplace_back(runtime::Hex(runtime::Sha256(absl::StrCat("42\tm0\t", item))), item);
  }
  std::sort(hashes.begin(), hashes.end());
  EXPECT_THAT(split->test[0].items,
              testing::UnorderedElementsAre(hashes[0].second, hashes[1].second));
  EXPECT_NE(SplitByHash(dataset, 43)->test, split->test) << "another seed is another split";
}

TEST(SplitByHashTest, KeepsExactCountsAtAwkwardFractions) {
  std::vector<std::pair<std::uint32_t, int>> ten;
  for (std::uint32_t i = 0; i < 10; ++i) ten.emplace_back(i, i);
  const Dataset dataset = Make({ten}, 10);
  for (int tenths = 1; tenths < 10; ++tenths) {
    const absl::StatusOr<Split> split = SplitByHash(dataset, 1, tenths / 10.0);
    ASSERT_TRUE(split.ok());
    EXPECT_EQ(split->test[0].items.size(), static_cast<std::size_t>(tenths));
  }
  for (const double fraction : {0.0, 1.0, -0.1, 2.0}) {
    EXPECT_EQ(SplitByHash(dataset, 1, fraction).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(SplitByTimeTest, CutsAllMembersAtOneInstant) {
  // Ten interactions; the latest two are at 90 and 100.
  const absl::StatusOr<Split> split =
      SplitByTime(Make({{{0, 10}, {1, 20}, {2, 90}},
                        {{0, 30}, {3, 40}, {4, 50}, {5, 60}, {6, 70}, {7, 80}},
                        {{1, 100}}},
                       8));
  ASSERT_TRUE(split.ok());
  EXPECT_THAT(split->train.member_ids, ElementsAre("m0", "m1")) << "m2 has no past";
  EXPECT_THAT(split->test, ElementsAre(TestMember{0, {"i2"}}));
  EXPECT_EQ(split->train.cutoff, runtime::Time(std::chrono::seconds(80)));
}

TEST(SplitByTimeTest, TakesExactlyAFifthAndTiesGoByItemThenByMember) {
  // Fifteen interactions, so three go; at the boundary four share the instant 9.
  const Dataset dataset = Make({{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 9}, {6, 9}},
                                {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {5, 9}, {7, 12}},
                                {{0, 1}, {1, 2}, {6, 9}}},
                               8);
  const absl::StatusOr<Split> split = SplitByTime(dataset);
  ASSERT_TRUE(split.ok());
  EXPECT_THAT(split->test,
              ElementsAre(TestMember{0, {"i6"}}, TestMember{1, {"i7"}}, TestMember{2, {"i6"}}));
  const absl::StatusOr<Split> two = SplitByTime(dataset, 2.0 / 15);
  ASSERT_TRUE(two.ok());
  EXPECT_THAT(two->test, ElementsAre(TestMember{1, {"i7"}}, TestMember{2, {"i6"}}))
      << "of one item at one time the member with the highest id goes";
  EXPECT_EQ(SplitByTime(Make({{{0, 1}}}, 1, Order::kSequence)).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(SplitColdItemsTest, HoldsOutWholeItems) {
  std::vector<std::vector<std::pair<std::uint32_t, int>>> histories(20);
  Random random(5);
  for (auto& history : histories) {
    std::set<std::uint32_t> items;
    while (items.size() < 10) items.insert(random.Below(50));
    for (const std::uint32_t item : items) history.emplace_back(item, static_cast<int>(item) + 1);
  }
  const Dataset dataset = Make(histories, 50);
  const absl::StatusOr<Split> split = SplitColdItems(dataset, 9);
  ASSERT_TRUE(split.ok());
  std::vector<std::pair<std::string, std::string>> hashes;
  for (const std::string& item : dataset.item_ids) {
    hashes.emplace_back(runtime::Hex(runtime::Sha256(absl::StrCat("9\t", item))), item);
  }
  std::sort(hashes.begin(), hashes.end());
  std::set<std::string> cold;
  for (int i = 0; i < 10; ++i) cold.insert(hashes[i].second);
  std::size_t tested = 0;
  for (const std::string& item : split->train.item_ids) EXPECT_FALSE(cold.contains(item)) << item;
  for (const TestMember& member : split->test) {
    tested += member.items.size();
    for (const std::string& item : member.items) EXPECT_TRUE(cold.contains(item)) << item;
  }
  EXPECT_EQ(tested + split->train.interactions.size(), dataset.interactions.size());
}

TEST(SplitTest, AcceptsAnEmptyDataset) {
  const Dataset empty = Make({}, 0);
  EXPECT_TRUE(SplitLeaveLastOut(empty)->test.empty());
  EXPECT_TRUE(SplitByHash(empty, 1)->test.empty());
  EXPECT_TRUE(SplitByTime(empty)->test.empty());
  EXPECT_TRUE(SplitColdItems(empty, 1)->test.empty());
}

}  // namespace
}  // namespace cofilter::data
