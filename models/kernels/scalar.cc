// The kernels in plain C++: what every other implementation must equal, bit for bit.
#include "models/kernels/tables.h"

namespace cofilter::models::kernels {
namespace {

std::int32_t DotOf(const std::uint8_t* codes, std::size_t octets, const std::int8_t* query,
                   std::size_t row) {
  std::int32_t sum = 0;
  for (std::size_t dim = 0; dim < octets * kOctetDims; ++dim) {
    const CodePlace place = PlaceOfCode(row, dim, octets);
    sum += (((codes[place.byte] >> place.shift) & 15) - kCodeBias) * query[dim];
  }
  return sum;
}

void Scan(const ScanInput& input, ScanOutput* output) {
  std::size_t size = output->size;
  std::size_t group = output->next_group;
  for (; group < input.groups && size <= output->limit; ++group) {
    const std::uint64_t word = input.eligible[group];
    if (word == 0) continue;
    for (std::size_t r = 0; r < kGroupRows; ++r) {
      if (((word >> r) & 1) == 0) continue;
      const std::size_t row = group * kGroupRows + r;
      float score = input.offsets[row] * input.offset_scales[row];
      if (input.octets > 0) {
        const std::int32_t dot = DotOf(input.codes, input.octets, input.query, row);
        score += (input.query_scale * static_cast<float>(dot)) * input.scales[row];
      }
      if (score > output->threshold) {
        output->scores[size] = score;
        output->rows[size] = static_cast<std::uint32_t>(row);
        ++size;
      }
    }
  }
  output->size = size;
  output->next_group = group;
}

void Dots(const std::uint8_t* codes, std::size_t octets, const std::int8_t* query,
          std::size_t groups, std::int32_t* out) {
  for (std::size_t row = 0; row < groups * kGroupRows; ++row) {
    out[row] = DotOf(codes, octets, query, row);
  }
}

std::size_t CountAbove(const float* scores, std::size_t n, float threshold) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < n; ++i) count += scores[i] > threshold;
  return count;
}

std::size_t KeepAbove(float* scores, std::uint32_t* rows, std::size_t n, float threshold) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const float score = scores[i];
    const std::uint32_t row = rows[i];
    scores[kept] = score;
    rows[kept] = row;
    kept += score > threshold;
  }
  return kept;
}

double DotExact(const float* a, const double* b, std::size_t n) {
  double lanes[kExactLanes] = {};
  for (std::size_t i = 0; i < n; ++i) lanes[i % kExactLanes] += static_cast<double>(a[i]) * b[i];
  for (std::size_t half = kExactLanes / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

float DotSingle(const float* a, const float* b, std::size_t n) {
  float lanes[16] = {};
  for (std::size_t i = 0; i < n; ++i) lanes[i % 16] += a[i] * b[i];
  for (std::size_t half = 8; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

void RowDots(const std::int8_t* codes, std::size_t stride, const std::uint32_t* rows, std::size_t n,
             const std::int16_t* query, std::int32_t* out) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::int8_t* const row = codes + rows[i] * stride;
    out[i] = 0;
    for (std::size_t d = 0; d < stride; ++d) out[i] += row[d] * query[d];
  }
}

}  // namespace

const Kernels kScalarTable = {"scalar",  Scan,     Dots,      CountAbove,
                              KeepAbove, DotExact, DotSingle, RowDots};

}  // namespace cofilter::models::kernels
