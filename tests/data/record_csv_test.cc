// CSV: columns by name, quoting, what is refused, and agreement with JSON.
#include "data/record_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/record_json.h"
#include "tests/data/sample_records.h"

namespace cofilter::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(CsvSplitterTest, FollowsRfc4180WithinALine) {
  CsvSplitter splitter;
  std::vector<std::string_view> fields;
  const auto split = [&](std::string_view line) {
    EXPECT_TRUE(splitter.Split(line, fields).ok()) << line;
    return fields;
  };
  EXPECT_THAT(split("a,b,c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split(""), ElementsAre(""));
  EXPECT_THAT(split(",,"), ElementsAre("", "", ""));
  EXPECT_THAT(split("\"a,b\",\"say \"\"hi\"\"\",\"\""), ElementsAre("a,b", "say \"hi\"", ""));
  EXPECT_THAT(split("5\" disk,x"), ElementsAre("5\" disk", "x"));
  EXPECT_THAT(split("a,\"\"\"\""), ElementsAre("a", "\""));
}

TEST(CsvSplitterTest, NamesTheColumnOfABadQuote) {
  CsvSplitter splitter;
  std::vector<std::string_view> fields;
  EXPECT_THAT(splitter.Split("a,\"open", fields).ToString(), HasSubstr("column 2"));
  EXPECT_THAT(splitter.Split("a,b,\"x\"y", fields).ToString(), HasSubstr("column 3"));
  EXPECT_FALSE(splitter.Split("\"", fields).ok());
}

TEST(EventCsvTest, ReadsColumnsInAnyOrder) {
  absl::StatusOr<CsvReader<Event>> reader =
      CsvReader<Event>::Create("verb,occurred_at,item_id,member_id,score");
  ASSERT_TRUE(reader.ok()) << reader.status();
  Event event;
  ASSERT_TRUE(reader->Read("read,1795507200,\"i,1\",m,", event).ok());
  EXPECT_EQ(event.item_id, "i,1");
  EXPECT_EQ(event.member_id, "m");
  EXPECT_EQ(event.event_id.size(), 32u);
  EXPECT_FALSE(event.score.has_value());
}

TEST(EventCsvTest, RefusesUnknownAndRepeatedColumnsByName) {
  const auto message = [](std::string_view header) {
    return CsvReader<Event>::Create(header).status().ToString();
  };
  EXPECT_THAT(message("member_id,itm_id"),
              HasSubstr("column \"itm_id\" is wrong; right: event_id, member_id"));
  EXPECT_THAT(message("member_id,member_id"), HasSubstr("each column once"));
  EXPECT_THAT(message(""), HasSubstr("column \"\""));
  EXPECT_THAT(message("\"member_id"), HasSubstr("quote"));
}

TEST(EventCsvTest, SaysWhatIsWrongWithALine) {
  absl::StatusOr<CsvReader<Event>> reader =
      CsvReader<Event>::Create("member_id,item_id,verb,occurred_at,position,success");
  ASSERT_TRUE(reader.ok());
  const auto message = [&](std::string_view line) {
    Event event;
    return reader->Read(line, event).ToString();
  };
  EXPECT_EQ(message("m,i,read,1,1,true"), "OK");
  EXPECT_THAT(message("m,i,read,1"), HasSubstr("4 columns; right: 6"));
  EXPECT_THAT(message("m,i,read,1,1,true,x"), HasSubstr("7 columns"));
  EXPECT_THAT(message(",i,read,1,1,true"), HasSubstr("member_id"));
  EXPECT_THAT(message("m,i,read,soon,1,true"), HasSubstr("occurred_at \"soon\""));
  EXPECT_THAT(message("m,i,read,1,one,true"), HasSubstr("position \"one\""));
  EXPECT_THAT(message("m,i,read,1,1,yes"), HasSubstr("success \"yes\""));
  EXPECT_THAT(message(std::string_view("m\0,i,read,1,1,true", 18)), HasSubstr("member_id"));
  EXPECT_THAT(message("m\xff,i,read,1,1,true"), HasSubstr("valid UTF-8"));
}

template <typename Record>
void ExpectSameThroughCsvAndJson(const Record& record) {
  std::string header;
  AppendCsvHeader<Record>(header);
  absl::StatusOr<CsvReader<Record>> reader = CsvReader<Record>::Create(header);
  ASSERT_TRUE(reader.ok());
  std::string line;
  ASSERT_TRUE(AppendCsv(record, line).ok());
  Record from_csv;
  ASSERT_TRUE(reader->Read(line, from_csv).ok()) << line;
  std::string json;
  AppendJson(record, json);
  const absl::StatusOr<Record> from_json = ParseJson<Record>(json);
  ASSERT_TRUE(from_json.ok());
  EXPECT_EQ(from_csv, *from_json) << line << "\n" << json;
  EXPECT_EQ(from_csv, record) << line;
}

TEST(RecordCsvTest, AgreesWithJsonOnEveryRecord) {
  Random random(2);
  for (int i = 0; i < 2'000; ++i) {
    ExpectSameThroughCsvAndJson(RandomEvent(random));
    ExpectSameThroughCsvAndJson(RandomItem(random));
    ExpectSameThroughCsvAndJson(RandomMember(random));
  }
}

TEST(RecordCsvTest, DoesNotWriteWhatItCouldNotReadBack) {
  Item item;
  item.item_id = "i";
  item.kind = ItemKind::kNews;
  item.topics = {"fine", "not|fine"};
  std::string out = "before";
  EXPECT_THAT(AppendCsv(item, out).ToString(), HasSubstr("topics \"not|fine\""));
  EXPECT_EQ(out, "before");
}

TEST(ItemCsvTest, SeparatesListsByBars) {
  absl::StatusOr<CsvReader<Item>> reader =
      CsvReader<Item>::Create("item_id,kind,topics,prerequisites");
  ASSERT_TRUE(reader.ok());
  Item item;
  ASSERT_TRUE(reader->Read("c2,course,law||people|,c1", item).ok());
  EXPECT_THAT(item.topics, ElementsAre("law", "people"));
  EXPECT_THAT(item.prerequisites, ElementsAre("c1"));
}

}  // namespace
}  // namespace cofilter::data
