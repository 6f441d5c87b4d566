// The best rows of a scan, by a threshold that rises as better ones turn up.
#ifndef COFILTER_MODELS_TOP_ROWS_H_
#define COFILTER_MODELS_TOP_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/kernels/kernels.h"

namespace cofilter::models {

// Holds its memory from one call to the next.
// Thread-safety: one thread at a time.
class TopRows {
 public:
  // Scans and keeps the best `count` rows with a score above `floor`; ties go to the lower row.
  // Afterwards scores() and rows() hold them by falling score, ties by row. Cost: one pass over the
  // input; what passes the threshold is gathered and cut back now and then, so that sorting touches
  // a few times `count` rows and not all.
  void Scan(const kernels::Kernels& kernels, const kernels::ScanInput& input, float floor,
            std::size_t count);

  std::span<const float> scores() const { return {scores_.data(), size_}; }
  std::span<const std::uint32_t> rows() const { return {rows_.data(), size_}; }

 private:
  // Cuts the first `size` pairs back to between `count` and `most`, or `count` when ties forbid
  // that. Returns the score that a later row must pass.
  float CutBack(const kernels::Kernels& kernels, std::size_t count, std::size_t most, float floor);
  void Sort();

  std::vector<float> scores_;
  std::vector<std::uint32_t> rows_;
  std::size_t size_ = 0;
  std::vector<std::uint64_t> sorting_, sorted_;
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_TOP_ROWS_H_
