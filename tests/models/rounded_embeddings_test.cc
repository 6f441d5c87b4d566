// Products of rounded embeddings against exact ones.
#include "models/rounded_embeddings.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <vector>

namespace cofilter::models {
namespace {

constexpr std::size_t kItems = 60;

// Rows of all sizes, one of them all 0, one too small to be rounded, one with a single large
// number.
std::vector<float> MakeEmbeddings(std::uint32_t dim) {
  std::mt19937 random(dim);
  std::normal_distribution<float> normal;
  std::vector<float> embeddings(kItems * dim);
  for (std::size_t row = 0; row < kItems; ++row) {
    const float size = std::pow(10.0f, static_cast<float>(row % 9) - 4.0f);
    for (std::size_t d = 0; d < dim; ++d) embeddings[row * dim + d] = size * normal(random);
  }
  std::fill_n(embeddings.begin(), dim, 0.0f);
  std::fill_n(embeddings.begin() + dim, dim, 1e-33f);
  embeddings[2 * dim] = 1e12f;
  return embeddings;
}

double Exact(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d) sum += static_cast<double>(a[d]) * b[d];
  return sum;
}

double Length(std::span<const float> values) { return std::sqrt(Exact(values, values)); }

class RoundedEmbeddingsTest : public testing::TestWithParam<std::uint32_t> {
 protected:
  std::span<const float> Row(std::size_t row) const {
    return std::span(embeddings_).subspan(row * dim_, dim_);
  }
  // Every product of the query, whose exact values those are, is within its bound.
  void CheckProducts(std::span<const float> values, const RoundedEmbeddings::Query& query) {
    std::vector<std::uint32_t> rows(kItems);
    std::iota(rows.begin(), rows.end(), 0u);
    std::vector<std::int32_t> sums;
    std::vector<RoundedEmbeddings::Product> products;
    rounded_.Multiply(query, rows, &sums, &products);
    ASSERT_EQ(products.size(), kItems);
    for (std::size_t row = 0; row < kItems; ++row) {
      ASSERT_LE(std::fabs(products[row].value - Exact(Row(row), values)), products[row].error)
          << "row " << row;
    }
  }

  const std::uint32_t dim_ = GetParam();
  const std::vector<float> embeddings_ = MakeEmbeddings(dim_);
  const RoundedEmbeddings rounded_{embeddings_, dim_};
  RoundedEmbeddings::Query query_;
};

TEST_P(RoundedEmbeddingsTest, ProductsLieWithinTheirBounds) {
  const std::vector<float> others = MakeEmbeddings(dim_ + 1);  // other numbers
  for (std::size_t i = 0; i < kItems; ++i) {
    const auto values = std::span(others).subspan(i * dim_, dim_);
    rounded_.Round(values, &query_);
    CheckProducts(values, query_);
    rounded_.RowAsQuery(static_cast<std::uint32_t>(i), &query_);
    CheckProducts(Row(i), query_);
  }
}

TEST_P(RoundedEmbeddingsTest, BoundsAreCloseWhereNumbersAreOfASize) {
  rounded_.Round(Row(10), &query_);
  std::vector<std::int32_t> sums;
  std::vector<RoundedEmbeddings::Product> products;
  const std::vector<std::uint32_t> rows = {11, 12};
  rounded_.Multiply(query_, rows, &sums, &products);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_LT(products[i].error, 0.02 * Length(Row(10)) * Length(Row(rows[i])));
  }
}

INSTANTIATE_TEST_SUITE_P(Dims, RoundedEmbeddingsTest, testing::Values(1u, 7u, 64u, 100u, 384u));

}  // namespace
}  // namespace cofilter::models
