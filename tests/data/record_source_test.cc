// Events, items and members from files of every format.
#include "data/record_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/temporary_files.h"

namespace cofilter::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using RecordSourceTest = TemporaryFilesTest;

constexpr std::string_view kJson =
    "{\"event_id\":\"e1\",\"member_id\":\"m1\",\"item_id\":\"i1\",\"verb\":\"read\",\"occurred_"
    "at\":10}\n"
    "\n"
    "{\"event_id\":\"e2\",\"member_id\":\"m2\",\"verb\":\"visit\",\"occurred_at\":20}\n";
constexpr std::string_view kCsv =
    "event_id,member_id,item_id,verb,occurred_at\ne1,m1,i1,read,10\n\ne2,m2,,visit,20\n";

std::vector<std::string> Ids(const std::string& path, const SourceOptions& options = {}) {
  std::vector<std::string> ids;
  const absl::StatusOr<SourceReport> report = ReadEvents(path, options, [&](Event& event) {
    ids.push_back(event.event_id);
    return absl::OkStatus();
  });
  EXPECT_TRUE(report.ok()) << report.status();
  if (report.ok()) {
    EXPECT_EQ(report->records, ids.size());
  }
  return ids;
}

TEST_F(RecordSourceTest, TellsTheFormatByNameOrFirstLine) {
  EXPECT_THAT(Ids(Write("a.jsonl", kJson)), ElementsAre("e1", "e2"));
  EXPECT_THAT(Ids(Write("a.csv.gz", kCsv, Compression::kGzip)), ElementsAre("e1", "e2"));
  EXPECT_THAT(Ids(Write("a.log", kJson)), ElementsAre("e1", "e2"));
  EXPECT_THAT(Ids(Write("b.log", kCsv, Compression::kZstd)), ElementsAre("e1", "e2"));
  EXPECT_THAT(Ids(Path()), testing::SizeIs(8)) << "a directory of all of them";
}

TEST_F(RecordSourceTest, AsksForTheFormatWhenNothingTells) {
  const absl::StatusOr<SourceReport> report =
      ReadEvents(Write("a.txt", "0 1 2\n"), {}, [](Event&) { return absl::OkStatus(); });
  EXPECT_EQ(report.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(report.status().ToString(), HasSubstr("json, csv, list or table"));
}

TEST_F(RecordSourceTest, ReadsListsAndTablesAsEvents) {
  SourceOptions options;
  options.format = Format::kList;
  options.list.order_is_sequence = true;
  std::vector<Event> events;
  const auto collect = [&events](Event& event) {
    events.push_back(event);
    return absl::OkStatus();
  };
  ASSERT_TRUE(ReadEvents(Write("list", "m1 a b\nm2 c\n"), options, collect).ok());
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[1].member_id, "m1");
  EXPECT_EQ(events[1].item_id, "b");
  EXPECT_EQ(events[1].occurred_at - events[0].occurred_at, std::chrono::seconds(1));

  events.clear();
  options.list.counted = true;
  ASSERT_TRUE(ReadEvents(Write("counted", "2 a b\n1 c\n"), options, collect).ok());
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[2].member_id, "1") << "the number of the line, from 0";

  events.clear();
  options.format = Format::kTable;
  options.table.member_column = "user";
  options.table.item_column = "item";
  options.table.time_column = "at";
  ASSERT_TRUE(ReadEvents(Write("table", "at\tuser\titem\n5\tm\ti\n"), options, collect).ok());
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].occurred_at, runtime::Time(std::chrono::seconds(5)));
}

TEST_F(RecordSourceTest, QuarantinesWithPlaceAndGoesOn) {
  SourceOptions options;
  options.quarantine = {.path = Path("bad"), .max_share = 0.5};
  options.lines.max_line_bytes = 200;
  const std::string path =
      Write("a.jsonl", std::string(kJson) + "{broken\n" + std::string(300, ' ') + "x\n");
  const absl::StatusOr<SourceReport> report =
      ReadEvents(path, options, [](Event&) { return absl::OkStatus(); });
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->lines, 3u) << "a long line whose start is blank is blank";
  EXPECT_EQ(report->records, 2u);
  EXPECT_EQ(report->quarantined, 1u);
  ASSERT_EQ(report->first_reasons.size(), 1u);
  EXPECT_THAT(report->first_reasons[0], testing::StartsWith(path + ":4: not a JSON object"));
  EXPECT_THAT(*runtime::ReadFile(Path("bad")), HasSubstr("\"line\":4"));
}

TEST_F(RecordSourceTest, QuarantinesLinesThatAreTooLong) {
  SourceOptions options;
  options.quarantine.max_share = 1;
  options.lines.max_line_bytes = 100;
  const absl::StatusOr<SourceReport> report =
      ReadEvents(Write("a.jsonl", std::string(kJson) + "{" + std::string(1'000, 'x') + "\n"),
                 options, [](Event&) { return absl::OkStatus(); });
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->quarantined, 1u);
  EXPECT_THAT(report->first_reasons[0], HasSubstr("longer than 100 bytes"));
}

TEST_F(RecordSourceTest, FailsWhenTooManyLinesAreMalformed) {
  const absl::StatusOr<SourceReport> report = ReadEvents(
      Write("a.jsonl", std::string(kJson) + "{}\n"), {}, [](Event&) { return absl::OkStatus(); });
  EXPECT_EQ(report.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(report.status().ToString(), HasSubstr("1 of 3 lines"));
}

TEST_F(RecordSourceTest, NamesTheFileOfABadHeader) {
  const absl::StatusOr<SourceReport> report = ReadEvents(
      Write("a.csv", "member_id,colour\nm,red\n"), {}, [](Event&) { return absl::OkStatus(); });
  EXPECT_EQ(report.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(report.status().ToString(), HasSubstr(Path("a.csv") + ": column \"colour\""));
}

TEST_F(RecordSourceTest, EndsWithTheCallbacksError) {
  int calls = 0;
  const absl::StatusOr<SourceReport> report = ReadEvents(Write("a.jsonl", kJson), {}, [&](Event&) {
    ++calls;
    return absl::InvalidArgumentError("enough");
  });
  EXPECT_EQ(report.status().message(), "enough");
  EXPECT_EQ(calls, 1);
}

TEST_F(RecordSourceTest, ReadsItemsAndMembersInBothFormats) {
  std::vector<std::string> seen;
  const auto item = [&seen](Item& one) {
    seen.push_back(one.item_id + "/" + one.title);
    return absl::OkStatus();
  };
  ASSERT_TRUE(
      ReadItems(Write("i.jsonl", "{\"item_id\":\"i1\",\"kind\":\"news\",\"title\":\"消息\"}\n"), {},
                item)
          .ok());
  ASSERT_TRUE(
      ReadItems(Write("i.csv", "kind,item_id,title\r\nnews,i2,\"a, b\"\r\n"), {}, item).ok());
  const auto member = [&seen](Member& one) {
    seen.push_back(one.member_id + "/" + one.org_unit);
    return absl::OkStatus();
  };
  ASSERT_TRUE(
      ReadMembers(Write("m.jsonl", "{\"member_id\":\"m1\",\"org_unit\":\"/hq\"}"), {}, member)
          .ok());
  ASSERT_TRUE(
      ReadMembers(Write("m.csv", "\xef\xbb\xbfmember_id,org_unit\nm2,/hq/a\n"), {}, member).ok());
  EXPECT_THAT(seen, ElementsAre("i1/消息", "i2/a, b", "m1//hq", "m2//hq/a"));

  SourceOptions list;
  list.format = Format::kList;
  EXPECT_EQ(ReadItems(Path("i.csv"), list, item).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(RecordSourceTest, ReportsProgressUpToTheEnd) {
  std::string text;
  for (int i = 0; i < 25'000; ++i)
    text +=
        "{\"member_id\":\"m\",\"verb\":\"visit\",\"occurred_at\":" + std::to_string(i + 1) + "}\n";
  std::vector<std::pair<std::uint64_t, std::uint64_t>> calls;
  SourceOptions options;
  options.progress = [&calls](std::uint64_t read, std::uint64_t total) {
    calls.emplace_back(read, total);
  };
  ASSERT_TRUE(
      ReadEvents(Write("a.jsonl", text), options, [](Event&) { return absl::OkStatus(); }).ok());
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_EQ(calls.back(), (std::pair<std::uint64_t, std::uint64_t>(text.size(), text.size())));
}

}  // namespace
}  // namespace cofilter::data
