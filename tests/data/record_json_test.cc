// JSON lines: golden lines, what is refused and why, round trips, hostile bytes.
#include "data/record_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/sample_records.h"

namespace cofilter::data {
namespace {

using testing::HasSubstr;

constexpr std::string_view kFullEvent =
    R"({"event_id":"e-1","member_id":"m-1","item_id":"课程 1","verb":"progress",)"
    R"("occurred_at":"2026-11-24T08:00:00Z","received_at":"2026-11-24T08:00:01.5Z",)"
    R"("duration_seconds":12.5,"progress":0.25,"score":-0.5,"success":false,"surface":"learning",)"
    R"("recommendation_id":"r","position":3,"source_system":"app","client_id":"c","platform":"ios",)"
    R"("session_id":"s"})";

Event FullEvent() {
  Event event;
  event.event_id = "e-1";
  event.member_id = "m-1";
  event.item_id = "课程 1";
  event.verb = Verb::kProgress;
  event.occurred_at = *runtime::ParseTime("2026-11-24T08:00:00Z");
  event.received_at = event.occurred_at + std::chrono::milliseconds(1'500);
  event.duration_seconds = 12.5f;
  event.progress = 0.25f;
  event.score = -0.5f;
  event.success = false;
  event.surface = "learning";
  event.recommendation_id = "r";
  event.position = 3;
  event.source_system = "app";
  event.client_id = "c";
  event.platform = "ios";
  event.session_id = "s";
  return event;
}

TEST(EventJsonTest, ReadsAndWritesTheGoldenLine) {
  const absl::StatusOr<Event> read = ParseJson<Event>(kFullEvent);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, FullEvent());
  std::string written;
  AppendJson(FullEvent(), written);
  EXPECT_EQ(written, kFullEvent);
}

TEST(EventJsonTest, TakesTimesAsSecondsToo) {
  for (const std::string at : {"1795507200", "1795507200.0", "\"1795507200\"",
                               "\"2026-11-24T08:00:00Z\"", "\"2026-11-24T16:00:00+08:00\""}) {
    const absl::StatusOr<Event> read = ParseJson<Event>(
        R"({"event_id":"e","member_id":"m","item_id":"i","verb":"read","occurred_at":)" + at + "}");
    ASSERT_TRUE(read.ok()) << at << read.status();
    EXPECT_EQ(read->occurred_at, FullEvent().occurred_at) << at;
  }
  EXPECT_EQ(ParseJson<Event>(
                R"({"member_id":"m","item_id":"i","verb":"read","occurred_at":1795507200.25})")
                    ->occurred_at -
                FullEvent().occurred_at,
            std::chrono::milliseconds(250));
}

TEST(EventJsonTest, DerivesAMissingEventId) {
  const std::string line =
      R"({"member_id":"m","item_id":"i","verb":"read","occurred_at":"2026-11-24T08:00:00Z"})";
  const absl::StatusOr<Event> read = ParseJson<Event>(line);
  ASSERT_TRUE(read.ok());
  // printf 'm\ti\tread\t2026-11-24T08:00:00Z' | sha256sum | cut -c1-32
  EXPECT_EQ(read->event_id, "a6206a0c5aa7134666857f3450f4663e");
  const absl::StatusOr<Event> same = ParseJson<Event>(
      R"({"verb":"read","occurred_at":1795507200,"surface":"news","item_id":"i","member_id":"m"})");
  EXPECT_EQ(same->event_id, read->event_id);
}

TEST(EventJsonTest, DerivedIdsOfTwoRetractionsDiffer) {
  const auto id = [](const std::string& retracted) {
    return ParseJson<Event>(
               R"({"member_id":"m","verb":"retract","occurred_at":1,"retracts_event_id":")" +
               retracted + "\"}")
        ->event_id;
  };
  EXPECT_NE(id("a"), id("b"));
}

TEST(EventJsonTest, KeepsVerbsOfOtherSystemsByName) {
  const absl::StatusOr<Event> read = ParseJson<Event>(
      R"({"event_id":"e","member_id":"m","item_id":"i","verb":"answered","occurred_at":1})");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->verb, Verb::kOther);
  EXPECT_EQ(read->other_verb, "answered");
}

TEST(EventJsonTest, PassesOverUnknownFieldsNullsAndOrder) {
  const absl::StatusOr<Event> read = ParseJson<Event>(
      R"(  { "extra" : {"deep":[1,{"x":[]}]}, "occurred_at":1, "score":null, "verb":"read",
      "item\u005fid":"i", "member_id":17, "event_id":"e", "position":"2" } )");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->member_id, "17");
  EXPECT_EQ(read->item_id, "i");
  EXPECT_EQ(read->position, 2);
  EXPECT_FALSE(read->score.has_value());
}

TEST(EventJsonTest, PassesOverDeepNesting) {
  const std::string deep(100'000, '[');
  const absl::StatusOr<Event> read =
      ParseJson<Event>(R"({"member_id":"m","verb":"visit","occurred_at":1,"deep":)" + deep +
                       std::string(deep.size(), ']') + "}");
  EXPECT_TRUE(read.ok()) << read.status();
}

TEST(EventJsonTest, ClearsWhatTheLineBeforeLeft) {
  JsonReader<Event> reader;
  Event event;
  ASSERT_TRUE(reader.Read(kFullEvent, event).ok());
  ASSERT_TRUE(
      reader.Read(R"({"event_id":"e","member_id":"m","verb":"visit","occurred_at":1})", event)
          .ok());
  Event expected;
  expected.event_id = "e";
  expected.member_id = "m";
  expected.verb = Verb::kVisit;
  expected.occurred_at = At(1'000'000);
  EXPECT_EQ(event, expected);
}

struct BadLine {
  std::string line;
  std::string reason;  // part of the message
};

TEST(EventJsonTest, SaysWhatIsWrongWithALine) {
  const auto with = [](const std::string& fields) {
    return R"({"event_id":"e","member_id":"m","item_id":"i","verb":"read","occurred_at":1)" +
           fields + "}";
  };
  const std::vector<BadLine> bad = {
      {"", "not a JSON object"},
      {"   ", "not a JSON object"},
      {"[]", "not a JSON object"},
      {"\"text\"", "not a JSON object"},
      {"42", "not a JSON object"},
      {"{", "not a JSON object"},
      {R"({"member_id":"m")", "not a JSON object"},
      {R"({"member_id" "m"})", "not a JSON object"},
      {R"({member_id:"m"})", "not a JSON object"},
      {with("") + "x", "not a JSON object"},
      {with("") + with(""), "not a JSON object"},
      {R"({"event_id":"e","item_id":"i","verb":"read","occurred_at":1})", "member_id \"\""},
      {R"({"event_id":"e","member_id":"m","verb":"read","occurred_at":1})", "item_id"},
      {R"({"event_id":"e","member_id":"m","item_id":"i","occurred_at":1})", "verb"},
      {R"({"event_id":"e","member_id":"m","item_id":"i","verb":"read"})", "occurred_at"},
      {with(R"(,"member_id":["m"])"), "member_id \"[…]\""},
      {with(R"(,"member_id":{"a":1})"), "member_id \"{…}\""},
      {with(R"(,"member_id":"a\u0000b")"), "member_id \"a\\x00\\x62\""},
      {with(R"(,"member_id":"\ud800")"), "member_id"},
      {with(R"(,"member_id":12x)"), "member_id"},
      {with(R"(,"score":"high")"), "score \"high\" is wrong; right: a number"},
      {with(R"(,"score":1e999)"), "score"},
      {with(R"(,"score":1.5)"), "score \"1.5\" is wrong; right: -1 to 1"},
      {with(R"(,"score":tru)"), "score"},
      {with(R"(,"score":nul)"), "score"},
      {with(R"(,"progress":-0.1)"), "progress \"-0.1\" is wrong; right: 0 to 1"},
      {with(R"(,"success":"maybe")"), "success \"maybe\" is wrong; right: true or false"},
      {with(R"(,"position":0)"), "position \"0\" is wrong; right: 1 or more"},
      {with(R"(,"position":1.5)"), "position"},
      {with(R"(,"position":99999999999)"), "position"},
      {with(R"(,"occurred_at":"yesterday")"),
       "occurred_at \"yesterday\" is wrong; right: RFC 3339"},
      {with(R"(,"occurred_at":1795507200000)"), "not milliseconds"},
      {with(R"(,"occurred_at":1e300)"), "occurred_at"},
      {with(R"(,"retracts_event_id":"x")"), "retracts_event_id"},
      {with(",\"surface\":\"\xff\""), "not a JSON object"},
      {std::string("{\"member_id\":\"m\0\"}", 17), "not a JSON object"},
      {with(",\"deep\":" + std::string(100'000, '[')), "not a JSON object"},
  };
  JsonReader<Event> reader;
  for (const BadLine& line : bad) {
    Event event;
    const absl::Status status = reader.Read(line.line, event);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << line.line.substr(0, 200);
    EXPECT_THAT(std::string(status.message()), HasSubstr(line.reason)) << line.line.substr(0, 200);
    EXPECT_LT(status.message().size(), 300u);
    // What came before leaves no trace.
    ASSERT_TRUE(reader.Read(kFullEvent, event).ok());
    EXPECT_EQ(event, FullEvent());
  }
}

TEST(EventJsonTest, NoPrefixAndNoFlippedByteOfALineDoesHarm) {
  JsonReader<Event> reader;
  Event event;
  for (std::size_t length = 0; length < kFullEvent.size(); ++length) {
    EXPECT_FALSE(reader.Read(kFullEvent.substr(0, length), event).ok());
  }
  Random random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string line(kFullEvent);
    for (std::uint32_t flips = 1 + random.Below(3); flips > 0; --flips) {
      line[random.Below(static_cast<std::uint32_t>(line.size()))] =
          static_cast<char>(random.Below(256));
    }
    if (!reader.Read(line, event).ok()) continue;
    EXPECT_TRUE(ValidateEvent(event).ok());
  }
}

template <typename Record>
void ExpectRoundTrip(const Record& record) {
  std::string line;
  AppendJson(record, line);
  const absl::StatusOr<Record> read = ParseJson<Record>(line);
  ASSERT_TRUE(read.ok()) << line << " " << read.status();
  EXPECT_EQ(*read, record) << line;
}

TEST(RecordJsonTest, ReadsWhatItWrites) {
  Random random(1);
  for (int i = 0; i < 2'000; ++i) {
    ExpectRoundTrip(RandomEvent(random));
    ExpectRoundTrip(RandomItem(random));
    ExpectRoundTrip(RandomMember(random));
  }
}

TEST(ItemJsonTest, ReadsListsAndRefusesWhatIsNone) {
  const absl::StatusOr<Item> read = ParseJson<Item>(
      R"({"item_id":"c1","kind":"course","topics":["law","people"],"prerequisites":"c0","org_units":[],)"
      R"("credits":1.5,"online":true,"state":"retired"})");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->topics, (std::vector<std::string>{"law", "people"}));
  EXPECT_EQ(read->prerequisites, std::vector<std::string>{"c0"});
  EXPECT_EQ(read->credits, 1.5);
  EXPECT_EQ(read->state, ItemState::kRetired);

  const auto message = [](const std::string& line) {
    return std::string(ParseJson<Item>(line).status().message());
  };
  EXPECT_THAT(message(R"({"item_id":"c1","kind":"book"})"),
              HasSubstr("kind \"book\" is wrong; right: one of news"));
  EXPECT_THAT(message(R"({"item_id":"c1","kind":"news","topics":[["x"]]})"), HasSubstr("topics"));
  EXPECT_THAT(message(R"({"item_id":"c1","kind":"news","topics":{"a":1}})"), HasSubstr("topics"));
  EXPECT_THAT(message(R"({"item_id":"c1","kind":"news","topics":["a" "b"]})"), HasSubstr("topics"));
  EXPECT_THAT(message(R"({"item_id":"c1","kind":"news","topics":["a")"),
              HasSubstr("not a JSON object"));
}

TEST(MemberJsonTest, ReadsTheCreditRequirement) {
  const absl::StatusOr<Member> read = ParseJson<Member>(
      R"({"member_id":"m","org_unit":"/hq","cohorts":["new"],"required_credits":8,"required_due_at":"2026-12-31T00:00:00Z"})");
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_TRUE(read->required.has_value());
  EXPECT_EQ(read->required->credits, 8);
  EXPECT_THAT(
      std::string(
          ParseJson<Member>(R"({"member_id":"m","required_credits":8})").status().message()),
      HasSubstr("required_due_at"));
}

TEST(AppendJsonTextTest, EscapesAndRepairs) {
  std::string out;
  AppendJsonText(std::string_view("a\"\\\n\t\r\x01\xff\xe6\x88\x90", 11), out);
  EXPECT_EQ(out, "\"a\\\"\\\\\\n\\t\\r\\u0001\xef\xbf\xbd成\"");
}

}  // namespace
}  // namespace cofilter::data
