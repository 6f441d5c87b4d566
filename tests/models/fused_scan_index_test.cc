// The FAISS index against faiss::IndexFlatIP over the same embeddings.
#include "models/fused_scan_index.h"

#include <faiss/IndexFlat.h>
#include <faiss/impl/FaissException.h>
#include <faiss/impl/IDSelector.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace cofilter::models {
namespace {

using Id = faiss::Index::idx_t;

std::vector<float> Gaussian(std::size_t n, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> numbers(n);
  for (float& number : numbers) number = normal(random);
  return numbers;
}

TEST(FusedScanIndexTest, HoldsTheExactBestOfAFlatIndex) {
  constexpr Id kRows = 5000, kBest = 20, kKept = 100, kQueries = 10;
  for (const int dim : {16, 50, 64, 200}) {
    const std::vector<float> rows = Gaussian(static_cast<std::size_t>(kRows * dim), 1);
    const std::vector<float> queries = Gaussian(static_cast<std::size_t>(kQueries * dim), 2);
    faiss::IndexFlatIP exact(dim);
    exact.add(kRows, rows.data());
    FusedScanIndex index(dim);
    index.add(kRows, rows.data());
    ASSERT_EQ(index.ntotal, kRows);
    std::vector<float> distances(kQueries * kBest), coarse(kQueries * kKept);
    std::vector<Id> best(distances.size()), kept(coarse.size());
    exact.search(kQueries, queries.data(), kBest, distances.data(), best.data());
    index.search(kQueries, queries.data(), kKept, coarse.data(), kept.data());
    int held = 0;
    for (Id q = 0; q < kQueries; ++q) {
      const auto first = kept.begin() + q * kKept, last = first + kKept;
      for (Id i = 0; i < kBest; ++i) held += std::find(first, last, best[q * kBest + i]) != last;
      EXPECT_TRUE(std::is_sorted(coarse.begin() + q * kKept, coarse.begin() + (q + 1) * kKept,
                                 std::greater<>()));
    }
    EXPECT_GE(held, 0.995 * kQueries * kBest) << "dim " << dim;
  }
}

TEST(FusedScanIndexTest, RowsAddedInPiecesAreTheSame) {
  const std::vector<float> rows = Gaussian(300 * 24, 1);
  FusedScanIndex whole(24), pieces(24);
  whole.add(300, rows.data());
  for (Id at = 0; at < 300; at += 75) pieces.add(75, rows.data() + at * 24);
  std::vector<float> a(24), b(24);
  for (Id row = 0; row < 300; ++row) {
    whole.reconstruct(row, a.data());
    pieces.reconstruct(row, b.data());
    ASSERT_EQ(a, b);
  }
}

TEST(FusedScanIndexTest, ReconstructsWithinHalfAStep) {
  std::vector<float> row(64);
  for (std::size_t d = 0; d < 64; ++d) row[d] = static_cast<float>(d) - 31.5f;
  FusedScanIndex index(64);
  index.add(1, row.data());
  std::vector<float> again(64);
  index.reconstruct(0, again.data());
  for (std::size_t d = 0; d < 64; ++d) EXPECT_NEAR(again[d], row[d], 31.5 / 7 * 0.8);
}

TEST(FusedScanIndexTest, OffsetsScalesAndEligibilityTakePart) {
  const std::vector<float> rows = Gaussian(130 * 16, 1);
  const std::vector<float> query = Gaussian(16, 2);
  FusedScanIndex index(16);
  index.add(130, rows.data());
  std::vector<float> plain(130);
  std::vector<Id> labels(130);
  index.search(1, query.data(), 130, plain.data(), labels.data());
  std::vector<float> product(130);
  for (std::size_t i = 0; i < 130; ++i) product[labels[i]] = plain[i];

  std::vector<float> offsets(index.padded_rows()), offset_scales(index.padded_rows(), 2.0f);
  std::vector<float> scales(index.row_scales().begin(), index.row_scales().end());
  for (std::size_t row = 0; row < 130; ++row) offsets[row] = static_cast<float>(row);
  for (float& scale : scales) scale *= 3;
  const std::vector<std::uint64_t> eligible = {~std::uint64_t{0}, 0, 1};
  TopRows working;
  FusedScanParameters parameters;
  parameters.offsets = offsets.data();
  parameters.offset_scales = offset_scales.data();
  parameters.scales = scales.data();
  parameters.eligible = eligible.data();
  parameters.working = &working;
  parameters.floor = 5;
  std::vector<float> found(130);
  index.search(1, query.data(), 130, found.data(), labels.data(), &parameters);
  std::size_t count = 0;
  for (; count < 130 && labels[count] >= 0; ++count) {
    const auto row = static_cast<std::size_t>(labels[count]);
    EXPECT_TRUE(row < 64 || row == 128);
    EXPECT_GT(found[count], 5);
    EXPECT_NEAR(found[count], 2 * offsets[row] + 3 * product[row], 1e-3);
  }
  std::size_t right = 0;
  for (std::size_t row = 0; row < 130; ++row) {
    right += (row < 64 || row == 128) && 2 * offsets[row] + 3 * product[row] > 5;
  }
  EXPECT_EQ(count, right);
  for (; count < 130; ++count) EXPECT_EQ(labels[count], -1);
}

TEST(FusedScanIndexTest, QueriesAndRowsThatAreNoNumbersCountAsZero) {
  std::vector<float> rows = Gaussian(64 * 16, 1);
  rows[3] = std::numeric_limits<float>::quiet_NaN();
  for (int d = 16; d < 32; ++d) rows[d] = 0;
  for (int d = 32; d < 48; ++d) rows[d] = 1e-42f;
  FusedScanIndex index(16);
  index.add(64, rows.data());
  std::vector<float> query(16, std::numeric_limits<float>::infinity()), found(64);
  std::vector<Id> labels(64);
  index.search(1, query.data(), 64, found.data(), labels.data());
  for (const float score : found) EXPECT_EQ(score, 0);
  query.assign(16, 1.0f);
  index.search(1, query.data(), 64, found.data(), labels.data());
  for (const float score : found) EXPECT_TRUE(std::isfinite(score));
}

TEST(FusedScanIndexTest, RefusesWhatItCannotHonour) {
  const std::vector<float> rows = Gaussian(10 * 16, 1);
  FusedScanIndex index(16);
  index.add(10, rows.data());
  std::vector<float> found(5);
  std::vector<Id> labels(5);
  faiss::SearchParameters other;
  EXPECT_THROW(index.search(1, rows.data(), 5, found.data(), labels.data(), &other),
               faiss::FaissException);
  faiss::IDSelectorRange selector(0, 3);
  FusedScanParameters parameters;
  parameters.sel = &selector;
  EXPECT_THROW(index.search(1, rows.data(), 5, found.data(), labels.data(), &parameters),
               faiss::FaissException);
  EXPECT_THROW(index.reconstruct(10, found.data()), faiss::FaissException);
}

TEST(FusedScanIndexTest, AnEmptyIndexPadsItsAnswer) {
  FusedScanIndex index(16);
  const std::vector<float> rows = Gaussian(3 * 16, 1);
  index.add(3, rows.data());
  index.reset();
  EXPECT_EQ(index.ntotal, 0);
  std::vector<float> found(5);
  std::vector<Id> labels(5);
  index.search(1, rows.data(), 5, found.data(), labels.data());
  for (const Id label : labels) EXPECT_EQ(label, -1);
}

}  // namespace
}  // namespace cofilter::models
