// 4-bit codes and the search over them.
#include "models/fused_scan_index.h"

#include <faiss/impl/FaissAssert.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cofilter::models {
namespace {

constexpr float kLargestCode = 7;
constexpr float kLargestQueryCode = 127;
// Shares of a row's largest number that its scale may be made for. Less than 1 cuts outliers off,
// so that the many small numbers are told apart.
constexpr float kCuts[] = {1.0f, 0.85f, 0.7f, 0.55f, 0.45f, 0.35f};

// What is not finite counts as 0.
float Finite(float value) { return std::isfinite(value) ? value : 0.0f; }

float LargestOf(std::span<const float> values) {
  float largest = 0;
  for (const float value : values) largest = std::max(largest, std::fabs(Finite(value)));
  return largest;
}

float CodeOf(float value, float scale, float largest_code) {
  return std::clamp(std::nearbyint(Finite(value) / scale), -largest_code, largest_code);
}

// The scale for which scale · code is nearest to the values; 0 when they are all 0, or so small
// that dividing by it would overflow.
float BestScale(std::span<const float> values) {
  const float largest = LargestOf(values);
  if (largest < 1e-30f) return 0;
  float best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (const float cut : kCuts) {
    const float scale = cut * largest / kLargestCode;
    double lost = 0;
    for (const float value : values) {
      const double off = Finite(value) - scale * CodeOf(value, scale, kLargestCode);
      lost += off * off;
    }
    if (lost < least) {
      least = lost;
      best = scale;
    }
  }
  return best;
}

// Shapes: values [n], codes [≥ n]. Returns the scale.
float QuantiseQuery(std::span<const float> values, std::int8_t* codes) {
  const float scale = LargestOf(values) / kLargestQueryCode;
  for (std::size_t d = 0; d < values.size(); ++d) {
    codes[d] = scale < 1e-30f
                   ? std::int8_t{0}
                   : static_cast<std::int8_t>(CodeOf(values[d], scale, kLargestQueryCode));
  }
  return scale;
}

}  // namespace

FusedScanIndex::FusedScanIndex(idx_t dim, const kernels::Kernels& kernels)
    : faiss::Index(dim, faiss::METRIC_INNER_PRODUCT),
      kernels_(kernels),
      octets_((static_cast<std::size_t>(dim) + kernels::kPaddedDims - 1) / kernels::kPaddedDims *
              (kernels::kPaddedDims / kernels::kOctetDims)) {}

void FusedScanIndex::add(idx_t n, const float* x) {
  const auto first = static_cast<std::size_t>(ntotal);
  const std::size_t rows = first + static_cast<std::size_t>(n);
  const std::size_t groups = (rows + kernels::kGroupRows - 1) / kernels::kGroupRows;
  const std::size_t padded = groups * kernels::kGroupRows;
  codes_.resize(padded / kernels::kBlockRows * octets_ * kernels::kOctetBytes);
  row_scales_.resize(padded);
  no_offsets_.resize(padded);
  all_rows_.resize(groups);
  const auto dim = static_cast<std::size_t>(d);
  for (std::size_t row = first; row < rows; ++row) {
    const std::span<const float> values(x + (row - first) * dim, dim);
    const float scale = BestScale(values);
    row_scales_[row] = scale;
    for (std::size_t at = 0; at < dim; ++at) {
      const int code = scale > 0 ? static_cast<int>(CodeOf(values[at], scale, kLargestCode)) : 0;
      const kernels::CodePlace place = kernels::PlaceOfCode(row, at, octets_);
      codes_[place.byte] |= static_cast<std::uint8_t>((code + kernels::kCodeBias) << place.shift);
    }
    all_rows_[row / kernels::kGroupRows] |= std::uint64_t{1} << (row % kernels::kGroupRows);
  }
  ntotal = static_cast<idx_t>(rows);
}

void FusedScanIndex::search(idx_t n, const float* x, idx_t k, float* distances, idx_t* labels,
                            const faiss::SearchParameters* params) const {
  FAISS_THROW_IF_NOT(k > 0);
  const auto* fused = dynamic_cast<const FusedScanParameters*>(params);
  FAISS_THROW_IF_NOT_MSG(params == nullptr || (fused != nullptr && fused->sel == nullptr),
                         "only FusedScanParameters without a selector");
  TopRows own;
  TopRows* top = fused != nullptr && fused->working != nullptr ? fused->working : &own;

  std::vector<std::int8_t> query(octets_ * kernels::kOctetDims);
  kernels::ScanInput input;
  input.codes = codes_.data();
  input.octets = octets_;
  input.query = query.data();
  input.scales = fused != nullptr && fused->scales != nullptr ? fused->scales : row_scales_.data();
  const bool has_offsets = fused != nullptr && fused->offsets != nullptr;
  input.offsets = has_offsets ? fused->offsets : no_offsets_.data();
  input.offset_scales = has_offsets ? fused->offset_scales : no_offsets_.data();
  input.eligible =
      fused != nullptr && fused->eligible != nullptr ? fused->eligible : all_rows_.data();
  input.groups = all_rows_.size();
  const float floor = fused != nullptr ? fused->floor : -std::numeric_limits<float>::infinity();

  const auto dim = static_cast<std::size_t>(d);
  const auto wanted = static_cast<std::size_t>(k);
  for (idx_t q = 0; q < n; ++q) {
    input.query_scale = QuantiseQuery({x + static_cast<std::size_t>(q) * dim, dim}, query.data());
    top->Scan(kernels_, input, floor, wanted);
    const std::size_t found = top->rows().size();
    float* distance = distances + static_cast<std::size_t>(q) * wanted;
    idx_t* label = labels + static_cast<std::size_t>(q) * wanted;
    std::copy_n(top->scores().begin(), found, distance);
    std::copy_n(top->rows().begin(), found, label);
    std::fill(distance + found, distance + wanted, std::numeric_limits<float>::lowest());
    std::fill(label + found, label + wanted, idx_t{-1});
  }
}

void FusedScanIndex::reset() {
  ntotal = 0;
  codes_.clear();
  row_scales_.clear();
  no_offsets_.clear();
  all_rows_.clear();
}

void FusedScanIndex::reconstruct(idx_t key, float* recons) const {
  FAISS_THROW_IF_NOT(key >= 0 && key < ntotal);
  const auto row = static_cast<std::size_t>(key);
  for (std::size_t at = 0; at < static_cast<std::size_t>(d); ++at) {
    const kernels::CodePlace place = kernels::PlaceOfCode(row, at, octets_);
    const int code = ((codes_[place.byte] >> place.shift) & 15) - kernels::kCodeBias;
    recons[at] = row_scales_[row] * static_cast<float>(code);
  }
}

}  // namespace cofilter::models
