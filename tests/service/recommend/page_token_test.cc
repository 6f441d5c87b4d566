// Tokens come back as they went, and only to whom they were given.
#include "service/recommend/page_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace cofilter::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(PageTokenTest, GivesBackTheKeysRising) {
  const std::vector<ItemKey> listed = {7, 3, 4'000'000'000u, 12};
  const auto decoded =
      DecodePageToken("o", "ann", "news", EncodePageToken("o", "ann", "news", listed));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_THAT(*decoded, ElementsAre(3, 7, 12, 4'000'000'000u));
}

TEST(PageTokenTest, LongestListFits) {
  std::vector<ItemKey> listed(kMaxListed);
  for (std::size_t i = 0; i < listed.size(); ++i)
    listed[i] = static_cast<ItemKey>((i + 1) * 4'000'000);
  const std::string token = EncodePageToken("o", "ann", "news", listed);
  EXPECT_LE(token.size(), kMaxPageTokenBytes);
  ASSERT_TRUE(DecodePageToken("o", "ann", "news", token).ok());
}

TEST(PageTokenTest, BelongsToOneOrganisationMemberAndSurface) {
  const std::string token = EncodePageToken("o", "ann", "news", std::vector<ItemKey>{1, 2});
  for (const auto& [organisation, member, surface] :
       std::vector<std::array<std::string, 3>>{{"p", "ann", "news"},
                                               {"o", "bob", "news"},
                                               {"o", "ann", "learning"},
                                               {"oa", "nn", "news"}}) {
    const auto decoded = DecodePageToken(organisation, member, surface, token);
    EXPECT_EQ(decoded.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(decoded.status().message()), HasSubstr("page_token"));
  }
}

TEST(PageTokenTest, DamagedTokensAreRefused) {
  std::vector<ItemKey> listed(30);
  std::iota(listed.begin(), listed.end(), 5u);
  const std::string token = EncodePageToken("o", "ann", "news", listed);
  for (std::size_t length = 0; length < token.size(); ++length) {
    EXPECT_FALSE(DecodePageToken("o", "ann", "news", token.substr(0, length)).ok()) << length;
  }
  std::mt19937 random(5);
  for (int round = 0; round < 5000; ++round) {
    std::string damaged = token;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 127);
    const auto decoded = DecodePageToken("o", "ann", "news", damaged);
    // Some characters mean the same bits at the end of the text.
    if (decoded.ok()) {
      EXPECT_EQ(*decoded, listed);
    }
    std::string noise(random() % 64, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    EXPECT_FALSE(DecodePageToken("o", "ann", "news", noise).ok());
  }
  EXPECT_FALSE(DecodePageToken("o", "ann", "news", std::string(1 << 20, 'A')).ok());
}

}  // namespace
}  // namespace cofilter::service
