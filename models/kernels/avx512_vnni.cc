// The kernels for CPUs with AVX-512 and its 8-bit dot products.
#include <immintrin.h>

#include <cstring>

#include "models/kernels/tables.h"

namespace cofilter::models::kernels {
namespace {

// Four dims of the query, the same for all rows.
inline __m512i LoadQuad(const std::int8_t* query) {
  std::int32_t quad;
  std::memcpy(&quad, query, sizeof quad);
  return _mm512_set1_epi32(quad);
}

// The forms with a mask of all ones: the plain ones read an undefined register on purpose, which
// GCC 12 warns of.
inline __m512 ToFloats(__m512i v) { return _mm512_maskz_cvtepi32_ps(0xffff, v); }
inline __m512i Sixteenth(__m512i v) { return _mm512_maskz_srai_epi32(0xffff, v, 4); }
inline __m512d ToDoubles(__m256 v) { return _mm512_maskz_cvtps_pd(0xff, v); }
inline __m512i ToWords(__m256i v) { return _mm512_maskz_cvtepi8_epi16(0xffffffff, v); }

// Codes are stored with a bias, which suits the unsigned operand of vpdpbusd. Its share, 8 Σ query,
// is taken off at the start.
__m512i BiasShare(const std::int8_t* query, std::size_t octets) {
  std::int32_t sum = 0;
  for (std::size_t d = 0; d < octets * kOctetDims; ++d) sum += query[d];
  return _mm512_set1_epi32(-kCodeBias * sum);
}

// The query, four dims a register, each the same in all lanes. Held over a whole scan where the
// number of octets is known when compiling: a load for each block and quad costs as much as the
// multiplication.
template <std::size_t kOctets>
struct HeldQuery {
  explicit HeldQuery(const std::int8_t* query) {
    for (std::size_t quad = 0; quad < 2 * kOctets; ++quad) quads[quad] = LoadQuad(query + 4 * quad);
  }
  __m512i Quad(std::size_t quad) const { return quads[quad]; }
  static constexpr std::size_t octets() { return kOctets; }
  __m512i quads[2 * kOctets];
};
struct LoadedQuery {
  __m512i Quad(std::size_t quad) const { return LoadQuad(query + 4 * quad); }
  std::size_t octets() const { return count; }
  const std::int8_t* query;
  std::size_t count;
};

// The dots of one block of 16 rows. octets is even; two sums each hide the latency. High halves are
// left where they are, so that their sums come out 16 times too large, which one shift at the end
// mends.
template <typename Query>
inline __m512i BlockDots(const std::uint8_t* block, const Query& query, __m512i start) {
  const __m512i low_half = _mm512_set1_epi8(0x0f);
  const __m512i high_half = _mm512_set1_epi8(static_cast<char>(0xf0));
  __m512i low[2] = {start, _mm512_setzero_si512()};
  __m512i high[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
  for (std::size_t octet = 0; octet < query.octets(); octet += 2) {
    for (std::size_t k = 0; k < 2; ++k) {
      const __m512i codes = _mm512_loadu_si512(block + (octet + k) * kOctetBytes);
      const std::size_t quad = 2 * (octet + k);
      low[k] = _mm512_dpbusd_epi32(low[k], _mm512_and_si512(codes, low_half), query.Quad(quad));
      high[k] =
          _mm512_dpbusd_epi32(high[k], _mm512_and_si512(codes, high_half), query.Quad(quad + 1));
    }
  }
  return _mm512_add_epi32(_mm512_add_epi32(low[0], low[1]),
                          Sixteenth(_mm512_add_epi32(high[0], high[1])));
}

inline const std::uint8_t* BlockAt(const std::uint8_t* codes, std::size_t row, std::size_t octets) {
  return codes + row / kBlockRows * octets * kOctetBytes;
}

template <typename Query>
void ScanBlocks(const ScanInput& input, const Query& query, ScanOutput* output) {
  std::size_t size = output->size;
  std::size_t group = output->next_group;
  const std::size_t octets = query.octets();
  const __m512i start = BiasShare(input.query, octets);
  const __m512 query_scale = _mm512_set1_ps(input.query_scale);
  const __m512 threshold = _mm512_set1_ps(output->threshold);
  const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  for (; group < input.groups && size <= output->limit; ++group) {
    const std::uint64_t word = input.eligible[group];
    if (word == 0) continue;
    for (std::size_t part = 0; part < kGroupRows / kBlockRows; ++part) {
      const __mmask16 eligible = static_cast<__mmask16>(word >> (part * kBlockRows));
      if (eligible == 0) continue;
      const std::size_t row = group * kGroupRows + part * kBlockRows;
      __m512 score = _mm512_mul_ps(_mm512_loadu_ps(input.offsets + row),
                                   _mm512_loadu_ps(input.offset_scales + row));
      if (octets > 0) {
        const __m512i dots = BlockDots(BlockAt(input.codes, row, octets), query, start);
        const __m512 product = _mm512_mul_ps(query_scale, ToFloats(dots));
        score = _mm512_add_ps(score, _mm512_mul_ps(product, _mm512_loadu_ps(input.scales + row)));
      }
      const __mmask16 keep = _mm512_mask_cmp_ps_mask(eligible, score, threshold, _CMP_GT_OQ);
      if (keep == 0) continue;
      const __m512i rows = _mm512_add_epi32(lanes, _mm512_set1_epi32(static_cast<int>(row)));
      _mm512_storeu_ps(output->scores + size, _mm512_maskz_compress_ps(keep, score));
      _mm512_storeu_si512(output->rows + size, _mm512_maskz_compress_epi32(keep, rows));
      size += static_cast<std::size_t>(__builtin_popcount(keep));
    }
  }
  output->size = size;
  output->next_group = group;
}

// The steps of dims that an operator scans where they are few fit into the registers.
void Scan(const ScanInput& input, ScanOutput* output) {
  if (input.octets == 8) return ScanBlocks(input, HeldQuery<8>(input.query), output);
  if (input.octets == 4) return ScanBlocks(input, HeldQuery<4>(input.query), output);
  ScanBlocks(input, LoadedQuery{input.query, input.octets}, output);
}

void Dots(const std::uint8_t* codes, std::size_t octets, const std::int8_t* query,
          std::size_t groups, std::int32_t* out) {
  const __m512i start = BiasShare(query, octets);
  for (std::size_t row = 0; row < groups * kGroupRows; row += kBlockRows) {
    _mm512_storeu_si512(out + row,
                        BlockDots(BlockAt(codes, row, octets), LoadedQuery{query, octets}, start));
  }
}

std::size_t CountAbove(const float* scores, std::size_t n, float threshold) {
  const __m512 limit = _mm512_set1_ps(threshold);
  std::size_t count = 0;
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    count += static_cast<std::size_t>(
        __builtin_popcount(_mm512_cmp_ps_mask(_mm512_loadu_ps(scores + i), limit, _CMP_GT_OQ)));
  }
  for (; i < n; ++i) count += scores[i] > threshold;
  return count;
}

std::size_t KeepAbove(float* scores, std::uint32_t* rows, std::size_t n, float threshold) {
  const __m512 limit = _mm512_set1_ps(threshold);
  std::size_t kept = 0;
  // What is stored never passes what was read: kept + 16 ≤ i + 16.
  for (std::size_t i = 0; i < n; i += 16) {
    const __mmask16 present =
        n - i >= 16 ? static_cast<__mmask16>(0xffff) : static_cast<__mmask16>((1u << (n - i)) - 1);
    const __m512 score = _mm512_maskz_loadu_ps(present, scores + i);
    const __m512i row = _mm512_maskz_loadu_epi32(present, rows + i);
    const __mmask16 keep = _mm512_mask_cmp_ps_mask(present, score, limit, _CMP_GT_OQ);
    _mm512_storeu_ps(scores + kept, _mm512_maskz_compress_ps(keep, score));
    _mm512_storeu_si512(rows + kept, _mm512_maskz_compress_epi32(keep, row));
    kept += static_cast<std::size_t>(__builtin_popcount(keep));
  }
  return kept;
}

double DotExact(const float* a, const double* b, std::size_t n) {
  constexpr std::size_t kVectors = kExactLanes / 8;
  __m512d sums[kVectors];
  for (__m512d& sum : sums) sum = _mm512_setzero_pd();
  std::size_t i = 0;
  for (; i + kExactLanes <= n; i += kExactLanes) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      const __m512d values = ToDoubles(_mm256_loadu_ps(a + i + 8 * v));
      sums[v] = _mm512_add_pd(sums[v], _mm512_mul_pd(values, _mm512_loadu_pd(b + i + 8 * v)));
    }
  }
  double lanes[kExactLanes];
  for (std::size_t v = 0; v < kVectors; ++v) _mm512_storeu_pd(lanes + 8 * v, sums[v]);
  for (std::size_t k = 0; i < n; ++i, ++k) lanes[k] += static_cast<double>(a[i]) * b[i];
  for (std::size_t half = kExactLanes / 2; half > 0; half /= 2) {
    for (std::size_t k = 0; k < half; ++k) lanes[k] += lanes[k + half];
  }
  return lanes[0];
}

float DotSingle(const float* a, const float* b, std::size_t n) {
  __m512 sum = _mm512_setzero_ps();
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    sum = _mm512_add_ps(sum, _mm512_mul_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i)));
  }
  float lanes[16];
  _mm512_storeu_ps(lanes, sum);
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
    __m512i sums[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
    for (std::size_t d = 0; d < stride; d += 64) {
      for (std::size_t k = 0; k < 2; ++k) {
        const __m512i values =
            ToWords(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(row + d + 32 * k)));
        sums[k] = _mm512_dpwssd_epi32(sums[k], values, _mm512_loadu_si512(query + d + 32 * k));
      }
    }
    __m256i halves[2];
    _mm512_storeu_si512(halves, _mm512_add_epi32(sums[0], sums[1]));
    const __m256i sum = _mm256_add_epi32(halves[0], halves[1]);
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
    out[i] = _mm_cvtsi128_si32(half);
  }
}

}  // namespace

const Kernels kAvx512VnniTable = {"avx512-vnni", Scan,     Dots,      CountAbove,
                                  KeepAbove,     DotExact, DotSingle, RowDots};

}  // namespace cofilter::models::kernels
