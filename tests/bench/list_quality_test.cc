// Measures of everybody's lists against a case worked by hand.
#include "bench/list_quality.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cofilter::bench {
namespace {

// Five items; "a" is read by everybody, the others by one member each.
SetData TwoMembers() {
  SetData set;
  set.train.member_ids = {"m", "n"};
  set.train.item_ids = {"a", "b", "c", "d", "e"};
  set.train.interactions = {{.item = 0}, {.item = 1}, {.item = 0}, {.item = 2}};
  set.train.offsets = {0, 2, 4};
  set.test = {{.member = 0, .items = {"c", "d"}}, {.member = 1, .items = {"b", "never heard of"}}};
  return set;
}

TEST(QualityMeterTest, AgreesWithACaseByHand) {
  const SetData set = TwoMembers();
  const QualityMeter meter(set);
  // m finds d at rank 2 of its two; n finds b at rank 1, and the unknown item stays in its
  // denominator.
  const ListQuality quality = meter.Measure({{4, 3}, {1, 3}});
  EXPECT_DOUBLE_EQ(quality.recall, (0.5 + 0.5) / 2);
  const double ideal = 1 + 1 / std::log2(3.0);
  EXPECT_NEAR(quality.ndcg, (1 / std::log2(3.0) / ideal + 1 / ideal) / 2, 1e-12);
  EXPECT_DOUBLE_EQ(quality.coverage, 3.0 / 5);
}

TEST(QualityMeterTest, EmptyListsAreWorthNothing) {
  const SetData set = TwoMembers();
  const ListQuality quality = QualityMeter(set).Measure({{}, {}});
  EXPECT_EQ(quality.recall, 0);
  EXPECT_EQ(quality.ndcg, 0);
  EXPECT_EQ(quality.coverage, 0);
}

TEST(QualityMeterTest, KnowsOnlyTheTrainingsItems) {
  const SetData set = TwoMembers();
  const QualityMeter meter(set);
  EXPECT_EQ(meter.RowOf("d"), 3u);
  EXPECT_EQ(meter.RowOf("never heard of"), std::nullopt);
}

}  // namespace
}  // namespace cofilter::bench
