// The content relation: from what an item is about to the trained items that say who will want it.
#ifndef COFILTER_MODELS_CONTENT_RELATION_H_
#define COFILTER_MODELS_CONTENT_RELATION_H_

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "models/content_features.h"
#include "models/foreign_item.h"
#include "models/operator_arrays.h"
#include "models/operator_parameters.h"

namespace cofilter::models {

// Bucket → value, by rising bucket.
using FeatureVector = std::vector<std::pair<std::uint32_t, float>>;

// (1 + ln count) · weight of the feature's group · idf, summed by bucket, to unit length. Empty
// when no bucket has an idf.
FeatureVector WeighFeatures(std::span<const HashedFeature> hashed, std::span<const float> idf,
                            const FeatureWeights& weights);

// For a new item with features x, over the trained items with unit features X:
//
//   b = (X_T X_Tᵀ + λ I)⁻¹ X_T x     T: the trained items most like it
//   a = b + α N b                    N_iw: how near w is to i by who reads both, rows of sum 1
//
// a member's score for it is gain · Σ_i w_i a_i: what a kernel ridge says of the item, asked of the
// history and of the neighbours of the history. Still a sum over the history. b itself is the
// mixture of trained items that a read of it stands for.
// Thread-safety: immutable. The views must outlive it.
// Source: kernel ridge regression; the restriction to the nearest is the usual local one.
class ContentRelation {
 public:
  static constexpr std::size_t kNearest = 300;    // T
  static constexpr std::size_t kDrawnFrom = 256;  // entries kept of a
  static constexpr std::size_t kResembles = 8;    // and of b

  // Shapes: idf [buckets]; view as CheckViews left it, not empty. Cost: one pass over the features.
  ContentRelation(const ContentRelationView& view, std::span<const float> idf,
                  const ContentParameters& parameters);

  std::uint32_t buckets() const { return static_cast<std::uint32_t>(idf_.size()); }

  // b, by rising row; empty when nothing is like it. Cost: the trained items that share a feature,
  // then some ten passes over the features of the nearest: a few tenths of a millisecond.
  std::vector<WeightedRow> Resembling(
      std::span<const std::pair<std::uint32_t, float>> features) const;
  // The item with its gain; without rows when b is empty.
  ForeignItem Draw(std::span<const WeightedRow> resembling) const;

 private:
  struct Posting {
    std::uint32_t row;
    float value;
  };

  std::vector<WeightedRow> Nearest(std::span<const std::pair<std::uint32_t, float>> features) const;

  const ContentRelationView view_;
  const std::span<const float> idf_;
  const ContentParameters parameters_;
  std::vector<std::uint64_t> posting_offsets_;  // [buckets + 1]
  std::vector<Posting> postings_;
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_CONTENT_RELATION_H_
