// A FAISS index whose search adds the neighbours' scores to coarse inner products in one pass.
#ifndef COFILTER_MODELS_FUSED_SCAN_INDEX_H_
#define COFILTER_MODELS_FUSED_SCAN_INDEX_H_

#include <faiss/Index.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/kernels/kernels.h"
#include "models/large_page_allocator.h"
#include "models/top_rows.h"

namespace cofilter::models {

// What a search adds to the plain inner product:
// score[j] = offsets[j] · offset_scales[j] + (query · code_j) · scales[j].
// Shapes: offsets, offset_scales, scales [padded_rows()], 0 past the last row; eligible
// [padded_rows() / 64], bits past the last row 0. nullptr: no offsets, the index's own row scales
// (a plain inner product), all rows.
struct FusedScanParameters : faiss::SearchParameters {
  const float* offsets = nullptr;
  const float* offset_scales = nullptr;  // given where offsets are
  const float* scales = nullptr;
  const std::uint64_t* eligible = nullptr;
  float floor = 0;             // rows whose score is not above it are left out
  TopRows* working = nullptr;  // reused memory; nullptr: made for the call
};

// Inner product over embeddings kept as four signed bits a dim (kernels/kernels.h says why) with a
// scale a row: an embedding is about row_scale · code, code in [−7, 7]. The scale is the one of a
// few, from the largest number of the row down to where outliers are cut, that loses least. The
// query is made 8-bit. A score is off by about a tenth of |query| |embedding| / √dim: good enough
// to gather candidates, which are to be scored exactly. Thread-safety: as faiss::Index: searches
// side by side, changes alone. Errors: faiss::FaissException, as the interface wants; the
// operator's adapter catches it.
class FusedScanIndex : public faiss::Index {
 public:
  explicit FusedScanIndex(idx_t dim, const kernels::Kernels& kernels = kernels::Best());

  // Shapes: x [n × dim], finite.
  void add(idx_t n, const float* x) override;
  // Shapes: x [n × dim]; distances, labels [n × k], padded with label −1 and the lowest float.
  // Without parameters the best k inner products, whatever their sign. Parameters of another type,
  // or with a selector, are refused.
  void search(idx_t n, const float* x, idx_t k, float* distances, idx_t* labels,
              const faiss::SearchParameters* params = nullptr) const override;
  void reset() override;
  // The embedding as the codes have it.
  void reconstruct(idx_t key, float* recons) const override;

  std::size_t padded_rows() const { return row_scales_.size(); }
  // Shape: [padded_rows()].
  std::span<const float> row_scales() const { return row_scales_; }

 private:
  const kernels::Kernels& kernels_;
  const std::size_t octets_;
  LargePageVector<std::uint8_t> codes_;  // interleaved, see kernels.h
  std::vector<float> row_scales_;        // [padded rows]
  std::vector<float> no_offsets_;        // zeros, [padded rows]
  std::vector<std::uint64_t> all_rows_;  // [padded rows / 64]
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_FUSED_SCAN_INDEX_H_
