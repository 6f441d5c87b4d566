// The inner loops of scoring and retrieval behind plain pointers: one table of functions for each
// kind of CPU.
#ifndef COFILTER_MODELS_KERNELS_KERNELS_H_
#define COFILTER_MODELS_KERNELS_KERNELS_H_

#include <cstddef>
#include <cstdint>

namespace cofilter::models::kernels {

// Rows are scanned in groups of 64, one word of an eligibility bitmap.
inline constexpr std::size_t kGroupRows = 64;
// An embedding is kept as one 4-bit code a dim, in [−7, 7], stored as code + 8. Scanning all items
// is bound by the memory that it reads, and half a byte a dim keeps the best items among a few
// hundred as well as one does. Codes lie interleaved: 16 rows a block, and in it for every eight
// dims 64 bytes. Byte 4 r + d of them holds for row r the code of dim d in its low half and of dim
// d + 4 in its high half: one load feeds 16 rows, and no sum runs across lanes.
inline constexpr std::size_t kBlockRows = 16;
inline constexpr std::size_t kOctetDims = 8;
inline constexpr std::size_t kOctetBytes = 64;  // of one block
// Dims are padded to a multiple of this; the query is 0 there.
inline constexpr std::size_t kPaddedDims = 16;
inline constexpr int kCodeBias = 8;
inline constexpr std::size_t kExactLanes = 32;  // of dot_exact
// Rows of 8-bit codes, where single rows are read, begin at a cache line.
inline constexpr std::size_t kCodeRowBytes = 64;

// Where the code of [row][dim] lies.
struct CodePlace {
  std::size_t byte;
  int shift;  // 0: low half, 4: high half
};
constexpr CodePlace PlaceOfCode(std::size_t row, std::size_t dim, std::size_t octets) {
  return {((row / kBlockRows) * octets + dim / kOctetDims) * kOctetBytes + (row % kBlockRows) * 4 +
              dim % 4,
          dim % kOctetDims < 4 ? 0 : 4};
}

// What one scan reads. Without a product part (octets = 0) only offsets count.
// score[j] = offsets[j] · offset_scales[j] + (query_scale · dot(codes[j], query)) · scales[j]
// Shapes: codes [groups × 64 rows, interleaved]; query [octets × 8], each in [−127, 127]; offsets,
// offset_scales, scales [groups × 64]; eligible [groups].
struct ScanInput {
  const std::uint8_t* codes = nullptr;
  std::size_t octets = 0;
  const std::int8_t* query = nullptr;
  float query_scale = 0;
  const float* scales = nullptr;
  const float* offsets = nullptr;
  const float* offset_scales = nullptr;
  const std::uint64_t* eligible = nullptr;
  std::size_t groups = 0;
};

// Rows with a score above the threshold, in row order. Shapes: scores, rows [limit + 64 + 16]: a
// group may be added past the limit, and vector stores may write 16 further.
struct ScanOutput {
  float* scores = nullptr;
  std::uint32_t* rows = nullptr;
  std::size_t size = 0;
  std::size_t limit = 0;
  float threshold = 0;
  std::size_t next_group = 0;  // where the scan goes on
};

// Every function gives the same bits on every CPU.
struct Kernels {
  const char* name;
  // Scans from output->next_group until the end or until more than `limit` rows are held. A score
  // that is NaN is not above any threshold.
  void (*scan)(const ScanInput& input, ScanOutput* output);
  // The dot of every row. Shapes: out [groups × 64].
  void (*dots)(const std::uint8_t* codes, std::size_t octets, const std::int8_t* query,
               std::size_t groups, std::int32_t* out);
  // How many of scores [n] are above the threshold.
  std::size_t (*count_above)(const float* scores, std::size_t n, float threshold);
  // Keeps, in order, the pairs whose score is above the threshold; returns how many. Room as in
  // ScanOutput.
  std::size_t (*keep_above)(float* scores, std::uint32_t* rows, std::size_t n, float threshold);
  // Σ a_i b_i in 32 lanes of double precision, added up pairwise: four vectors of eight hide each
  // other's latency. Shapes: a, b [n].
  double (*dot_exact)(const float* a, const double* b, std::size_t n);
  // Σ a_i b_i in sixteen lanes of single precision, added up pairwise. Shapes: a, b [n].
  float (*dot_single)(const float* a, const float* b, std::size_t n);
  // The dots of some rows of 8-bit codes with one query; no sum may pass 32 bits. The rows lie all
  // over the codes: the next ones are asked for while one is worked on. Shapes: codes [rows ×
  // stride], stride a multiple of kCodeRowBytes; rows, out [n]; query [stride].
  void (*row_dots)(const std::int8_t* codes, std::size_t stride, const std::uint32_t* rows,
                   std::size_t n, const std::int16_t* query, std::int32_t* out);
};

// Of row_dots: about as many cache lines as a core has on their way at a time.
inline constexpr std::size_t kCodeRowsAhead = 4;

const Kernels& Scalar();
// nullptr where the CPU cannot run them.
const Kernels* Avx2();
const Kernels* Avx512Vnni();
// The fastest that this CPU runs.
const Kernels& Best();

}  // namespace cofilter::models::kernels

#endif  // COFILTER_MODELS_KERNELS_KERNELS_H_
