// What is written in another system's format comes back as it was, as far as that format holds it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/export/foreign_format.h"
#include "tests/data/import/import_world.h"

namespace cofilter::data {
namespace {

using testing::ElementsAreArray;

std::vector<Event> Events() {
  std::vector<Event> events;
  for (const Verb verb : {Verb::kImpression, Verb::kOpen, Verb::kRead, Verb::kProgress,
                          Verb::kComplete, Verb::kLike, Verb::kDismiss, Verb::kOther}) {
    Event event;
    event.member_id = "ann, \"a\" | ä";
    event.item_id = absl::StrCat("i|", static_cast<int>(verb));
    event.verb = verb;
    if (verb == Verb::kOther) event.other_verb = "http://x.org/danced";
    if (verb == Verb::kProgress) event.progress = 0.25f;
    event.occurred_at = runtime::Time(std::chrono::seconds(1'767'225'600 + static_cast<int>(verb)));
    events.push_back(event);
  }
  return events;
}

std::vector<Item> Items() {
  Item course;
  course.item_id = "c,1";
  course.kind = ItemKind::kCourse;
  course.title = "合同, \"管理\"";
  course.topics = {"law", "people"};
  course.language = "zh-CN";
  course.published_at = runtime::Time(std::chrono::seconds(1'767'225'600));
  Item bare;
  bare.item_id = "v";
  bare.kind = ItemKind::kVideo;
  return {course, bare};
}

std::vector<Member> Members() {
  return {{.member_id = "ann", .org_unit = "/hq/law", .cohorts = {"new", "night"}, .required = {}},
          {.member_id = "bob", .org_unit = "", .cohorts = {}, .required = {}}};
}

class RoundTripTest : public testing::TestWithParam<const char*> {
 protected:
  template <typename Record>
  static std::string Lines(std::string_view header, const std::vector<Record>& records,
                           void (*append)(const Record&, std::string&)) {
    std::string text(header);
    if (!header.empty()) text += '\n';
    for (const Record& record : records) {
      append(record, text);
      text += '\n';
    }
    return text;
  }
  const ForeignFormat& format() const { return *FindForeignFormat(GetParam()); }
};

TEST_P(RoundTripTest, EventsComeBack) {
  const Imported read = ImportText(Lines(format().events_header, Events(), format().append_event));
  ASSERT_TRUE(read.status.ok()) << read.status;
  EXPECT_EQ(read.report.format, GetParam());
  EXPECT_THAT(DescribeAll(read.events), ElementsAreArray(DescribeAll(Events())));
}

TEST_P(RoundTripTest, ItemsComeBack) {
  const Imported read = ImportText(Lines(format().items_header, Items(), format().append_item));
  ASSERT_TRUE(read.status.ok()) << read.status;
  EXPECT_THAT(DescribeAll(read.items), ElementsAreArray(DescribeAll(Items())));
}

TEST_P(RoundTripTest, MembersComeBack) {
  const Imported read =
      ImportText(Lines(format().members_header, Members(), format().append_member));
  ASSERT_TRUE(read.status.ok()) << read.status;
  EXPECT_THAT(DescribeAll(read.members), ElementsAreArray(DescribeAll(Members())));
}

TEST(GorseRoundTripTest, KeepsWhatPersonalizeHasNoColumnFor) {
  Item item = Items().front();
  item.publisher = "house";
  item.org_units = {"/hq"};
  item.state = ItemState::kRetired;
  std::string line;
  kGorseLines.append_item(item, line);
  EXPECT_THAT(DescribeAll(ImportText(line).items), ElementsAreArray({Describe(item)}));
}

INSTANTIATE_TEST_SUITE_P(Formats, RoundTripTest, testing::Values("personalize", "gorse"),
                         [](const auto& c) { return std::string(c.param); });

}  // namespace
}  // namespace cofilter::data
