// Statements: what is checked, what each part becomes, what is taken back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/import/xapi_checks.h"
#include "tests/data/import/import_world.h"

namespace cofilter::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kActor[] = R"("actor":{"mbox":"mailto:ann@x.org"})";
constexpr char kVerb[] = R"("verb":{"id":"http://adlnet.gov/expapi/verbs/experienced"})";
constexpr char kObject[] = R"("object":{"id":"http://x.org/i"})";
constexpr char kTime[] = R"("timestamp":"2026-01-01T00:00:00Z")";
constexpr char kVoided[] = R"("verb":{"id":"http://adlnet.gov/expapi/verbs/voided"})";

// A statement of these members, whose own come first.
std::string Statement(const std::vector<std::string>& members) {
  std::string text = "{";
  for (const std::string& member : members) absl::StrAppend(&text, text == "{" ? "" : ",", member);
  return text + "}\n";
}
std::string Uuid(int n) { return absl::StrCat("0000000", n, "-e89b-42d3-a456-426614174000"); }
std::string Id(int n) { return absl::StrCat("\"id\":\"", Uuid(n), "\""); }

Imported Read(const std::string& lines, ImportStreamOptions options = {}) {
  options.format = "xapi";
  // Something right, so that a malformed line alone is not another format.
  return ImportText(Statement({Id(0), kActor, kVerb, kObject, kTime}) + lines, options);
}
std::string ReasonOf(const std::string& line) {
  const Imported read = Read(line);
  return read.report.first_reasons.empty() ? "" : read.report.first_reasons[0];
}

TEST(XapiTest, EachRuleNamesItsProperty) {
  const std::string actor = kActor, verb = kVerb, object = kObject;
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{verb, object}, "actor \"\" is wrong"},
      {{actor, object}, "verb \"\" is wrong"},
      {{actor, verb}, "object \"\" is wrong"},
      {{R"("actor":{})", verb, object}, "actor \"0 identifiers\""},
      {{R"("actor":{"mbox":"ann@x.org"})", verb, object}, "actor.mbox"},
      {{R"("actor":{"mbox_sha1sum":"12"})", verb, object}, "actor.mbox_sha1sum"},
      {{R"("actor":{"openid":"nobody"})", verb, object}, "actor.openid"},
      {{R"("actor":{"account":{"name":"a"}})", verb, object}, "actor.account.homePage"},
      {{R"("actor":{"account":{"homePage":"http://x.org"}})", verb, object}, "actor.account.name"},
      {{R"("actor":{"objectType":"Person","mbox":"mailto:a@x"})", verb, object},
       "actor.objectType \"Person\""},
      {{R"("actor":{"objectType":"Group"})", verb, object}, "actor.member"},
      {{R"("actor":{"objectType":"Group","member":[{"name":"x"}]})", verb, object},
       "actor.member[0]"},
      {{actor, R"("verb":{"id":"read"})", object}, "verb.id \"read\""},
      {{actor, R"("verb":{"id":"http://x","display":{"something":"x"}})", object},
       "verb.display \"something\""},
      {{actor, verb, R"("object":{"id":"no iri"})"}, "object.id \"no iri\""},
      {{actor, verb, R"("object":{"id":"http://x","definition":{"name":"x"}})"},
       "object.definition.name"},
      {{actor, verb, R"("object":{"id":"http://x","definition":{"interactionType":"x"}})"},
       "object.definition.interactionType"},
      {{actor, verb, R"("object":{"objectType":"StatementRef"})"}, "object.id"},
      {{actor, verb, R"("object":{"objectType":"Thing","id":"http://x"})"}, "object.objectType"},
      {{actor, verb,
        absl::StrCat(R"("object":{"objectType":"SubStatement","id":"x",)", actor, ",", verb, ",",
                     object, "}")},
       "object.id"},
      {{actor, verb,
        absl::StrCat(R"("object":{"objectType":"SubStatement",)", actor, ",", verb,
                     R"(,"object":{"objectType":"SubStatement"}})")},
       "object.object.objectType"},
      {{actor, verb, object, R"("result":{"score":{"scaled":2}})"}, "result.score.scaled"},
      {{actor, verb, object, R"("result":{"success":"yes"})"}, "result.success"},
      {{actor, verb, object, R"("result":{"duration":"1 h"})"}, "result.duration"},
      {{actor, verb, object,
        R"("result":{"extensions":{"https://w3id.org/xapi/video/extensions/progress":1.5}})"},
       "progress \"1.5\" is wrong; right: 0 to 1"},
      {{actor, verb, object, R"("context":{"registration":"1"})"}, "context.registration"},
      {{actor, verb, object, R"("context":{"language":"something-else-wrong"})"},
       "context.language"},
      {{actor, verb, object, R"("context":{"contextActivities":{"cause":{}}})"},
       "context.contextActivities \"cause\""},
      {{actor, verb, object, R"("timestamp":"yesterday")"}, "timestamp \"yesterday\""},
      {{R"("id":"7")", actor, verb, object}, "id \"7\""},
      {{actor, kVoided, object}, "object.objectType"},
  };
  for (const auto& [members, reason] : cases)
    EXPECT_THAT(ReasonOf(Statement(members)), HasSubstr(reason));
}

TEST(XapiTest, LooksAtNothingThatItDoesNotUse) {
  for (const std::string unused :
       {R"("version":"9")", R"("authority":{"objectType":"Agent"})", R"("attachments":"none")",
        R"("stranger":1)", R"("context":{"instructor":{},"team":7,"extensions":"x","platform":4})",
        R"("result":{"response":7,"score":{"raw":"x"}})"}) {
    const Imported read = Read(Statement({Id(1), kActor, kVerb, kObject, kTime, unused}));
    EXPECT_EQ(read.report.quarantined, 0u) << unused;
    EXPECT_THAT(read.events, SizeIs(2)) << unused;
  }
}

TEST(XapiTest, ActorsAreWhoTheIdentifierSays) {
  const auto member = [](const std::string& actor, ImportStreamOptions options = {}) {
    const Imported read =
        Read(Statement({Id(1), "\"actor\":" + actor, kVerb, kObject, kTime}), options);
    return read.events.size() < 2 ? std::string() : read.events[1].member_id;
  };
  const std::string account = R"({"account":{"homePage":"http://x.org","name":"7"}})";
  EXPECT_EQ(member(account), "http://x.org|7");
  ImportStreamOptions home;
  home.reader.account_home = "http://x.org";
  EXPECT_EQ(member(account, home), "7");
  EXPECT_EQ(member(R"({"mbox":"mailto:a@x.org"})"), "mailto:a@x.org");
  EXPECT_EQ(member(R"({"openid":"http://x.org/a"})"), "http://x.org/a");
  EXPECT_EQ(member(R"({"mbox_sha1sum":"cd9b00a5611f94eaa7b1661edab976068e364975"})"),
            "mbox_sha1sum:cd9b00a5611f94eaa7b1661edab976068e364975");
}

TEST(XapiTest, AGroupIsItsMembers) {
  const Imported read = Read(Statement(
      {Id(1),
       R"("actor":{"objectType":"Group","member":[{"mbox":"mailto:a@x"},{"mbox":"mailto:b@x"}]})",
       kVerb, kObject, kTime}));
  ASSERT_THAT(read.events, SizeIs(3)) << read.status;
  EXPECT_EQ(read.events[1].member_id, "mailto:a@x");
  EXPECT_EQ(read.events[1].event_id, Uuid(1) + "/1");
  EXPECT_EQ(read.events[2].member_id, "mailto:b@x");
  EXPECT_EQ(read.events[2].event_id, Uuid(1) + "/2");
}

TEST(XapiTest, AVoidingStatementTakesBackInTheNameOfWhoDidIt) {
  const std::string reference = absl::StrCat(
      R"("object":{"objectType":"StatementRef","id":"0000000)", "0-E89B-42d3-a456-426614174000\"}");
  const std::string unknown =
      absl::StrCat(R"("object":{"objectType":"StatementRef","id":")", Uuid(9), "\"}");
  const Imported read = Read(
      Statement({Id(1), R"("actor":{"mbox":"mailto:admin@x.org"})", kVoided, reference, kTime}) +
      Statement({Id(2), R"("actor":{"mbox":"mailto:admin@x.org"})", kVoided, unknown, kTime}));
  ASSERT_THAT(read.events, SizeIs(3)) << read.status;
  EXPECT_EQ(Describe(read.events[1]),
            "mailto:ann@x.org retract  @2026-01-01T00:00:00Z retracts=" + Uuid(0));
  EXPECT_EQ(Describe(read.events[2]),
            "mailto:admin@x.org retract  @2026-01-01T00:00:00Z retracts=" + Uuid(9));
  EXPECT_EQ(read.report.unresolved_retractions, 1u);
}

TEST(XapiTest, WithoutIdAndTimeADigestAndTheImportStandIn) {
  const std::string first = Statement({kActor, kVerb, kObject});
  const std::string turned =
      Statement({kObject, R"("stored":"2026-02-01T00:00:00Z")", kVerb, kActor});
  const Imported read = Read(first + first + turned);
  ASSERT_THAT(read.events, SizeIs(4)) << read.status;
  EXPECT_THAT(read.events[1].event_id, SizeIs(32));
  EXPECT_EQ(read.events[1], read.events[2]);
  EXPECT_EQ(read.events[1].event_id, read.events[3].event_id);
  EXPECT_TRUE(read.events[1].time_assumed);
  EXPECT_EQ(read.events[1].occurred_at, kImportedAt);
  EXPECT_EQ(runtime::FormatTime(read.events[3].occurred_at), "2026-02-01T00:00:00Z");
  EXPECT_EQ(read.report.untimed, 2u);
}

TEST(XapiTest, StoresWrapStatementsInManyWays) {
  const std::string one = "{" + std::string(kActor) + "," + kVerb + "," + kObject + "," + kTime;
  for (const std::string& line : {absl::StrCat(R"({"statement":)", one, "}}"),
                                  absl::StrCat("[", one, ",", Id(1), "},", one, ",", Id(2), "}]"),
                                  absl::StrCat(R"({"statements":[)", one, "}],\"more\":\"\"}")}) {
    const Imported read = ImportText(line + "\n");
    EXPECT_TRUE(read.status.ok()) << read.status;
    EXPECT_EQ(read.report.format, "xapi");
    EXPECT_THAT(read.events, testing::Not(IsEmpty())) << line;
    EXPECT_EQ(read.report.quarantined, 0u) << line;
  }
}

TEST(XapiTest, WhatIsNoActivityIsKeptUnweighted) {
  const Imported read =
      Read(Statement({Id(1), kActor, kVerb,
                      R"("object":{"objectType":"Agent","mbox":"mailto:bob@x.org"})", kTime}));
  ASSERT_THAT(read.events, SizeIs(2)) << read.status;
  EXPECT_EQ(read.events[1].verb, Verb::kOther);
  EXPECT_EQ(read.events[1].item_id, "mailto:bob@x.org");
  EXPECT_EQ(read.report.mapped_verbs, 1u);
  EXPECT_EQ(read.report.unweighted_verbs, 1u);
}

TEST(XapiTest, ActivitiesAreDescribedOnce) {
  ImportStreamOptions options;
  options.reader.describe_items = true;
  options.reader.item_kind = ItemKind::kMaterial;
  const std::string object =
      R"("object":{"id":"http://x.org/c","definition":{"type":"http://adlnet.gov/expapi/activities/course","name":{"de":"Kurs","en-US":"Course"}}})";
  const std::string lines = Statement({Id(1), kActor, kVerb, object, kTime}) +
                            Statement({Id(2), kActor, kVerb, object, kTime});
  EXPECT_THAT(DescribeAll(Read(lines, options).described),
              ElementsAre("http://x.org/c course 'Course' [] en-US"));
  options.reader.language = "de";
  EXPECT_THAT(DescribeAll(Read(lines, options).described),
              ElementsAre("http://x.org/c course 'Kurs' [] de"));
}

TEST(IsoDurationTest, AddsUpItsParts) {
  const std::pair<std::string, double> right[] = {
      {"PT1H0M0S", 3600}, {"PT0.5S", 0.5}, {"P1DT1M", 86460}, {"P2W", 1209600}};
  for (const auto& [text, seconds] : right) {
    const auto parsed = ParseIsoDuration("d", text);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(*parsed, seconds) << text;
  }
  for (const char* wrong : {"", "P", "PT", "1H", "PT1", "PT1X", "P1H", "PT-1S", "PT1S1M", "PT1e3S"})
    EXPECT_FALSE(ParseIsoDuration("d", wrong).ok()) << wrong;
}

}  // namespace
}  // namespace cofilter::data
