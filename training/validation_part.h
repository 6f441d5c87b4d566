// A validation part of the training data: what the parameter search may look at in place of the
// test.
#ifndef COFILTER_TRAINING_VALIDATION_PART_H_
#define COFILTER_TRAINING_VALIDATION_PART_H_

#include <cstdint>
#include <vector>

#include "data/dataset.h"

namespace cofilter::training {

// `train` keeps every member and item row of the dataset, so rows mean the same in both.
// Shapes: held_out [members], item rows, ascending; empty for a member whose history cannot be cut.
struct ValidationPart {
  data::Dataset train;
  std::vector<std::vector<std::uint32_t>> held_out;
  // Members of whom `train` has nothing, so that they can be asked about as it will be with new
  // ones: rows of the dataset, ascending.
  std::vector<std::uint32_t> newcomers;
};

// Holds out `share` of each member's interactions: the latest where order means something, else a
// seeded sample; at least one, and at most all but one. Where most histories are tiny (the median
// member has fewer than 10 interactions) and ordered, only the last one. Of the members with at
// least two, a seeded tenth, at most 1,000, are left out whole.
ValidationPart HoldOutValidation(const data::Dataset& dataset, double share, std::uint64_t seed);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_VALIDATION_PART_H_
