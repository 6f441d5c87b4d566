// The inner loop of sparse times dense: weighted sums of rows, kept in registers.
#ifndef COFILTER_TRAINING_GATHER_ROWS_H_
#define COFILTER_TRAINING_GATHER_ROWS_H_

#include <cstddef>
#include <span>

namespace cofilter::training {

// Eight floats of a row at any float's address. The compiler keeps a few of these in registers,
// where it spills an array of floats in every step: three to four times slower.
using RowPart = float __attribute__((vector_size(32), aligned(4), may_alias));
inline constexpr std::size_t kRowPartFloats = 8;

// out = Σ_entries factor(entry) · from[entry.row], Columns wide, the entries in their order.
// Shapes: row r of `from` begins at from + r · stride; out [Columns].
// Cost: Columns multiplications and additions an entry; bound by the cache that `from` fits into.
template <std::size_t Columns, typename Entry, typename Factor>
inline void GatherRows(std::span<const Entry> entries, const Factor& factor, const float* from,
                       std::size_t stride, float* out) {
  static_assert(Columns % kRowPartFloats == 0 && Columns <= 8 * kRowPartFloats);
  constexpr std::size_t kParts = Columns / kRowPartFloats;
  RowPart sum[kParts] = {};
  for (const Entry& entry : entries) {
    const float by = factor(entry);
    const float* const row = from + entry.row * stride;
#pragma GCC unroll 8
    for (std::size_t p = 0; p < kParts; ++p) {
      sum[p] += by * *reinterpret_cast<const RowPart*>(row + p * kRowPartFloats);
    }
  }
#pragma GCC unroll 8
  for (std::size_t p = 0; p < kParts; ++p) {
    *reinterpret_cast<RowPart*>(out + p * kRowPartFloats) = sum[p];
  }
}

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_GATHER_ROWS_H_
