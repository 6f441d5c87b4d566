// Bars hold in their direction, medians and percentiles are those of the definition.
#include "bench/figure.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace cofilter::bench {
namespace {

Figure Measured(double value, std::optional<Bar> bar) {
  Figure figure;
  figure.value = value;
  figure.bar = bar;
  return figure;
}

TEST(FigureTest, HoldsInTheDirectionOfItsBar) {
  EXPECT_EQ(Measured(.2, AtLeast(.19)).Holds(), true);
  EXPECT_EQ(Measured(.19, AtLeast(.19)).Holds(), true);
  EXPECT_EQ(Measured(.18, AtLeast(.19)).Holds(), false);
  EXPECT_EQ(Measured(.4, AtMost(.5)).Holds(), true);
  EXPECT_EQ(Measured(.6, AtMost(.5)).Holds(), false);
}

TEST(FigureTest, SaysNothingWithoutABar) {
  EXPECT_EQ(Measured(1, std::nullopt).Holds(), std::nullopt);
  EXPECT_EQ(Figure{}.Holds(), std::nullopt);
}

TEST(FigureTest, DoesNotHoldWhenNotMeasuredOrNoNumber) {
  Figure figure;
  figure.bar = AtMost(1);
  EXPECT_EQ(figure.Holds(), false);
  EXPECT_EQ(Measured(std::nan(""), AtMost(1)).Holds(), false);
  EXPECT_EQ(Measured(std::numeric_limits<double>::infinity(), AtLeast(1)).Holds(), false);
}

TEST(FigureTest, MedianOfFiveWithItsSpread) {
  const std::vector<double> runs = {3, 1, 5, 2, 4};
  const Figure figure = MedianFigure("p50", runs, "ms", AtMost(3));
  EXPECT_EQ(figure.value, 3);
  EXPECT_EQ(figure.Holds(), true);
  ASSERT_TRUE(figure.spread.has_value());
  EXPECT_EQ(figure.spread->lowest, 1);
  EXPECT_EQ(figure.spread->highest, 5);
  EXPECT_EQ(figure.spread->runs, 5);
}

TEST(PercentileTest, TakesTheSmallestValueThatCoversTheShare) {
  std::vector<double> values;
  for (int i = 100; i >= 1; --i) values.push_back(i);
  EXPECT_EQ(Percentile(values, .99), 99);
  EXPECT_EQ(Percentile(values, .5), 50);
  EXPECT_EQ(Percentile(values, 1), 100);
  EXPECT_EQ(Percentile(std::vector<double>{7}, .5), 7);
}

TEST(FormatValueTest, ShowsFourDigitsThatCount) {
  EXPECT_EQ(FormatValue(0.19434), "0.1943");
  EXPECT_EQ(FormatValue(0.001234), "0.001234");
  EXPECT_EQ(FormatValue(12.3456), "12.35");
  EXPECT_EQ(FormatValue(29858), "29858");
  EXPECT_EQ(FormatValue(123456.7), "123457");
  EXPECT_EQ(FormatValue(0), "0");
  EXPECT_EQ(FormatValue(2e-9), "2e-09");
}

TEST(BarTextTest, CarriesTheDirection) {
  EXPECT_EQ(BarText(AtLeast(.19)), ">= 0.19");
  EXPECT_EQ(BarText(AtMost(2048)), "<= 2048");
}

}  // namespace
}  // namespace cofilter::bench
