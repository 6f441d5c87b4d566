// What every importer must do, with a few lines of each format whose meaning is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "tests/data/import/import_world.h"

namespace cofilter::data {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAreArray;
using testing::Field;
using testing::HasSubstr;
using testing::SizeIs;
using Texts = std::vector<std::string>;

struct FormatCase {
  std::string name;    // of the test
  std::string format;  // as guessed from the lines
  std::string lines;   // the last one is malformed
  Texts events, items, members;
  std::string reason;                      // of the last line
  RecordKind kind = RecordKind::kUnknown;  // as the command line says
};

void PrintTo(const FormatCase& c, std::ostream* out) { *out << c.name; }

const std::vector<FormatCase>& Cases() {
  static const std::vector<FormatCase> cases = {
      {"PersonalizeInteractions",
       "personalize",
       "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,IMPRESSION,RECOMMENDATION_ID\n"
       "ann,i1,1767225600,click,0.5,i1|i2,r-1\n"
       "bob,i2,1767225601,purchase,17.5,,\n"
       "bob,i3,yesterday,click,,,\n",
       {"ann open i1 @2026-01-01T00:00:00Z progress=0.5 recommendation=r-1",
        "ann impression i1 @2026-01-01T00:00:00Z recommendation=r-1",
        "ann impression i2 @2026-01-01T00:00:00Z recommendation=r-1",
        "bob purchase i2 @2026-01-01T00:00:01Z unweighted"},
       {},
       {},
       "TIMESTAMP \"yesterday\""},
      {"PersonalizeItems",
       "personalize",
       "ITEM_ID,CREATION_TIMESTAMP,GENRES,TITLE\n"
       "i1,1767225600,law|people,\"Contracts, a start\"\n"
       "i2,soon,law,\n",
       {},
       {"i1 article 'Contracts, a start' [law,people] @2026-01-01T00:00:00Z"},
       {},
       "CREATION_TIMESTAMP \"soon\""},
      {"PersonalizeUsers",
       "personalize",
       "USER_ID,ORG_UNIT,COHORTS\nann,/hq,new|night\nbob,hq,\n",
       {},
       {},
       {"ann /hq [new,night]"},
       "org_unit \"hq\""},
      {"GorseFeedbackJson",
       "gorse",
       R"({"FeedbackType":"star","UserId":"ann","ItemId":"i1","Value":0,"Timestamp":"2026-01-01T00:00:00Z","Comment":""})"
       "\n"
       R"({"FeedbackType":"read","UserId":"ann","ItemId":"i2","Value":0.25,"Timestamp":"2026-01-01T00:00:01+01:00"})"
       "\n"
       R"({"FeedbackType":"read","UserId":"ann","ItemId":"i2","Timestamp":""})"
       "\n",
       {"ann like i1 @2026-01-01T00:00:00Z", "ann read i2 @2025-12-31T23:00:01Z progress=0.25"},
       {},
       {},
       "Timestamp \"\""},
      {"GorseFeedbackCsv",
       "gorse",
       "FeedbackType,UserId,ItemId,Value,Timestamp\n"
       "dislike,ann,i1,0,2026-01-01T00:00:00Z\n"
       "dislike,,i1,0,2026-01-01T00:00:00Z\n",
       {"ann dismiss i1 @2026-01-01T00:00:00Z"},
       {},
       {},
       "member_id \"\""},
      {"GorseItemsJson",
       "gorse",
       R"({"ItemId":"i1","IsHidden":false,"Categories":["law"],"Timestamp":"2026-01-01T00:00:00Z","Labels":["kind:course","language:de","people"],"Comment":"Verträge"})"
       "\n"
       R"({"ItemId":"i2","IsHidden":true,"Categories":[],"Timestamp":"0001-01-01T00:00:00Z","Labels":{"tags":["a"],"embedding":[0.1]},"Comment":""})"
       "\n"
       R"({"ItemId":"i3","IsHidden":"perhaps"})"
       "\n",
       {},
       {"i1 course 'Verträge' [law,people] de @2026-01-01T00:00:00Z",
        "i2 article '' [tags:a] retired"},
       {},
       "IsHidden"},
      {"GorseUsersCsv",
       "gorse",
       "UserId,Labels,Comment\nann,org_unit:/hq|new,\nb\xff,,\n",
       {},
       {},
       {"ann /hq [new]"},
       "member_id"},
      {"MindBehaviors",
       "mind",
       "1\tU1\t11/15/2019 12:00:05 AM\tN1 N2 N1\tN3-1 N4-0\n"
       "2\tU1\t11/15/2019 1:00:00 PM\tN1 N2 N1\tN4-1\n"
       "3\tU1\t11/15/2019 13:00:00 PM\t\tN4-1\n",
       {"U1 open N1 @2019-11-14T23:59:58Z time-assumed",
        "U1 open N2 @2019-11-14T23:59:59Z time-assumed",
        "U1 impression N3 @2019-11-15T00:00:05Z session=1",
        "U1 open N3 @2019-11-15T00:00:05Z session=1",
        "U1 impression N4 @2019-11-15T00:00:05Z session=1",
        "U1 impression N4 @2019-11-15T13:00:00Z session=2",
        "U1 open N4 @2019-11-15T13:00:00Z session=2"},
       {},
       {},
       "time \"11/15/2019 13:00:00 PM\""},
      {"MindNews",
       "mind",
       "N1\tnews\tworld\tSay \"hi\"\tAbstract\thttps://x/1\t[]\t[]\n"
       "N2\tnews\n",
       {},
       {"N1 news 'Say \"hi\"' [news,world]"},
       {},
       "2 columns"},
      {"MindTitles",
       "mind",
       "news_id\ttitle_zh\nN1\t标题\nN2\n",
       {},
       {"N1 news '标题' []"},
       {},
       "1 columns"},
      {"SegmentTrack",
       "segment",
       R"({"type":"track","event":"Article Viewed","userId":"ann","anonymousId":"c","messageId":"s1","timestamp":"2026-01-01T00:00:00.5Z","properties":{"article_id":"i1","progress":40,"surface":"news"}})"
       "\n"
       R"({"type":"page","userId":"ann","messageId":"s2"})"
       "\n"
       R"({"type":"track","event":"Signed Up","userId":"ann","messageId":"s3","timestamp":"2026-01-01T00:00:00Z"})"
       "\n"
       R"({"type":"track","event":"Quiz Started Over","userId":7,"messageId":"s4","originalTimestamp":"2026-01-01T00:00:00Z","properties":{"courseId":9}})"
       "\n"
       R"({"type":"track","event":"Article Viewed","anonymousId":"c","messageId":"s5","timestamp":"2026-01-01T00:00:00Z","properties":{"article_id":"i1"}})"
       "\n",
       {"ann open i1 @2026-01-01T00:00:00.5Z progress=0.4 surface=news client=c",
        "7 Quiz Started Over 9 @2026-01-01T00:00:00Z unweighted"},
       {},
       {},
       "userId \"\""},
      {"XapiStatement",
       "xapi",
       R"({"id":"123E4567-e89b-42d3-a456-426614174000","actor":{"account":{"homePage":"http://x.org","name":"ann"}},"verb":{"id":"http://adlnet.gov/expapi/verbs/passed"},"object":{"id":"http://x.org/c1"},"result":{"score":{"scaled":0.5},"success":true,"duration":"PT1H0M0.5S"},"context":{"registration":"223e4567-e89b-42d3-a456-426614174000"},"timestamp":"2026-01-01T08:00:00+08:00"})"
       "\n"
       R"({"actor":{"mbox":"mailto:a@x.org","openid":"http://x.org/a"},"verb":{"id":"http://adlnet.gov/expapi/verbs/passed"},"object":{"id":"http://x.org/c1"}})"
       "\n",
       {"http://x.org|ann pass http://x.org/c1 @2026-01-01T00:00:00Z score=0.5 success "
        "duration=3600.5 session=223e4567-e89b-42d3-a456-426614174000"},
       {},
       {},
       "actor \"2 identifiers\""},
      {"OwnEvents",
       "json",
       R"({"member_id":"ann","item_id":"i1","verb":"read","occurred_at":"2026-01-01T00:00:00Z"})"
       "\n"
       R"({"member_id":"ann","verb":"read","occurred_at":"2026-01-01T00:00:00Z"})"
       "\n",
       {"ann read i1 @2026-01-01T00:00:00Z"},
       {},
       {},
       "item_id \"\""},
      {"OwnItems",
       "json",
       R"({"item_id":"i1","kind":"course","title":"T"})"
       "\n"
       R"({"item_id":"i2","kind":"cake"})"
       "\n",
       {},
       {"i1 course 'T' []"},
       {},
       "kind \"cake\""},
      {"OwnMembersCsv",
       "csv",
       "member_id,org_unit\nann,/hq\nbob,hq\n",
       {},
       {},
       {"ann /hq []"},
       "org_unit \"hq\""},
  };
  return cases;
}

class FormatContractTest : public testing::TestWithParam<FormatCase> {
 protected:
  Imported Import(ImportStreamOptions options = {}) const {
    options.reader.kind = GetParam().kind;
    return ImportText(GetParam().lines, std::move(options));
  }
};

TEST_P(FormatContractTest, IsGuessedAndRead) {
  const Imported read = Import();
  ASSERT_TRUE(read.status.ok()) << read.status;
  EXPECT_EQ(read.report.format, GetParam().format);
  EXPECT_THAT(DescribeAll(read.events), ElementsAreArray(GetParam().events));
  EXPECT_THAT(DescribeAll(read.items), ElementsAreArray(GetParam().items));
  EXPECT_THAT(DescribeAll(read.members), ElementsAreArray(GetParam().members));
  EXPECT_EQ(read.report.events, GetParam().events.size());
  EXPECT_EQ(read.report.quarantined, 1u);
  ASSERT_THAT(read.report.first_reasons, SizeIs(1));
  EXPECT_THAT(read.report.first_reasons[0], HasSubstr(GetParam().reason));
}

TEST_P(FormatContractTest, ReadsTheSameTwice) {
  const Imported first = Import(), second = Import();
  EXPECT_EQ(first.events, second.events);
  EXPECT_EQ(first.items, second.items);
  EXPECT_EQ(first.members, second.members);
}

TEST_P(FormatContractTest, EveryRecordNamesItsSource) {
  ImportStreamOptions named;
  named.source = "portal";
  const Imported read = Import(named);
  EXPECT_THAT(read.events, Each(Field(&Event::source_system, "portal")));
  EXPECT_THAT(read.items, Each(Field(&Item::source_system, "portal")));
  const bool ours = GetParam().format == "json" || GetParam().format == "csv";
  const Imported unnamed = Import();
  EXPECT_THAT(unnamed.events,
              Each(Field(&Event::source_system, ours ? std::string() : GetParam().format)));
}

TEST_P(FormatContractTest, CrLfAndAByteOrderMarkChangeNothing) {
  std::string lines = "\xef\xbb\xbf";
  for (const char c : GetParam().lines) {
    if (c == '\n') lines += '\r';
    lines += c;
  }
  ImportStreamOptions options;
  options.reader.kind = GetParam().kind;
  const Imported read = ImportText(lines, options);
  EXPECT_THAT(DescribeAll(read.events), ElementsAreArray(GetParam().events));
  EXPECT_THAT(DescribeAll(read.items), ElementsAreArray(GetParam().items));
}

TEST_P(FormatContractTest, AnotherFormatSaysWhichItLooksLike) {
  for (const std::string format : {"xapi", "segment", "gorse", "personalize", "mind", "csv"}) {
    if (format == GetParam().format) continue;
    ImportStreamOptions options;
    options.format = format;
    const Imported read = Import(options);
    EXPECT_TRUE(absl::IsInvalidArgument(read.status)) << format << ": " << read.status;
    EXPECT_THAT(std::string(read.status.message()), HasSubstr("--format " + GetParam().format))
        << format;
    EXPECT_THAT(read.events, SizeIs(0)) << format;
  }
}

TEST_P(FormatContractTest, WhatWasDoneIsNotHandedOnAgain) {
  ImportStreamOptions options;
  options.resume_after = {.file = 0, .line = 1'000};
  const Imported read = Import(options);
  ASSERT_TRUE(read.status.ok()) << read.status;
  EXPECT_THAT(read.events, SizeIs(0));
  EXPECT_THAT(read.items, SizeIs(0));
  EXPECT_EQ(read.report.events, GetParam().events.size());
  EXPECT_EQ(read.report.quarantined, 1u);
}

INSTANTIATE_TEST_SUITE_P(Formats, FormatContractTest, testing::ValuesIn(Cases()),
                         [](const auto& c) { return c.param.name; });

}  // namespace
}  // namespace cofilter::data
