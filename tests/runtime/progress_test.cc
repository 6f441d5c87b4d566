// What progress shows where standard error is no terminal.
#include "runtime/progress.h"

#include <gtest/gtest.h>

namespace cofilter::runtime {
namespace {

TEST(ProgressTest, EstimatesWhatIsLeft) {
  SimulatedClock clock(Time{});
  testing::internal::CaptureStderr();
  {
    Progress progress("training", 100, Progress::Output::kStandardError, clock);
    progress.Describe("neighbours");
    progress.Advance(10);
    clock.Advance(std::chrono::seconds(20));
    progress.Advance(10);
    clock.Advance(std::chrono::seconds(60));
  }
  const std::string shown = testing::internal::GetCapturedStderr();
  EXPECT_EQ(shown, "training: neighbours 20 %, about 1 min 20 s left\ntraining: 20, 1 min 20 s\n");
}

TEST(ProgressTest, ShowsARateWhenTheTotalIsUnknown) {
  SimulatedClock clock(Time{});
  testing::internal::CaptureStderr();
  {
    Progress progress("reading", 0, Progress::Output::kStandardError, clock);
    clock.Advance(std::chrono::seconds(10));
    progress.Advance(500);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "reading 500, 50/s\nreading: 500, 10.0 s\n");
}

TEST(ProgressTest, SaysNothingWhenSilent) {
  SimulatedClock clock(Time{});
  testing::internal::CaptureStderr();
  {
    Progress progress("quiet", 10, Progress::Output::kSilent, clock);
    clock.Advance(std::chrono::seconds(100));
    progress.Advance(10);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace cofilter::runtime
