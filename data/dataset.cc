// Popularity of a dataset's items: degrees and bands.
#include "data/dataset.h"

#include <algorithm>
#include <numeric>

namespace cofilter::data {
namespace {

// n · percent / 100, to the nearest; halves go up.
std::size_t RoundedShare(std::size_t n, std::size_t percent) { return (n * percent + 50) / 100; }

}  // namespace

std::vector<std::uint32_t> ItemDegrees(const Dataset& dataset) {
  std::vector<std::uint32_t> degrees(dataset.items());
  for (const Interaction& interaction : dataset.interactions) ++degrees[interaction.item];
  return degrees;
}

namespace {

std::vector<Band> BandsOfOrder(std::span<const std::uint32_t> by_popularity) {
  const std::size_t n = by_popularity.size();
  const std::size_t head = RoundedShare(n, 1);
  const std::size_t tail = RoundedShare(n, 80);
  std::vector<Band> bands(n, Band::kMid);
  for (std::size_t i = 0; i < head; ++i) bands[by_popularity[i]] = Band::kHead;
  for (std::size_t i = n - tail; i < n; ++i) bands[by_popularity[i]] = Band::kTail;
  return bands;
}

}  // namespace

std::vector<Band> PopularityBands(std::span<const std::uint32_t> degrees,
                                  std::span<const std::string> item_ids) {
  std::vector<std::uint32_t> by_popularity(degrees.size());
  std::iota(by_popularity.begin(), by_popularity.end(), 0u);
  std::sort(by_popularity.begin(), by_popularity.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (degrees[a] != degrees[b]) return degrees[a] > degrees[b];
    return item_ids[a] < item_ids[b];
  });
  return BandsOfOrder(by_popularity);
}

std::vector<Band> PopularityBands(std::span<const std::uint32_t> degrees) {
  std::vector<std::uint32_t> by_popularity(degrees.size());
  std::iota(by_popularity.begin(), by_popularity.end(), 0u);
  std::stable_sort(by_popularity.begin(), by_popularity.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return degrees[a] > degrees[b]; });
  return BandsOfOrder(by_popularity);
}

}  // namespace cofilter::data
