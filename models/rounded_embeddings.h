// Embeddings of one byte a dim: inner products at a quarter of the reading, with a bound on how far
// off they are.
#ifndef COFILTER_MODELS_ROUNDED_EMBEDDINGS_H_
#define COFILTER_MODELS_ROUNDED_EMBEDDINGS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/large_page_allocator.h"

namespace cofilter::models {

// A product lies within `error` of the exact one, so that what cannot matter is told for certain
// and only the rest is worked out exactly: no result depends on the rounding.
// Cost: a byte a dim and eight an item, made once. Thread-safety: immutable after creation.
class RoundedEmbeddings {
 public:
  // The other side of the products. `codes` is reused memory.
  struct Query {
    std::vector<std::int16_t> codes;
    double scale = 0;   // query ≈ scale · code
    double length = 0;  // |query|, not less
    double lost = 0;    // |query − scale · code|, not less
  };
  struct Product {
    double value = 0;
    double error = 0;  // ≥ |value − the exact product|
  };

  RoundedEmbeddings() = default;
  // Shapes: embeddings [items × dim], finite.
  RoundedEmbeddings(std::span<const float> embeddings, std::uint32_t dim);

  // Shapes: values [dim].
  void Round(std::span<const float> values, Query* query) const;
  // The row itself as the other side, as rounded as it is here: cheaper, and a little less exact.
  void RowAsQuery(std::uint32_t row, Query* query) const;
  // Shapes: rows [n] → out [n]; sums is working memory.
  void Multiply(const Query& query, std::span<const std::uint32_t> rows,
                std::vector<std::int32_t>* sums, std::vector<Product>* out) const;

 private:
  struct Rounding {
    float scale = 0;  // embedding ≈ scale · code
    float lost = 0;   // |embedding − scale · code|, not less
  };

  std::uint32_t dim_ = 0;
  std::size_t stride_ = 0;
  LargePageVector<std::int8_t> codes_;   // [items × stride], 0 past the last dim
  LargePageVector<Rounding> roundings_;  // [items]
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_ROUNDED_EMBEDDINGS_H_
