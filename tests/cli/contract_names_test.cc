// The contract's enums have short names for people, and the names lead back.
#include "cli/contract_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cofilter/v1/types.pb.h"

namespace cofilter::cli {
namespace {

TEST(ContractNamesTest, DropsThePrefix) {
  EXPECT_EQ(EnumName(v1::LEVEL_PERSONALISED_QUICK), "personalised-quick");
  EXPECT_EQ(EnumName(v1::ITEM_KIND_COURSE), "course");
}

TEST(ContractNamesTest, EveryVerbLeadsBack) {
  for (int verb = v1::VERB_UNSPECIFIED + 1; v1::Verb_IsValid(verb); ++verb) {
    const auto parsed = ParseEnum<v1::Verb>("verb", EnumName(static_cast<v1::Verb>(verb)));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(*parsed, verb);
  }
}

TEST(ContractNamesTest, SaysWhatIsAllowed) {
  const auto parsed = ParseEnum<v1::ItemKind>("kind", "book");
  ASSERT_FALSE(parsed.ok());
  EXPECT_THAT(std::string(parsed.status().message()),
              ::testing::AllOf(::testing::HasSubstr("kind: 'book'"),
                               ::testing::HasSubstr("news, article, course")));
  EXPECT_FALSE(ParseEnum<v1::ItemKind>("kind", "unspecified").ok());
}

}  // namespace
}  // namespace cofilter::cli
