// The member × item matrix of a dataset in both directions, as the numerics read it.
#ifndef COFILTER_TRAINING_INTERACTION_MATRIX_H_
#define COFILTER_TRAINING_INTERACTION_MATRIX_H_

#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset.h"

namespace cofilter::training {

// An entry of a row: the item (in members' rows) or the member (in items' rows), and the
// interaction's weight.
struct MatrixEntry {
  std::uint32_t row = 0;
  float weight = 1;
};

// Shapes: member m's entries are member_entries[member_offsets[m] .. member_offsets[m+1]) in the
// dataset's order; item i's are item_entries[item_offsets[i] .. item_offsets[i+1]) by rising
// member.
struct InteractionMatrix {
  std::vector<std::uint64_t> member_offsets = {0};
  std::vector<MatrixEntry> member_entries;
  std::vector<std::uint64_t> item_offsets = {0};
  std::vector<MatrixEntry> item_entries;
  std::vector<float> member_sums;  // weights of a member's interactions, [members]
  std::vector<float> item_sums;    // [items]

  std::size_t members() const { return member_offsets.size() - 1; }
  std::size_t items() const { return item_offsets.size() - 1; }
  std::span<const MatrixEntry> member(std::size_t row) const {
    return std::span(member_entries)
        .subspan(member_offsets[row], member_offsets[row + 1] - member_offsets[row]);
  }
  std::span<const MatrixEntry> item(std::size_t row) const {
    return std::span(item_entries)
        .subspan(item_offsets[row], item_offsets[row + 1] - item_offsets[row]);
  }
  std::uint64_t degree(std::size_t item_row) const {
    return item_offsets[item_row + 1] - item_offsets[item_row];
  }
  // Interactions over items; 1 when there is none of either.
  double mean_degree() const {
    return member_entries.empty()
               ? 1.0
               : static_cast<double>(member_entries.size()) / static_cast<double>(items());
  }
};

// Of histories longer than `limit` only the latest count; where order means nothing, an even
// spread.
InteractionMatrix BuildInteractionMatrix(const data::Dataset& dataset,
                                         std::uint32_t limit = 0xffffffff);

// rel_i = d_i / mean(d) raised to `exponent`, in double; items without an interaction get 0.
// Shape: [items].
std::vector<float> RelativeDegreePowers(std::span<const float> degrees, double exponent);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_INTERACTION_MATRIX_H_
