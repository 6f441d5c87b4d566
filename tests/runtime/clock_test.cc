// Clocks, and times as text.
#include "runtime/clock.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "runtime/files.h"

namespace cofilter::runtime {
namespace {

Time Micros(std::int64_t micros) { return Time(Duration(micros)); }

TEST(TimeTextTest, ReadsWhatItWrites) {
  for (const std::int64_t micros :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{1'795'507'200'000'000},
        std::int64_t{1'795'507'200'120'000}, std::int64_t{-1},
        std::int64_t{-62'135'596'800'000'000}}) {
    const std::string text = FormatTime(Micros(micros));
    const absl::StatusOr<Time> read = ParseTime(text);
    ASSERT_TRUE(read.ok()) << text;
    EXPECT_EQ(*read, Micros(micros)) << text;
  }
}

TEST(TimeTextTest, WritesFractionsOnlyWhenThereAreAny) {
  EXPECT_EQ(FormatTime(Micros(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatTime(Micros(500'000)), "1970-01-01T00:00:00.5Z");
  EXPECT_EQ(FormatTime(Micros(1)), "1970-01-01T00:00:00.000001Z");
}

TEST(TimeTextTest, AcceptsOffsetsFractionsAndLeapSeconds) {
  const Time eight = *ParseTime("2026-11-24T08:00:00Z");
  EXPECT_EQ(*ParseTime("2026-11-24T16:00:00+08:00"), eight);
  EXPECT_EQ(*ParseTime("2026-11-24t02:30:00.000-05:30"), eight);
  EXPECT_EQ(*ParseTime("2026-11-24 08:00:00z"), eight);
  EXPECT_EQ(*ParseTime("2026-11-24T07:59:60Z"), eight);
  EXPECT_EQ(*ParseTime("2026-11-24T08:00:00.1234567Z") - eight, Duration(123'456));
}

TEST(TimeTextTest, RefusesWhatIsNoTime) {
  for (const std::string text :
       {"", "2026", "2026-11-24", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "2026-11-24T24:00:00Z", "2026-11-24T08:61:00Z", "2026-11-24T08:00:00",
        "2026-11-24T08:00:00.Z", "2026-11-24T08:00:00+8:00", "2026-11-24T08:00:00Z ",
        "2026-11-24T08:00:00+24:00", "26-11-24T08:00:00Z", "２026-11-24T08:00:00Z"}) {
    const absl::StatusOr<Time> time = ParseTime(text);
    EXPECT_EQ(time.status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(SimulatedClockTest, MovesOnlyWhenTold) {
  SimulatedClock clock(Micros(5));
  EXPECT_EQ(clock.Now(), Micros(5));
  clock.Advance(Duration(2));
  EXPECT_EQ(clock.Now(), Micros(7));
  clock.Set(Micros(1));
  EXPECT_EQ(clock.Now(), Micros(1));
}

TEST(FileClockTest, FollowsTheFile) {
  const absl::StatusOr<TemporaryDirectory> directory = TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok());
  const std::string path = directory->path() + "/clock";
  std::int64_t micros = 42;
  const auto write = [&] {
    std::FILE* file = std::fopen(path.c_str(), micros == 42 ? "wb" : "r+b");
    std::fwrite(&micros, sizeof micros, 1, file);
    std::fclose(file);
  };
  write();
  const absl::StatusOr<std::unique_ptr<FileClock>> clock = FileClock::Open(path);
  ASSERT_TRUE(clock.ok()) << clock.status();
  EXPECT_EQ((*clock)->Now(), Micros(42));
  micros = 43;
  write();
  EXPECT_EQ((*clock)->Now(), Micros(43));
}

TEST(FileClockTest, RefusesFilesThatHoldNoTime) {
  const absl::StatusOr<TemporaryDirectory> directory = TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok());
  EXPECT_EQ(FileClock::Open(directory->path() + "/none").status().code(),
            absl::StatusCode::kNotFound);
  const std::string path = directory->path() + "/short";
  ASSERT_TRUE(WriteFileDurably(path, "1234").ok());
  EXPECT_EQ(FileClock::Open(path).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace cofilter::runtime
