// The ridge's system of equations, never formed: products of XᵀX with a few dense columns at a
// time, through X and back.
#ifndef COFILTER_TRAINING_GRAM_SYSTEM_H_
#define COFILTER_TRAINING_GRAM_SYSTEM_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "training/interaction_matrix.h"
#include "training/ridge.h"

namespace cofilter::training {

// A = S (XᵀX + λI) S with X = D_u^-a/2 M D_i^-b and S = (diag(XᵀX) + λ)^-½, so that A has a
// diagonal of ones and its spectrum lies close around 1. Items and members stand by falling size,
// so that the rows that most entries read lie together in the cache; an item's rank in that order
// is its place.
// Thread-safety: immutable.
class GramSystem {
 public:
  // Columns of a block. One row of a block is two cache lines, and its sums fit the registers.
  static constexpr std::size_t kColumns = 32;

  // Working memory of one thread. Shapes: columns [items × kColumns] by place, members
  // [members × kColumns], row-major.
  struct Block {
    std::vector<float> columns, members;
  };

  GramSystem(const InteractionMatrix& matrix, const RidgeSettings& settings);

  std::size_t items() const { return scale_.size(); }
  std::size_t members() const { return by_member_.offsets.size() - 1; }
  // Shape: [items], item rows by place.
  std::span<const std::uint32_t> items_by_place() const { return items_by_place_; }
  // S. Shape: [items], by place.
  std::span<const double> scale() const { return scale_; }
  // No eigenvalue of A is below this.
  double least_eigenvalue() const { return least_eigenvalue_; }

  Block MakeBlock() const;
  // block->columns = (A − shift) block->columns.
  // Cost: 2 nnz kColumns multiply-adds.
  void Apply(float shift, Block* block) const;
  // block->columns = factor (A − shift) e_k for the unit vectors of `count` places from `first`, in
  // the leading columns; the others 0.
  // Cost: the squares of the histories that hold the items.
  void ApplyToUnits(float shift, float factor, std::size_t first, std::size_t count,
                    Block* block) const;

 private:
  struct Entry {
    std::uint32_t row;
    float value;  // of S Xᵀ
  };
  struct Rows {
    std::vector<std::uint64_t> offsets = {0};
    std::vector<Entry> entries;

    std::span<const Entry> of(std::size_t row) const {
      return std::span(entries).subspan(offsets[row], offsets[row + 1] - offsets[row]);
    }
  };

  Rows by_member_, by_item_;
  std::vector<std::uint32_t> items_by_place_;
  std::vector<double> scale_;
  std::vector<float> ridge_;  // λ S², by place
  double least_eigenvalue_ = 0;
};

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_GRAM_SYSTEM_H_
