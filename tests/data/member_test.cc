// What makes a member valid, and what lies within an org unit.
#include "data/member.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cofilter::data {
namespace {

TEST(OrgUnitWithinTest, ComparesWholeParts) {
  EXPECT_TRUE(OrgUnitWithin("/a/b", "/a"));
  EXPECT_TRUE(OrgUnitWithin("/a/b", "/a/b"));
  EXPECT_FALSE(OrgUnitWithin("/a/bc", "/a/b"));
  EXPECT_FALSE(OrgUnitWithin("/a", "/a/b"));
  EXPECT_TRUE(OrgUnitWithin("/a", "/"));
  EXPECT_TRUE(OrgUnitWithin("", "/"));
  EXPECT_FALSE(OrgUnitWithin("", "/a"));
  EXPECT_FALSE(OrgUnitWithin("/a", ""));
}

TEST(ValidateMemberTest, NamesTheFieldThatIsWrong) {
  Member member;
  member.member_id = "m1";
  EXPECT_TRUE(ValidateMember(member).ok());
  member.org_unit = "/hq/研发";
  member.cohorts = {"new-staff"};
  member.required = {8, runtime::Time(std::chrono::seconds(1))};
  EXPECT_TRUE(ValidateMember(member).ok());

  const auto message = [](const Member& wrong) {
    return std::string(ValidateMember(wrong).message());
  };
  Member wrong = member;
  wrong.member_id.clear();
  EXPECT_THAT(message(wrong), testing::StartsWith("member_id "));
  wrong = member;
  wrong.org_unit = "hq";
  EXPECT_THAT(message(wrong), testing::StartsWith("org_unit "));
  wrong = member;
  wrong.cohorts.push_back("");
  EXPECT_THAT(message(wrong), testing::StartsWith("cohorts "));
  wrong = member;
  wrong.required->credits = 0;
  EXPECT_THAT(message(wrong), testing::StartsWith("required_credits "));
  wrong = member;
  wrong.required->due_at = {};
  EXPECT_THAT(message(wrong), testing::StartsWith("required_due_at "));
}

}  // namespace
}  // namespace cofilter::data
