// Verbs, and what makes an event valid.
#include "data/event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "absl/strings/str_cat.h"

namespace cofilter::data {
namespace {

using testing::HasSubstr;

Event ValidEvent() {
  Event event;
  event.event_id = "e1";
  event.member_id = "m1";
  event.item_id = "i1";
  event.verb = Verb::kRead;
  event.occurred_at = runtime::Time(std::chrono::seconds(1'700'000'000));
  return event;
}

TEST(VerbTest, NamesAndValuesAgree) {
  for (int i = 1; i < kVerbCount; ++i) {
    const Verb verb = static_cast<Verb>(i);
    ASSERT_FALSE(VerbName(verb).empty()) << i;
    EXPECT_EQ(ParseVerb(VerbName(verb)), verb);
  }
  EXPECT_EQ(VerbName(Verb::kUnspecified), "");
  EXPECT_EQ(VerbName(static_cast<Verb>(200)), "");
  EXPECT_EQ(ParseVerb(""), std::nullopt);
  EXPECT_EQ(ParseVerb("Read"), std::nullopt);
  // Stored values: a change here is a change of every database.
  EXPECT_EQ(static_cast<int>(*ParseVerb("complete")), 5);
  EXPECT_EQ(static_cast<int>(*ParseVerb("retract")), 15);
}

TEST(ValidateIdTest, AcceptsAnyScriptUpTo256Bytes) {
  EXPECT_TRUE(ValidateId("member_id", "a").ok());
  EXPECT_TRUE(ValidateId("member_id", "成员-1").ok());
  EXPECT_TRUE(ValidateId("member_id", std::string(256, 'x')).ok());
  EXPECT_TRUE(ValidateId("member_id", "with space").ok());
}

TEST(ValidateIdTest, RefusesEmptyLongBrokenAndControl) {
  for (const std::string& id :
       {std::string(), std::string(257, 'x'), std::string("a\0b", 3), std::string("a\nb"),
        std::string("\x7f"), std::string("\xff\xfe"), std::string("\xe4\xb8")}) {
    const absl::Status status = ValidateId("member_id", id);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.ToString(), HasSubstr("member_id"));
  }
}

TEST(ValidateEventTest, AcceptsWhatIsComplete) {
  EXPECT_TRUE(ValidateEvent(ValidEvent()).ok());
  Event visit = ValidEvent();
  visit.verb = Verb::kVisit;
  visit.item_id.clear();
  EXPECT_TRUE(ValidateEvent(visit).ok());
  Event retraction = visit;
  retraction.verb = Verb::kRetract;
  retraction.retracts_event_id = "e0";
  EXPECT_TRUE(ValidateEvent(retraction).ok());
  Event other = ValidEvent();
  other.verb = Verb::kOther;
  other.other_verb = "http://adlnet.gov/expapi/verbs/answered";
  EXPECT_TRUE(ValidateEvent(other).ok());
}

TEST(ValidateEventTest, NamesTheFieldThatIsWrong) {
  const std::vector<std::pair<std::string, std::function<void(Event&)>>> cases = {
      {"event_id", [](Event& e) { e.event_id.clear(); }},
      {"member_id", [](Event& e) { e.member_id = '\n'; }},
      {"item_id", [](Event& e) { e.item_id.clear(); }},
      {"verb", [](Event& e) { e.verb = Verb::kUnspecified; }},
      {"verb", [](Event& e) { e.verb = static_cast<Verb>(99); }},
      {"other_verb", [](Event& e) { e.verb = Verb::kOther; }},
      {"other_verb", [](Event& e) { e.other_verb = 'x'; }},
      {"retracts_event_id", [](Event& e) { e.verb = Verb::kRetract; }},
      {"retracts_event_id", [](Event& e) { e.retracts_event_id = 'x'; }},
      {"occurred_at", [](Event& e) { e.occurred_at = {}; }},
      {"duration_seconds", [](Event& e) { e.duration_seconds = -1; }},
      {"duration_seconds",
       [](Event& e) { e.duration_seconds = std::numeric_limits<float>::infinity(); }},
      {"progress", [](Event& e) { e.progress = 1.5f; }},
      {"progress", [](Event& e) { e.progress = NAN; }},
      {"score", [](Event& e) { e.score = -2; }},
      {"position", [](Event& e) { e.position = 0; }},
      {"surface", [](Event& e) { e.surface = std::string(300, 's'); }},
      {"session_id", [](Event& e) { e.session_id = '\xff'; }},
  };
  for (const auto& [field, spoil] : cases) {
    Event event = ValidEvent();
    spoil(event);
    const absl::Status status = ValidateEvent(event);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << field;
    EXPECT_THAT(std::string(status.message()), testing::StartsWith(absl::StrCat(field, " ")));
    EXPECT_THAT(std::string(status.message()), HasSubstr("right: "));
  }
}

TEST(ValidateEventTest, ShowsLongValuesShortened) {
  Event event = ValidEvent();
  event.item_id = std::string(5'000, 'z');
  EXPECT_LT(ValidateEvent(event).message().size(), 150u);
}

}  // namespace
}  // namespace cofilter::data
