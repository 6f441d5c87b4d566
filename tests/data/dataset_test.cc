// Degrees and popularity bands.
#include "data/dataset.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_format.h"

namespace cofilter::data {
namespace {

TEST(ItemDegreesTest, CountsInteractionsPerItem) {
  Dataset dataset;
  dataset.member_ids = {"a", "b"};
  dataset.item_ids = {"x", "y", "z"};
  dataset.offsets = {0, 2, 3};
  dataset.interactions = {{0, 1, {}}, {2, 1, {}}, {2, 1, {}}};
  EXPECT_EQ(ItemDegrees(dataset), (std::vector<std::uint32_t>{1, 0, 2}));
  EXPECT_EQ(dataset.of(1).size(), 1u);
  EXPECT_TRUE(ItemDegrees(Dataset{}).empty());
}

std::vector<std::string> Ids(std::size_t count) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back(absl::StrFormat("%06d", i));
  return ids;
}

TEST(PopularityBandsTest, TakesTheSharesOfTheCatalogue) {
  // Item i has i interactions: the last is the head, the first 80 % are the tail.
  std::vector<std::uint32_t> degrees(200);
  for (std::uint32_t i = 0; i < degrees.size(); ++i) degrees[i] = i;
  const std::vector<Band> bands = PopularityBands(degrees, Ids(200));
  EXPECT_EQ(std::count(bands.begin(), bands.end(), Band::kHead), 2);
  EXPECT_EQ(std::count(bands.begin(), bands.end(), Band::kTail), 160);
  EXPECT_EQ(bands[199], Band::kHead);
  EXPECT_EQ(bands[198], Band::kHead);
  EXPECT_EQ(bands[197], Band::kMid);
  EXPECT_EQ(bands[160], Band::kMid);
  EXPECT_EQ(bands[159], Band::kTail);
}

TEST(PopularityBandsTest, BreaksTiesByItemId) {
  const std::vector<std::uint32_t> degrees(100, 7);
  const std::vector<Band> bands = PopularityBands(degrees, Ids(100));
  EXPECT_EQ(bands[0], Band::kHead);
  EXPECT_EQ(bands[1], Band::kMid);
  EXPECT_EQ(bands[19], Band::kMid);
  EXPECT_EQ(bands[20], Band::kTail);
}

TEST(PopularityBandsTest, RoundsToTheNearestItem) {
  EXPECT_TRUE(PopularityBands({}, {}).empty());
  EXPECT_EQ(PopularityBands(std::vector<std::uint32_t>{3}, Ids(1)), std::vector<Band>{Band::kTail});
  // 49 items have no head (0.49), 50 have one (0.5).
  const auto heads = [](std::size_t n) {
    const std::vector<Band> bands = PopularityBands(std::vector<std::uint32_t>(n, 1), Ids(n));
    return std::count(bands.begin(), bands.end(), Band::kHead);
  };
  EXPECT_EQ(heads(49), 0);
  EXPECT_EQ(heads(50), 1);
}

}  // namespace
}  // namespace cofilter::data
