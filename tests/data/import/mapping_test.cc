// Mapping files: read, applied, drafted.
#include "data/import/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "tests/data/import/import_world.h"

namespace cofilter::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Imported Import(const std::string& mapping, const std::string& lines) {
  ImportStreamOptions options;
  options.format = "mapping";
  options.source = "portal";
  options.reader.mapping = mapping;
  return ImportText(lines, options);
}

TEST(MappingTest, ReadsAnyCsv) {
  const Imported read = Import(R"(
records = "events"
format = "csv"
separator = ";"
[fields]
event_id = { column = "nr", prefix = "portal:" }
member_id = "person"
item_id = { column = "course", prefix = "c-" }
verb = { column = "what", values = { "Begonnen" = "open" } }
occurred_at = { column = "when", time = "%d.%m.%Y %H:%M", offset = "+01:00" }
progress = { column = "percent", scale = 0.01 }
surface = { value = "learning" }
)",
                               "nr;person;course;when;percent;what;colour\n"
                               "1;ann;7;01.02.2026 12:30;50;Begonnen;red\n"
                               "2;ann;7;01.02.2026 12:31;;abgehakt;\n"
                               "3;ann;7;31.02.2026 12:31;;Begonnen;\n"
                               "4;ann;7;01.02.2026 12:31;much;Begonnen;\n");
  ASSERT_TRUE(read.status.ok()) << read.status;
  EXPECT_THAT(DescribeAll(read.events),
              ElementsAre("ann open c-7 @2026-02-01T11:30:00Z progress=0.5 surface=learning",
                          "ann abgehakt c-7 @2026-02-01T11:31:00Z unweighted surface=learning"));
  EXPECT_EQ(read.events[0].event_id, "portal:1");
  EXPECT_EQ(read.events[0].source_system, "portal");
  ASSERT_EQ(read.report.first_reasons.size(), 2u);
  EXPECT_THAT(read.report.first_reasons[0], HasSubstr("occurred_at \"31.02.2026 12:31\""));
  EXPECT_THAT(read.report.first_reasons[1], HasSubstr("progress \"much\""));
}

TEST(MappingTest, ReadsNestedJson) {
  const Imported read = Import(
      R"(
records = "items"
format = "json"
[fields]
item_id = "id"
kind = { column = "meta.type", values = { "lesson" = "material" }, value = "article" }
title = "meta.title"
topics = "tags"
published_at = { column = "created", time = "unix_milliseconds" }
online = "meta.online"
)",
      R"({"id":7,"meta":{"type":"lesson","title":"T","online":true},"tags":["a","b"],"created":1767225600500})"
      "\n"
      R"({"id":"8","meta":{"title":null}})"
      "\n"
      R"({"id":"9","tags":[{}]})"
      "\n");
  ASSERT_TRUE(read.status.ok()) << read.status;
  EXPECT_THAT(DescribeAll(read.items),
              ElementsAre("7 material 'T' [a,b] @2026-01-01T00:00:00.5Z", "8 article '' []"));
  EXPECT_TRUE(read.items[0].online);
  EXPECT_EQ(read.report.quarantined, 1u);
}

TEST(MappingTest, ReadsMembers) {
  const Imported read = Import(
      "records = \"members\"\nformat = \"csv\"\n[fields]\nmember_id = \"id\"\n"
      "cohorts = { column = \"groups\", separator = \"/\" }\n",
      "id,groups\nann,new/night\n");
  EXPECT_THAT(DescribeAll(read.members), ElementsAre("ann  [new,night]"));
}

TEST(MappingTest, AColumnThatIsMissingIsNamed) {
  const Imported read = Import(
      "records = \"members\"\nformat = \"csv\"\n[fields]\nmember_id = \"id\"\n", "name,groups\n");
  EXPECT_THAT(std::string(read.status.message()), HasSubstr("column \"id\""));
}

TEST(MappingTest, MistakesAreNamed) {
  const std::string head = "records = \"events\"\nformat = \"csv\"\n";
  const std::pair<std::string, std::string> cases[] = {
      {"records = ", "mapping: "},
      {"records = \"people\"\nformat = \"csv\"", "records \"people\""},
      {"records = \"events\"\nformat = \"xml\"", "format \"xml\""},
      {head, "fields"},
      {head + "[fields]\n", "fields"},
      {head + "[fields]\ncolour = \"c\"", "fields \"colour\""},
      {head + "[fields]\nmember_id = 7", "member_id"},
      {head + "[fields]\nmember_id = { prefix = \"x\" }", "a column or a value"},
      {head + "[fields]\nmember_id = { colum = \"x\" }", "member_id.key \"colum\""},
      {head + "[fields]\noccurred_at = { column = \"x\", offset = \"8\" }", "offset \"8\""},
      {head + "[fields]\nprogress = { column = \"x\", scale = \"x\" }", "progress.scale"},
      {"separator = \",,\"\n" + head + "[fields]\nmember_id = \"x\"", "separator \",,\""},
      {"extra = 1\n" + head, "key \"extra\""}};
  for (const auto& [text, message] : cases) {
    const auto mapping = Mapping::Parse(text);
    EXPECT_TRUE(absl::IsInvalidArgument(mapping.status())) << text;
    EXPECT_THAT(std::string(mapping.status().message()), HasSubstr(message)) << text;
  }
}

TEST(MappingTest, TimesInEachUnit) {
  const std::pair<std::string, std::string> cases[] = {{"unix_seconds", "1767225600.5"},
                                                       {"unix_milliseconds", "1767225600500"},
                                                       {"unix_microseconds", "1767225600500000"},
                                                       {"rfc3339", "2026-01-01T00:00:00.5Z"}};
  for (const auto& [unit, text] : cases) {
    MappedField field;
    field.field = "occurred_at";
    field.time = unit;
    const auto time = MappedTimeText(field, text);
    ASSERT_TRUE(time.ok()) << time.status();
    EXPECT_EQ(runtime::FormatTime(*runtime::ParseTime(*time)), "2026-01-01T00:00:00.5Z");
  }
  MappedField field;
  field.field = "occurred_at";
  field.time = "unix_milliseconds";
  EXPECT_FALSE(MappedTimeText(field, "1e300").ok());
  EXPECT_FALSE(MappedTimeText(field, "soon").ok());
}

// A draft must import what it was drafted from.
TEST(MappingDraftTest, ADraftReadsItsOwnFile) {
  const std::pair<std::string, std::string> cases[] = {
      {"userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n1,29,3.0,1260759179\n",
       "1 complete 31 @2009-12-14T02:52:24Z"},
      {"learner_id\tcourse_id\tdate\tpercent\taction\na\tc\t2026-01-01 10:00:00\t40\tfinished\n",
       "a complete c @2026-01-01T10:00:00Z progress=0.4"},
      {"{\"user\":\"a\",\"object\":{\"item_id\":5},\"ts\":1767225600000,\"event\":\"read\"}\n",
       "a read 5 @2026-01-01T00:00:00Z"}};
  for (const auto& [lines, event] : cases) {
    std::vector<std::string> split = absl::StrSplit(lines, '\n', absl::SkipEmpty());
    const auto draft = DraftMapping(split);
    ASSERT_TRUE(draft.ok()) << draft.status();
    const Imported read = Import(*draft, lines);
    ASSERT_TRUE(read.status.ok()) << read.status << *draft;
    ASSERT_FALSE(read.events.empty()) << *draft;
    EXPECT_EQ(Describe(read.events[0]), event) << *draft;
  }
}

TEST(MappingDraftTest, SaysWhatItCannotTell) {
  const auto draft = DraftMapping({"colour,size", "red,4"});
  ASSERT_TRUE(draft.ok());
  EXPECT_THAT(*draft, HasSubstr("# member_id = \"?\"   # required"));
  EXPECT_THAT(*draft, HasSubstr("# not used: \"colour\""));
  EXPECT_TRUE(absl::IsInvalidArgument(DraftMapping({}).status()));
  const auto items = DraftMapping({"id,title,tags", "1,A,x|y"});
  EXPECT_THAT(*items, HasSubstr("records = \"items\""));
}

}  // namespace
}  // namespace cofilter::data
