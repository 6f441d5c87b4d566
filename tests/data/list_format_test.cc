// Lines of the list format, and the events that they make.
#include "data/list_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cofilter::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ListFormatTest, CutsAtSpacesAndTabs) {
  ListLine line;
  ASSERT_TRUE(ParseListLine("m1 a  b\tc ", false, line).ok());
  EXPECT_EQ(line.member, "m1");
  EXPECT_THAT(line.items, ElementsAre("a", "b", "c"));
  ASSERT_TRUE(ParseListLine("lonely", false, line).ok());
  EXPECT_TRUE(line.items.empty());
}

TEST(ListFormatTest, ChecksCounts) {
  ListLine line;
  ASSERT_TRUE(ParseListLine("3 10 11 12", true, line).ok());
  EXPECT_THAT(line.items, ElementsAre("10", "11", "12"));
  EXPECT_THAT(ParseListLine("3 10 11", true, line).ToString(), HasSubstr("count \"3\""));
  EXPECT_THAT(ParseListLine("x 10 11", true, line).ToString(), HasSubstr("count \"x\""));
  EXPECT_THAT(ParseListLine("-1", true, line).ToString(), HasSubstr("count"));
}

TEST(ListFormatTest, RefusesLinesWithoutAMemberAndBadIds) {
  ListLine line;
  EXPECT_THAT(ParseListLine("  ", false, line).ToString(), HasSubstr("member_id"));
  EXPECT_THAT(ParseListLine("m " + std::string(300, 'x'), false, line).ToString(),
              HasSubstr("item_id"));
  EXPECT_THAT(ParseListLine("\xff x", false, line).ToString(), HasSubstr("member_id"));
}

TEST(ListFormatTest, MakesEventsWithTimesOnlyForSequences) {
  ListFormatOptions options;
  Event first;
  Event third;
  MakeListEvent("m", "a", 0, options, first);
  MakeListEvent("m", "c", 2, options, third);
  EXPECT_EQ(first.occurred_at, kSyntheticBase);
  EXPECT_EQ(third.occurred_at, kSyntheticBase);
  EXPECT_EQ(first.verb, Verb::kComplete);
  EXPECT_TRUE(ValidateEvent(first).ok());
  EXPECT_NE(first.event_id, third.event_id);

  options.order_is_sequence = true;
  options.verb = Verb::kRead;
  MakeListEvent("m", "c", 2, options, third);
  EXPECT_EQ(third.occurred_at - kSyntheticBase, std::chrono::seconds(2));
  EXPECT_EQ(third.verb, Verb::kRead);
}

}  // namespace
}  // namespace cofilter::data
