// Rounding, and the bound: (v + v')(q + q') − v q = v q' + v' (q + q') with v' and q' what is lost.
#include "models/rounded_embeddings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "models/kernels/kernels.h"

namespace cofilter::models {
namespace {

constexpr float kLargestCode = 127;
// Below it dividing by the scale could overflow; then all codes are 0.
constexpr float kLeastScale = 1e-30f;
// What single precision loses on the way, many times over.
constexpr double kSlack = 1 + 1e-5;

// In lanes, which the compiler makes vectors of.
float LargestOf(std::span<const float> values) {
  std::array<float, 16> lanes{};
  std::size_t d = 0;
  for (; d + lanes.size() <= values.size(); d += lanes.size()) {
    for (std::size_t k = 0; k < lanes.size(); ++k) {
      const float size = std::fabs(values[d + k]);
      lanes[k] = lanes[k] < size ? size : lanes[k];
    }
  }
  for (; d < values.size(); ++d) lanes[0] = std::max(lanes[0], std::fabs(values[d]));
  return *std::max_element(lanes.begin(), lanes.end());
}

// Codes of the values for that scale, up to 0.
template <typename Code>
void RoundTo(std::span<const float> values, float scale, Code* codes) {
  if (scale < kLeastScale) {
    std::fill_n(codes, values.size(), Code{0});
    return;
  }
  for (std::size_t d = 0; d < values.size(); ++d) {
    codes[d] = static_cast<Code>(std::nearbyint(values[d] / scale));
  }
}

double LengthOf(std::span<const float> values) {
  double squares = 0;
  for (const float value : values) squares += static_cast<double>(value) * value;
  return std::sqrt(squares);
}

}  // namespace

RoundedEmbeddings::RoundedEmbeddings(std::span<const float> embeddings, std::uint32_t dim)
    : dim_(dim),
      stride_((dim + kernels::kCodeRowBytes - 1) / kernels::kCodeRowBytes *
              kernels::kCodeRowBytes) {
  const std::size_t items = embeddings.size() / dim;
  codes_.resize(items * stride_);
  roundings_.resize(items);
  for (std::size_t row = 0; row < items; ++row) {
    const auto values = embeddings.subspan(row * dim, dim);
    std::int8_t* const codes = codes_.data() + row * stride_;
    const float scale = LargestOf(values) / kLargestCode;
    RoundTo(values, scale, codes);
    double squares = 0;
    for (std::size_t d = 0; d < dim; ++d) {
      const double off = values[d] - static_cast<double>(scale) * codes[d];
      squares += off * off;
    }
    roundings_[row] = {scale, std::nextafter(static_cast<float>(std::sqrt(squares) * kSlack),
                                             std::numeric_limits<float>::infinity())};
  }
}

void RoundedEmbeddings::Round(std::span<const float> values, Query* query) const {
  // As fine as sums of 32 bits bear.
  const double largest_code =
      std::min<double>(std::numeric_limits<std::int16_t>::max(),
                       std::floor(std::numeric_limits<std::int32_t>::max() /
                                  (static_cast<double>(kLargestCode) * dim_)) -
                           1);
  const auto scale = static_cast<float>(LargestOf(values) / largest_code);
  query->codes.resize(stride_);
  RoundTo(values, scale, query->codes.data());
  std::fill(query->codes.begin() + dim_, query->codes.end(), std::int16_t{0});
  query->scale = scale;
  query->length = LengthOf(values) * kSlack;
  // Half a step a dim, and what the division lost.
  query->lost = scale < kLeastScale ? query->length
                                    : 0.6 * query->scale * std::sqrt(static_cast<double>(dim_));
}

void RoundedEmbeddings::RowAsQuery(std::uint32_t row, Query* query) const {
  query->codes.resize(stride_);
  const std::int8_t* const codes = codes_.data() + row * stride_;
  std::int32_t squares = 0;
  for (std::size_t d = 0; d < stride_; ++d) {
    query->codes[d] = codes[d];
    squares += codes[d] * codes[d];
  }
  query->scale = roundings_[row].scale;
  query->lost = roundings_[row].lost;
  query->length = (query->scale * std::sqrt(static_cast<double>(squares)) + query->lost) * kSlack;
}

void RoundedEmbeddings::Multiply(const Query& query, std::span<const std::uint32_t> rows,
                                 std::vector<std::int32_t>* sums, std::vector<Product>* out) const {
  for (const std::uint32_t row : rows) __builtin_prefetch(&roundings_[row]);
  sums->resize(rows.size());
  out->resize(rows.size());
  kernels::Best().row_dots(codes_.data(), stride_, rows.data(), rows.size(), query.codes.data(),
                           sums->data());
  const double most = kLargestCode * std::sqrt(static_cast<double>(dim_));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Rounding& rounding = roundings_[rows[i]];
    Product& product = (*out)[i];
    product.value = rounding.scale * query.scale * (*sums)[i];
    product.error = rounding.scale * most * query.lost + rounding.lost * query.length;
  }
}

}  // namespace cofilter::models
