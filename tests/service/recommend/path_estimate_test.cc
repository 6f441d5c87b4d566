// The deadline ladder.
#include "service/recommend/path_estimate.h"

#include <gtest/gtest.h>

namespace cofilter::service {
namespace {

using std::chrono::microseconds;

TEST(PathEstimateTest, TakesTheBestPathThatFits) {
  PathEstimate estimate;
  for (int i = 0; i < 1000; ++i) {
    estimate.Took(Path::kFull, microseconds(1000));
    estimate.Took(Path::kQuick, microseconds(300));
  }
  EXPECT_NEAR(static_cast<double>(estimate.Estimate(Path::kFull).count()), 1000, 2);
  EXPECT_EQ(estimate.Choose(microseconds(1100)), Path::kFull);
  EXPECT_EQ(estimate.Choose(microseconds(500)), Path::kQuick);
  EXPECT_EQ(estimate.Choose(microseconds(100)), Path::kFallback);
  EXPECT_EQ(estimate.Choose(microseconds(-5)), Path::kFallback);
}

TEST(PathEstimateTest, OneSlowCallDoesNotCloseThePathForEver) {
  PathEstimate estimate;
  estimate.Took(Path::kFull, std::chrono::seconds(10));
  EXPECT_EQ(estimate.Choose(microseconds(5000)), Path::kQuick);
  int calls = 0;
  while (estimate.Choose(microseconds(5000)) != Path::kFull) ASSERT_LT(++calls, 1000);
}

}  // namespace
}  // namespace cofilter::service
