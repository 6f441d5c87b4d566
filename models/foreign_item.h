// An item born after the training, as an operator sees it: by its content.
#ifndef COFILTER_MODELS_FOREIGN_ITEM_H_
#define COFILTER_MODELS_FOREIGN_ITEM_H_

#include <cstdint>
#include <vector>

namespace cofilter::models {

struct WeightedRow {
  std::uint32_t row = 0;
  float weight = 0;

  friend bool operator==(const WeightedRow&, const WeightedRow&) = default;
};

// Made by Operator::RelateContent. Either the embedding or the rows are there, by what the operator
// was trained with.
struct ForeignItem {
  std::vector<float> embedding;         // [dim], gain included; empty: none
  std::vector<WeightedRow> drawn_from;  // by rising row: what a read of the row adds to its score
  std::vector<WeightedRow> resembles;   // what a read of it stands for in a history

  bool related() const { return !drawn_from.empty(); }
  friend bool operator==(const ForeignItem&, const ForeignItem&) = default;
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_FOREIGN_ITEM_H_
