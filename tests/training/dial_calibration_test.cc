// The calibrated dial, on curves whose right answer is known.
#include "training/dial_calibration.h"

#include <gtest/gtest.h>

#include <cmath>

namespace cofilter::training {
namespace {

// Recall falls with the square of the rise; the tail gains with it. The global term's rise does
// `harm` beyond the lists', and `good` to the tail.
MeasureRises Made(double steepness, double harm = 0, double good = 0) {
  return [=](std::span<const DialRise> rises) {
    std::vector<PointMeasures> measures;
    for (const DialRise& rise : rises) {
      PointMeasures& each = measures.emplace_back();
      each.recall = 0.2 * (1 - steepness * rise.lists * rise.lists - harm * rise.global);
      each.ndcg = each.recall / 2;
      each.tail_recall = 0.05 + 0.1 * rise.lists + good * rise.global;
      each.coverage = 0.5 + 0.4 * rise.lists + good * rise.global;
    }
    return measures;
  };
}

double CostOf(const DialCalibration& dial, std::size_t notch) {
  return 1 - dial.notches[notch].recall / dial.notches[0].recall;
}

TEST(CalibrateDialTest, NotchesCostWhatTheyMayOnSteepAndFlatLogs) {
  for (const double steepness : {0.4, 1.0, 4.0}) {
    const DialCalibration dial = CalibrateDial(0.1, Made(steepness, 0.05, 0));
    EXPECT_EQ(dial.shape[0], 0);
    EXPECT_EQ(dial.shape[10], 1);
    EXPECT_EQ(dial.rise.global, 0) << "it would only harm";
    EXPECT_NEAR(dial.rise.lists, std::sqrt(0.1 / steepness), 0.02);
    for (std::size_t notch = 1; notch <= 10; ++notch) {
      EXPECT_GT(dial.shape[notch], dial.shape[notch - 1]);
      EXPECT_NEAR(CostOf(dial, notch), AllowedCost(static_cast<int>(notch), 0.1), 0.008)
          << steepness << " " << notch;
    }
  }
}

TEST(CalibrateDialTest, SharesOutWhatTheLargestRiseCosts) {
  const DialCalibration dial = CalibrateDial(0.3, Made(0.1));
  EXPECT_NEAR(dial.rise.lists, kLargestRise, 1e-9);
  EXPECT_NEAR(CostOf(dial, 10), 0.1 * kLargestRise * kLargestRise, 1e-9);
  EXPECT_NEAR(CostOf(dial, 5), CostOf(dial, 10) / 4, 0.005);
}

TEST(CalibrateDialTest, MovesTheGlobalTermWhereThatReachesFurther) {
  const DialCalibration dial = CalibrateDial(0.1, Made(1, 0.01, 0.5));
  EXPECT_NEAR(dial.rise.global, dial.rise.lists, 1e-9);
}

TEST(CalibrateDialTest, AWiggleMovesNoNotchBack) {
  const MeasureRises even = Made(1);
  int place = 0;
  const DialCalibration dial = CalibrateDial(0.1, [&](std::span<const DialRise> rises) {
    std::vector<PointMeasures> measures = even(rises);
    for (PointMeasures& each : measures) each.recall += place++ % 2 == 0 ? 0.0006 : -0.0006;
    return measures;
  });
  for (std::size_t notch = 1; notch <= 10; ++notch)
    EXPECT_GE(dial.shape[notch], dial.shape[notch - 1]);
  EXPECT_NEAR(CostOf(dial, 10), 0.1, 0.02);
}

TEST(CalibrateDialTest, ALogWithoutAHitKeepsADial) {
  const DialCalibration dial = CalibrateDial(0.1, [](std::span<const DialRise> rises) {
    return std::vector<PointMeasures>(rises.size());
  });
  EXPECT_EQ(dial.shape[10], 1);
  for (std::size_t notch = 1; notch <= 10; ++notch) {
    EXPECT_TRUE(std::isfinite(dial.shape[notch]));
    EXPECT_GE(dial.shape[notch], dial.shape[notch - 1]);
  }
}

}  // namespace
}  // namespace cofilter::training
