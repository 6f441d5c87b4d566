// Counts at several half-lives.
#include "models/item_counters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

namespace cofilter::models {
namespace {

using ::testing::ElementsAre;

runtime::Time Hour(double hours) {
  return runtime::Time(runtime::Duration(static_cast<std::int64_t>(hours * 3600e6)));
}

ItemCountsByHalfLife Read(const ItemCounters& counters, std::uint32_t item, runtime::Time now) {
  std::vector<ItemCountsByHalfLife> out;
  counters.Read(std::vector<std::uint32_t>{item}, now, &out);
  return out.front();
}

TEST(ItemCountersTest, HalvesAtEachHalfLife) {
  ItemCounters counters(Hour(0));
  counters.Add(7, {8, 16, 4}, Hour(0), Hour(0));
  const ItemCountsByHalfLife counts = Read(counters, 7, Hour(8));
  for (std::size_t h = 0; h < kCounterCount; ++h) {
    const double left = std::exp2(-8 / kCounterHalfLives[h]);
    EXPECT_DOUBLE_EQ(counts[h].clicks, 8 * left);
    EXPECT_DOUBLE_EQ(counts[h].impressions, 16 * left);
    EXPECT_DOUBLE_EQ(counts[h].placements, 4 * left);
  }
  EXPECT_EQ(Read(counters, 8, Hour(8))[0].clicks, 0);
}

TEST(ItemCountersTest, TheFutureCountsAsNowAndTheLongPastNotAtAll) {
  ItemCounters counters(Hour(0));
  counters.Add(1, {1, 0, 0}, Hour(100), Hour(0));
  counters.Add(2, {1, 0, 0}, Hour(-96.0 * 50), Hour(0));
  EXPECT_DOUBLE_EQ(Read(counters, 1, Hour(0))[0].clicks, 1);
  EXPECT_EQ(counters.size(), 1u);
}

TEST(ItemCountersTest, StaysExactOverYearsAndForgetsWhatIsNothing) {
  ItemCounters counters(Hour(0));
  constexpr int kDays = 3 * 365;
  for (int day = 0; day <= kDays; ++day) {
    counters.Add(day < 10 ? 1 : 2, {1, 1, 0}, Hour(24.0 * day), Hour(24.0 * day));
  }
  const ItemCountsByHalfLife counts = Read(counters, 2, Hour(24.0 * kDays));
  // 1 + 2^-q + 4^-q …, q days of 24 hours in a half-life.
  EXPECT_NEAR(counts[5].clicks, 2, 1e-9);
  EXPECT_NEAR(counts[6].clicks, 1 / (1 - std::exp2(-0.25)), 1e-9);
  EXPECT_EQ(counters.size(), 1u);
}

TEST(ItemCountersTest, TopFallsAndBreaksTiesByItem) {
  ItemCounters counters(Hour(0));
  counters.Add(5, {2, 2, 0}, Hour(0), Hour(0));
  counters.Add(3, {2, 2, 0}, Hour(0), Hour(0));
  counters.Add(9, {3, 3, 1}, Hour(0), Hour(0));
  counters.Add(4, {0, 9, 0}, Hour(0), Hour(0));
  std::vector<std::uint32_t> top;
  counters.Top(ItemCounters::Count::kClicks, 1, 10, &top);
  EXPECT_THAT(top, ElementsAre(9, 3, 5));
  top.clear();
  counters.Top(ItemCounters::Count::kPlacements, 1, 10, &top);
  EXPECT_THAT(top, ElementsAre(9));
  top.clear();
  counters.Top(ItemCounters::Count::kClicks, 1, 2, &top);
  EXPECT_THAT(top, ElementsAre(9, 3));
}

}  // namespace
}  // namespace cofilter::models
