// Malformed lines are written down and counted; too many are fatal.
#include "data/quarantine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/temporary_files.h"

namespace cofilter::data {
namespace {

using testing::HasSubstr;

using QuarantineSinkTest = TemporaryFilesTest;

Line BadLine(std::string_view text, std::uint64_t number = 7) {
  return {.text = text, .path = "log.jsonl", .file = 0, .number = number, .too_long = false};
}

TEST_F(QuarantineSinkTest, WritesPlaceReasonAndShortenedText) {
  absl::StatusOr<QuarantineSink> sink =
      QuarantineSink::Open({.path = Path("bad.jsonl"), .max_share = 1});
  ASSERT_TRUE(sink.ok());
  EXPECT_TRUE(sink->Reject(BadLine("{\"a\xff"), "no good").ok());
  EXPECT_TRUE(sink->Reject(BadLine(std::string(1'000, 'x'), 8), "long").ok());
  EXPECT_TRUE(sink->Accept().ok());
  EXPECT_TRUE(sink->Finish().ok());
  EXPECT_EQ(sink->lines(), 3u);
  EXPECT_EQ(sink->quarantined(), 2u);
  EXPECT_EQ(sink->first_reasons()[0], "log.jsonl:7: no good");
  EXPECT_EQ(
      *runtime::ReadFile(Path("bad.jsonl")),
      "{\"path\":\"log.jsonl\",\"line\":7,\"reason\":\"no good\",\"text\":\"{\\\"a\xef\xbf\xbd\"}\n"
      "{\"path\":\"log.jsonl\",\"line\":8,\"reason\":\"long\",\"text\":\"" +
          std::string(200, 'x') + "\"}\n");
}

TEST_F(QuarantineSinkTest, AcceptsTheShareButNotMore) {
  absl::StatusOr<QuarantineSink> sink = QuarantineSink::Open({.path = "", .max_share = 0.05});
  for (int i = 0; i < 95; ++i) EXPECT_TRUE(sink->Accept().ok());
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(sink->Reject(BadLine("x"), "bad").ok());
  EXPECT_TRUE(sink->Finish().ok());
  EXPECT_TRUE(sink->Reject(BadLine("x"), "bad").ok());
  const absl::Status status = sink->Finish();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.ToString(), HasSubstr("6 of 101 lines"));
  EXPECT_THAT(status.ToString(), HasSubstr("log.jsonl:7: bad"));
}

TEST_F(QuarantineSinkTest, StopsEarlyInALongLog) {
  absl::StatusOr<QuarantineSink> sink = QuarantineSink::Open({.path = "", .max_share = 0.5});
  absl::Status status;
  int lines = 0;
  while (status.ok() && lines < 100'000) {
    ++lines;
    status = sink->Reject(BadLine("x"), "bad");
  }
  EXPECT_EQ(lines, 10'000);
  EXPECT_EQ(sink->first_reasons().size(), 10u);
}

TEST_F(QuarantineSinkTest, ZeroMeansNoneAtAllAndOneMeansAny) {
  absl::StatusOr<QuarantineSink> none = QuarantineSink::Open({.path = "", .max_share = 0});
  EXPECT_TRUE(none->Finish().ok());
  EXPECT_TRUE(none->Reject(BadLine("x"), "bad").ok());
  EXPECT_FALSE(none->Finish().ok());
  absl::StatusOr<QuarantineSink> any = QuarantineSink::Open({.path = "", .max_share = 1});
  EXPECT_TRUE(any->Reject(BadLine("x"), "bad").ok());
  EXPECT_TRUE(any->Finish().ok());
}

TEST_F(QuarantineSinkTest, RefusesBadOptions) {
  EXPECT_EQ(QuarantineSink::Open({.path = "", .max_share = 1.5}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(QuarantineSink::Open({.path = Path("no/such/place")}).status().ToString(),
              HasSubstr(Path("no/such/place")));
}

}  // namespace
}  // namespace cofilter::data
