// The digest of a set of pairs: blind to order, awake to every pair.
#include "data/pair_digest.h"

#include <gtest/gtest.h>

namespace cofilter::data {
namespace {

Dataset Make(const std::vector<std::string>& members, const std::vector<std::string>& items,
             const std::vector<std::vector<std::uint32_t>>& histories) {
  Dataset dataset;
  dataset.member_ids = members;
  dataset.item_ids = items;
  for (const auto& history : histories) {
    for (const std::uint32_t item : history) dataset.interactions.push_back({item, 1, {}});
    dataset.offsets.push_back(dataset.interactions.size());
  }
  return dataset;
}

TEST(PairDigestTest, OrderAndRowsDoNotMatter) {
  const PairDigest one = PairDigest::Of(Make({"m", "n"}, {"a", "b", "c"}, {{0, 2}, {1}}));
  const PairDigest other = PairDigest::Of(Make({"n", "m"}, {"b", "c", "a"}, {{0}, {2, 1}}));
  EXPECT_EQ(one, other);
  EXPECT_EQ(one.Hex(), other.Hex());
}

TEST(PairDigestTest, EveryPairCounts) {
  const Dataset all = Make({"m", "n"}, {"a", "b", "c"}, {{0, 2}, {1}});
  const Dataset less = Make({"m", "n"}, {"a", "b", "c"}, {{0}, {1}});
  PairDigest missing;
  missing.Add("m", "c");
  EXPECT_NE(PairDigest::Of(all), PairDigest::Of(less));
  EXPECT_EQ(PairDigest::Of(all).Without(PairDigest::Of(less)), missing);
  PairDigest split_elsewhere;
  split_elsewhere.Add("mc", "");
  EXPECT_NE(split_elsewhere, missing);
}

TEST(PairDigestTest, ReadsItsOwnText) {
  const PairDigest digest = PairDigest::Of(Make({"m"}, {"a", "b"}, {{0, 1}}));
  EXPECT_EQ(digest.Hex().size(), 32u);
  EXPECT_EQ(PairDigest::FromHex(digest.Hex()), digest);
  EXPECT_EQ(PairDigest().Hex(), std::string(32, '0'));
  for (const char* wrong : {"", "12", "0123456789ABCDEF0123456789abcdef"})
    EXPECT_FALSE(PairDigest::FromHex(wrong).has_value()) << wrong;
}

}  // namespace
}  // namespace cofilter::data
