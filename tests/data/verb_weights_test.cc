// Weights of verbs, by default and from text.
#include "data/verb_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cofilter::data {
namespace {

using testing::HasSubstr;

TEST(VerbWeightsTest, DefaultsAreValidAndIgnoreWhatSaysNothing) {
  for (const VerbWeights& weights : {VerbWeights::News(), VerbWeights::Learning()}) {
    EXPECT_TRUE(weights.Validate().ok());
    for (const Verb verb : {Verb::kImpression, Verb::kDismiss, Verb::kFail, Verb::kVisit,
                            Verb::kRetract, Verb::kOther}) {
      EXPECT_EQ(weights.of(verb), 0) << VerbName(verb);
    }
    EXPECT_EQ(weights.of(Verb::kComplete), 1);
  }
  EXPECT_EQ(VerbWeights::News().of(Verb::kRead), 1);
  EXPECT_EQ(VerbWeights::News().of(Verb::kOpen), 0.5f);
}

TEST(VerbWeightsTest, ChangesTheBaseByText) {
  const absl::StatusOr<VerbWeights> weights =
      VerbWeights::Parse("open=0,dismiss=0.1,other=1", VerbWeights::News());
  ASSERT_TRUE(weights.ok()) << weights.status();
  VerbWeights expected = VerbWeights::News();
  expected.of(Verb::kOpen) = 0;
  expected.of(Verb::kDismiss) = 0.1f;
  expected.of(Verb::kOther) = 1;
  EXPECT_EQ(*weights, expected);
  EXPECT_EQ(*VerbWeights::Parse("", VerbWeights::Learning()), VerbWeights::Learning());
}

TEST(VerbWeightsTest, NamesWhatIsWrong) {
  const auto message = [](std::string_view text) {
    return VerbWeights::Parse(text, VerbWeights::News()).status().ToString();
  };
  EXPECT_THAT(message("stare=1"), HasSubstr("\"stare=1\""));
  EXPECT_THAT(message("read"), HasSubstr("read=1"));
  EXPECT_THAT(message("read=much"), HasSubstr("\"much\""));
  EXPECT_THAT(message("read=2"), HasSubstr("weight of read \"2\" is wrong; right: 0 to 1"));
  EXPECT_THAT(message("read=-1"), HasSubstr("0 to 1"));
  EXPECT_THAT(message("impression=0.1"), HasSubstr("weight of impression"));
}

}  // namespace
}  // namespace cofilter::data
