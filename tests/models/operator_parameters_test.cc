// The dial's notches and the ranges of parameters.
#include "models/operator_parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace cofilter::models {
namespace {

TEST(OperatorParametersTest, TheDialGoesToTheNearestNotch) {
  EXPECT_EQ(NotchOf(0), 0);
  EXPECT_EQ(NotchOf(0.04), 0);
  EXPECT_EQ(NotchOf(0.06), 1);
  EXPECT_EQ(NotchOf(0.5), 5);
  EXPECT_EQ(NotchOf(1), 10);
  EXPECT_EQ(NotchOf(7), 10);
  EXPECT_EQ(NotchOf(-1), 0);
  EXPECT_EQ(NotchOf(std::numeric_limits<double>::quiet_NaN()), 0);
}

OperatorParameters Valid() {
  OperatorParameters parameters;
  parameters.lists.resize(1);
  return parameters;
}

TEST(OperatorParametersTest, AcceptsTheDefaultsWithAListOrAGlobalTerm) {
  EXPECT_TRUE(Valid().Validate().ok());
  OperatorParameters global;
  EXPECT_FALSE(global.Validate().ok());
  global.global.weight = 1;
  EXPECT_TRUE(global.Validate().ok());
}

TEST(OperatorParametersTest, NamesTheParameterTheValueAndTheRange) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto refuses = [](std::string_view naming, const auto& damage) {
    OperatorParameters parameters = Valid();
    damage(parameters);
    const absl::Status status = parameters.Validate();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(std::string(naming)));
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr("right: "));
  };
  refuses("lists[0].source_exponent is 2.5", [](auto& p) { p.lists[0].source_exponent = 2.5; });
  refuses("lists[0].target_exponent[10]", [&](auto& p) { p.lists[0].target_exponent[10] = nan; });
  refuses("lists[0].kind", [](auto& p) { p.lists[0].kind = static_cast<ListKind>(7); });
  refuses("lists[0].weight is 0", [](auto& p) { p.lists[0].weight = 0; });
  refuses("lists has 9", [](auto& p) { p.lists.resize(9); });
  refuses("global.weight", [](auto& p) { p.global.weight = -1; });
  refuses("global.source_exponent", [&](auto& p) { p.global.source_exponent = nan; });
  refuses("global.target_exponent[3]", [](auto& p) { p.global.target_exponent[3] = -9; });
  refuses("history.by_rank", [](auto& p) { p.history.by_rank = 5; });
  refuses("history.by_age", [](auto& p) { p.history.by_age = -0.1; });
  refuses("history.limit", [](auto& p) { p.history.limit = 0; });
  refuses("trend.exponent is 5", [](auto& p) { p.trend.exponent = 5; });
  refuses("evidence.prior_events", [](auto& p) { p.evidence.prior_events = -1; });
  refuses("content.gain", [](auto& p) { p.content.gain = -1; });
  refuses("content.assumed_rel", [](auto& p) { p.content.assumed_rel = 0; });
}

}  // namespace
}  // namespace cofilter::models
