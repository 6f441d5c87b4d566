// The way of any log into ours: hostile input, id maps, what is counted, where it goes on.
#include "data/import/import_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "runtime/files.h"
#include "tests/data/import/import_world.h"

namespace cofilter::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

std::string Statement(const std::string& id, const std::string& name, const std::string& item,
                      const std::string& time = "2026-01-01T00:00:00Z") {
  return absl::StrCat(
      R"({"id":")", id, R"(","actor":{"account":{"homePage":"http://lms.org","name":")", name,
      R"("}},"verb":{"id":"http://adlnet.gov/expapi/verbs/completed"},"object":{"id":")", item,
      R"("},"timestamp":")", time, "\"}\n");
}
constexpr char kId1[] = "11111111-e89b-42d3-a456-426614174000";
constexpr char kId2[] = "22222222-e89b-42d3-a456-426614174000";

class ImportStreamTest : public testing::Test {
 protected:
  std::string Write(const std::string& name, std::string_view content) const {
    const std::string path = directory_.path() + "/" + name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  const runtime::TemporaryDirectory directory_ = *runtime::TemporaryDirectory::Create("import");
};

TEST_F(ImportStreamTest, HostileIdsAreRefusedByName) {
  const std::string good = Statement(kId1, "ann", "http://x.org/i");
  const std::string cases[][2] = {
      {Statement(kId2, std::string(1 << 20, 'a'), "http://x.org/i"), "member_id"},
      {Statement(kId2, "ann", "http://x.org/" + std::string(1 << 20, 'a')), "item_id"},
      {Statement(kId2, R"(a\u0007b)", "http://x.org/i"), "member_id"},
      {Statement(kId2, R"(a\u0007b)", "http://x.org/i"), "no control characters"},
      {Statement(kId2, "a\xff", "http://x.org/i"), "UTF-8"},
      {Statement("no-uuid", "ann", "http://x.org/i"), "id \"no-uuid\""}};
  for (const auto& [line, reason] : cases) {
    const Imported read = ImportText(good + line);
    ASSERT_TRUE(read.status.ok()) << read.status;
    EXPECT_THAT(read.events, SizeIs(1));
    ASSERT_THAT(read.report.first_reasons, SizeIs(1));
    EXPECT_THAT(read.report.first_reasons[0], HasSubstr(reason));
    EXPECT_LT(read.report.first_reasons[0].size(), 1000u);
  }
  // In CSV, where nothing is escaped.
  for (const std::string& id :
       {std::string(1 << 20, 'a'), std::string("a\x01"), std::string("\xff")}) {
    const Imported read =
        ImportText("USER_ID,ITEM_ID,TIMESTAMP\nann,i,1767225600\n" + id + ",i,1767225600\n");
    ASSERT_THAT(read.report.first_reasons, SizeIs(1)) << read.status;
    EXPECT_THAT(read.report.first_reasons[0], HasSubstr(":3: member_id \""));
  }
}

TEST_F(ImportStreamTest, ADecompressionBombStopsAtTheStatedLimit) {
  const std::string bomb(64 << 20, 'a');
  std::string packed(ZSTD_compressBound(bomb.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), bomb.data(), bomb.size(), 3));
  const Imported read = ImportText(Statement(kId1, "ann", "http://x.org/i"));
  EXPECT_THAT(read.events, SizeIs(1));
  ImportStreamOptions options;
  options.format = "xapi";
  const Imported stopped = ImportFile(Write("bomb.zst", packed), options);
  EXPECT_TRUE(absl::IsOutOfRange(stopped.status)) << stopped.status;
  EXPECT_THAT(std::string(stopped.status.message()), HasSubstr("300 times its size, the limit"));
  EXPECT_THAT(stopped.events, IsEmpty());
}

TEST_F(ImportStreamTest, TwoSystemsMeetInOneMemberAndOneItem) {
  ImportStreamOptions options;
  options.member_ids =
      Write("people.csv", "source,id,member_id\nlms,http://lms.org|7,ann\nportal,A-7,ann\n");
  options.item_ids = Write(
      "items.csv", "source,id,item_id\nlms,http://lms.org/c?id=1,course-1\nportal,c1,course-1\n");
  options.source = "lms";
  const Imported lms = ImportText(Statement(kId1, "7", "http://lms.org/c?id=1"), options);
  ASSERT_TRUE(lms.status.ok()) << lms.status;
  EXPECT_THAT(DescribeAll(lms.events), ElementsAre("ann complete course-1 @2026-01-01T00:00:00Z"));
  EXPECT_EQ(lms.report.mapped_ids, 2u);
  options.source = "portal";
  const Imported portal = ImportText(
      "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\nA-7,c1,1767225600,complete\nB-1,c2,1767225600,"
      "complete\n",
      options);
  EXPECT_THAT(DescribeAll(portal.events), ElementsAre("ann complete course-1 @2026-01-01T00:00:00Z",
                                                      "B-1 complete c2 @2026-01-01T00:00:00Z"));
  // The id of an event that had none is that of the event as it is after the mapping: the same
  // deed told by a third system without ids is the same event.
  const Imported third = ImportText(
      R"({"member_id":"ann","item_id":"course-1","verb":"complete","occurred_at":"2026-01-01T00:00:00Z"})");
  EXPECT_EQ(third.events.at(0).event_id, portal.events.at(0).event_id);
  options.source = "portal";
  const Imported own = ImportText(
      R"({"member_id":"A-7","item_id":"c1","verb":"complete","occurred_at":"2026-01-01T00:00:00Z"})",
      options);
  EXPECT_EQ(own.events.at(0).event_id, portal.events.at(0).event_id);
}

TEST_F(ImportStreamTest, AnIdMapThatContradictsItselfIsRefused) {
  ImportStreamOptions options;
  options.member_ids = Write("people.csv", "source,id,member_id\na,1,ann\na,1,bob\n");
  const Imported read = ImportText(Statement(kId1, "7", "http://x.org/i"), options);
  EXPECT_TRUE(absl::IsInvalidArgument(read.status));
  EXPECT_THAT(std::string(read.status.message()), HasSubstr("people.csv:3: id \"1\""));
  options.member_ids = Write("people.csv", "id,member_id\n");
  EXPECT_THAT(
      std::string(ImportText(Statement(kId1, "7", "http://x.org/i"), options).status.message()),
      HasSubstr("right: source,id,member_id"));
}

TEST_F(ImportStreamTest, TheOrganisationsVerbsComeFirst) {
  ImportStreamOptions options;
  options.verbs = Write("verbs.csv", "verb,ours\nclick,read\npurchase,subscribe\nwatch,other\n");
  const Imported read = ImportText(
      "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\nann,i,1,Click\nann,i,2,purchase\nann,i,3,watch\n"
      "ann,i,4,like\n",
      options);
  EXPECT_THAT(DescribeAll(read.events), ElementsAre("ann read i @1970-01-01T00:00:01Z",
                                                    "ann subscribe i @1970-01-01T00:00:02Z",
                                                    "ann watch i @1970-01-01T00:00:03Z unweighted",
                                                    "ann like i @1970-01-01T00:00:04Z"));
  EXPECT_EQ(read.report.mapped_verbs, 3u);
  EXPECT_EQ(read.report.unweighted_verbs, 1u);
}

TEST_F(ImportStreamTest, FutureEventsAreKeptAndCounted) {
  const Imported read =
      ImportText(Statement(kId1, "ann", "http://x.org/i", "2026-11-24T08:00:01Z") +
                 Statement(kId2, "ann", "http://x.org/i", "2026-11-24T08:00:00Z"));
  EXPECT_THAT(read.events, SizeIs(2));
  EXPECT_EQ(read.report.future, 1u);
}

TEST_F(ImportStreamTest, GoesOnAfterTheLineThatWasDone) {
  std::string log;
  for (int i = 0; i < 6; ++i) {
    log += Statement(absl::StrCat("0000000", i, "-e89b-42d3-a456-426614174000"), "ann",
                     absl::StrCat("http://x.org/", i));
  }
  ImportStreamOptions options;
  options.resume_after = {.file = 0, .line = 4};
  const Imported read = ImportText(log, options);
  ASSERT_THAT(read.events, SizeIs(2));
  EXPECT_EQ(read.events[0].item_id, "http://x.org/4");
  EXPECT_EQ(read.done, (LinePosition{.file = 0, .line = 6}));
  EXPECT_EQ(read.report.events, 6u);
  EXPECT_EQ(read.report.mapped_verbs, 6u);
}

TEST_F(ImportStreamTest, ADirectoryMayHoldSeveralFormats) {
  Write("1.csv", "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\nann,i,1767225600,read\n");
  Write("2.jsonl", Statement(kId1, "ann", "http://x.org/i"));
  const Imported read = ImportFile(directory_.path());
  ASSERT_TRUE(read.status.ok()) << read.status;
  EXPECT_THAT(read.events, SizeIs(2));
  EXPECT_EQ(read.events[0].source_system, "personalize");
  EXPECT_EQ(read.events[1].source_system, "xapi");
}

TEST_F(ImportStreamTest, WhatNobodyKnowsIsSaidSo) {
  const Imported text = ImportText("once upon a time\n");
  EXPECT_THAT(std::string(text.status.message()), HasSubstr("tells no known format"));
  ImportStreamOptions options;
  options.format = "excel";
  EXPECT_THAT(std::string(ImportText("x", options).status.message()),
              HasSubstr("format \"excel\" is wrong; right: auto or one of xapi"));
}

TEST_F(ImportStreamTest, QuarantineHoldsLineAndReason) {
  ImportStreamOptions options;
  options.quarantine.path = directory_.path() + "/bad.jsonl";
  const std::string log = Statement(kId1, "ann", "http://x.org/i") + "{\"id\":1}\n";
  ImportText(log, options);
  const std::string bad = *runtime::ReadFile(options.quarantine.path);
  EXPECT_THAT(bad, HasSubstr("\"line\":2,\"reason\":\"id"));
  EXPECT_THAT(bad, HasSubstr("\"text\":\"{\\\"id\\\":1}\""));
}

TEST_F(ImportStreamTest, TooManyMalformedLinesEndIt) {
  ImportStreamOptions options;
  options.quarantine.max_share = 0.4;
  const Imported read = ImportText(Statement(kId1, "ann", "http://x.org/i") + "{}\n", options);
  EXPECT_TRUE(absl::IsFailedPrecondition(read.status)) << read.status;
  EXPECT_EQ(read.report.quarantined, 1u);
}

}  // namespace
}  // namespace cofilter::data
