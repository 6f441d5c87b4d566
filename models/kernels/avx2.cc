// The kernels for CPUs with AVX2.
#include <immintrin.h>

#include <cstring>

#include "models/kernels/tables.h"

namespace cofilter::models::kernels {
namespace {

// Four dims of the query, the same for all rows.
inline __m256i LoadQuad(const std::int8_t* query) {
  std::int32_t quad;
  std::memcpy(&quad, query, sizeof quad);
  return _mm256_set1_epi32(quad);
}

// The sums of 8 rows over one octet, in pairs of 16 bits: at most 4 · 15 · 127 = 7,620, so that
// four octets could be added before they overflow.
inline __m256i OctetPairs(const std::uint8_t* bytes, __m256i low_dims, __m256i high_dims) {
  const __m256i half = _mm256_set1_epi8(0x0f);
  const __m256i codes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
  return _mm256_add_epi16(
      _mm256_maddubs_epi16(_mm256_and_si256(codes, half), low_dims),
      _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(codes, 4), half), high_dims));
}

struct Dots16 {
  __m256i low, high;
};

// Codes are stored with a bias: its share, 8 Σ query, is taken off at the start.
__m256i BiasShare(const std::int8_t* query, std::size_t octets) {
  std::int32_t sum = 0;
  for (std::size_t d = 0; d < octets * kOctetDims; ++d) sum += query[d];
  return _mm256_set1_epi32(-kCodeBias * sum);
}

// The dots of one block of 16 rows. octets is even.
inline Dots16 BlockDots(const std::uint8_t* block, std::size_t octets, const std::int8_t* query,
                        __m256i start) {
  const __m256i ones = _mm256_set1_epi16(1);
  Dots16 sums = {start, start};
  for (std::size_t octet = 0; octet < octets; octet += 2) {
    const std::uint8_t* const bytes = block + octet * kOctetBytes;
    const std::int8_t* const dims = query + octet * kOctetDims;
    const __m256i dims0 = LoadQuad(dims), dims4 = LoadQuad(dims + 4);
    const __m256i dims8 = LoadQuad(dims + 8), dims12 = LoadQuad(dims + 12);
    const __m256i low = _mm256_add_epi16(OctetPairs(bytes, dims0, dims4),
                                         OctetPairs(bytes + kOctetBytes, dims8, dims12));
    const __m256i high = _mm256_add_epi16(OctetPairs(bytes + 32, dims0, dims4),
                                          OctetPairs(bytes + kOctetBytes + 32, dims8, dims12));
    sums.low = _mm256_add_epi32(sums.low, _mm256_madd_epi16(low, ones));
    sums.high = _mm256_add_epi32(sums.high, _mm256_madd_epi16(high, ones));
  }
  return sums;
}

inline const std::uint8_t* BlockAt(const std::uint8_t* codes, std::size_t row, std::size_t octets) {
  return codes + row / kBlockRows * octets * kOctetBytes;
}

inline __m256 ListScores(const ScanInput& input, std::size_t row) {
  return _mm256_mul_ps(_mm256_loadu_ps(input.offsets + row),
                       _mm256_loadu_ps(input.offset_scales + row));
}

inline __m256 ProductScores(const ScanInput& input, std::size_t row, __m256i dots) {
  const __m256 product = _mm256_mul_ps(_mm256_set1_ps(input.query_scale), _mm256_cvtepi32_ps(dots));
  return _mm256_mul_ps(product, _mm256_loadu_ps(input.scales + row));
}

void Scan(const ScanInput& input, ScanOutput* output) {
  std::size_t size = output->size;
  std::size_t group = output->next_group;
  const std::size_t octets = input.octets;
  const __m256i start = BiasShare(input.query, octets);
  const __m256 threshold = _mm256_set1_ps(output->threshold);
  for (; group < input.groups && size <= output->limit; ++group) {
    const std::uint64_t word = input.eligible[group];
    if (word == 0) continue;
    for (std::size_t part = 0; part < kGroupRows / kBlockRows; ++part) {
      const auto eligible = static_cast<std::uint32_t>((word >> (part * kBlockRows)) & 0xffff);
      if (eligible == 0) continue;
      const std::size_t row = group * kGroupRows + part * kBlockRows;
      __m256 low = ListScores(input, row);
      __m256 high = ListScores(input, row + 8);
      if (octets > 0) {
        const Dots16 dots =
            BlockDots(BlockAt(input.codes, row, octets), octets, input.query, start);
        low = _mm256_add_ps(low, ProductScores(input, row, dots.low));
        high = _mm256_add_ps(high, ProductScores(input, row + 8, dots.high));
      }
      std::uint32_t keep = static_cast<std::uint32_t>(
          _mm256_movemask_ps(_mm256_cmp_ps(low, threshold, _CMP_GT_OQ)) |
          (_mm256_movemask_ps(_mm256_cmp_ps(high, threshold, _CMP_GT_OQ)) << 8));
      keep &= eligible;
      if (keep == 0) continue;
      alignas(32) float scores[kBlockRows];
      _mm256_store_ps(scores, low);
      _mm256_store_ps(scores + 8, high);
      for (; keep != 0; keep &= keep - 1) {
        const auto lane = static_cast<std::uint32_t>(__builtin_ctz(keep));
        output->scores[size] = scores[lane];
        output->rows[size] = static_cast<std::uint32_t>(row) + lane;
        ++size;
      }
    }
  }
  output->size = size;
  output->next_group = group;
}

void Dots(const std::uint8_t* codes, std::size_t octets, const std::int8_t* query,
          std::size_t groups, std::int32_t* out) {
  const __m256i start = BiasShare(query, octets);
  for (std::size_t row = 0; row < groups * kGroupRows; row += kBlockRows) {
    const Dots16 dots = BlockDots(BlockAt(codes, row, octets), octets, query, start);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + row), dots.low);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + row + 8), dots.high);
  }
}

std::size_t CountAbove(const float* scores, std::size_t n, float threshold) {
  const __m256 limit = _mm256_set1_ps(threshold);
  std::size_t count = 0;
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    count += static_cast<std::size_t>(__builtin_popcount(static_cast<unsigned>(
        _mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(scores + i), limit, _CMP_GT_OQ)))));
  }
  for (; i < n; ++i) count += scores[i] > threshold;
  return count;
}

// No compress instruction here: one pair at a time, without a branch.
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
  constexpr std::size_t kVectors = kExactLanes / 4;
  __m256d sums[kVectors];
  for (__m256d& sum : sums) sum = _mm256_setzero_pd();
  std::size_t i = 0;
  for (; i + kExactLanes <= n; i += kExactLanes) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      const __m256d values = _mm256_cvtps_pd(_mm_loadu_ps(a + i + 4 * v));
      sums[v] = _mm256_add_pd(sums[v], _mm256_mul_pd(values, _mm256_loadu_pd(b + i + 4 * v)));
    }
  }
  double lanes[kExactLanes];
  for (std::size_t v = 0; v < kVectors; ++v) _mm256_storeu_pd(lanes + 4 * v, sums[v]);
  for (std::size_t k = 0; i < n; ++i, ++k) lanes[k] += static_cast<double>(a[i]) * b[i];
  for (std::size_t half = kExactLanes / 2; half > 0; half /= 2) {
    for (std::size_t k = 0; k < half; ++k) lanes[k] += lanes[k + half];
  }
  return lanes[0];
}

float DotSingle(const float* a, const float* b, std::size_t n) {
  __m256 low = _mm256_setzero_ps();
  __m256 high = _mm256_setzero_ps();
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    low = _mm256_add_ps(low, _mm256_mul_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i)));
    high =
        _mm256_add_ps(high, _mm256_mul_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8)));
  }
  float lanes[16];
  _mm256_storeu_ps(lanes, low);
  _mm256_storeu_ps(lanes + 8, high);
  for (std::size_t k = 0; i < n; ++i, ++k) lanes[k] += a[i] * b[i];
  for (std::size_t half = 8; half > 0; half /= 2) {
    for (std::size_t k = 0; k < half; ++k) lanes[k] += lanes[k + half];
  }
  return lanes[0];
}

void RowDots(const std::int8_t* codes, std::size_t stride, const std::uint32_t* rows, std::size_t n,
             const std::int16_t* query, std::int32_t* out) {
  for (std::size_t i = 0; i < n; ++i) {
    if (i + kCodeRowsAhead < n) PrefetchCodeRow(codes + rows[i + kCodeRowsAhead] * stride, stride);
    const std::int8_t* const row = codes + rows[i] * stride;
    __m256i sums[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    for (std::size_t d = 0; d < stride; d += 32) {
      for (std::size_t k = 0; k < 2; ++k) {
        const __m256i values = _mm256_cvtepi8_epi16(
            _mm_loadu_si128(reinterpret_cast<const __m128i*>(row + d + 16 * k)));
        const __m256i dims =
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query + d + 16 * k));
        sums[k] = _mm256_add_epi32(sums[k], _mm256_madd_epi16(values, dims));
      }
    }
    const __m256i sum = _mm256_add_epi32(sums[0], sums[1]);
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
    out[i] = _mm_cvtsi128_si32(half);
  }
}

}  // namespace

const Kernels kAvx2Table = {"avx2",    Scan,     Dots,      CountAbove,
                            KeepAbove, DotExact, DotSingle, RowDots};

}  // namespace cofilter::models::kernels
