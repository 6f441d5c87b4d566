// Which targets of a source item a list block keeps.
#ifndef COFILTER_TRAINING_LIST_SELECTION_H_
#define COFILTER_TRAINING_LIST_SELECTION_H_

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "models/operator_arrays.h"

namespace cofilter::training {

// One entry of a source row before it is cut.
struct ListCandidate {
  std::uint32_t target = 0;
  float value = 0;
};

// Cuts rows to the union of the best `neighbours` by |value| · scale, once for each scale (the two
// ends of the dial); ties go to the lower row.
// Thread-safety: one selector a thread.
class ListSelector {
 public:
  // Shapes: each scale [items]. The scales must outlive the selector.
  ListSelector(std::vector<std::span<const float>> scales, std::uint32_t neighbours)
      : scales_(std::move(scales)), neighbours_(neighbours) {}
  // Leaves the kept ones, by rising target.
  void Cut(std::vector<ListCandidate>* row);
  // The same for a row with a value for every item (0: none), into `row`. Looks at all of them
  // twice, and orders only those that a sample of the strengths leaves. Shapes: values [items].
  void CutDense(std::span<const float> values, std::vector<ListCandidate>* row);

 private:
  std::vector<std::span<const float>> scales_;
  std::uint32_t neighbours_;
  std::vector<std::pair<float, std::uint32_t>> keys_;  // strength, place in the row
  std::vector<bool> keep_;
  std::vector<float> strengths_;  // [scales × items]
  std::vector<float> sample_;
};

// Rows of consecutive source items, cut, before they are joined.
struct ListRows {
  std::vector<std::uint32_t> lengths;
  std::vector<ListCandidate> entries;

  void Append(std::span<const ListCandidate> row) {
    lengths.push_back(static_cast<std::uint32_t>(row.size()));
    entries.insert(entries.end(), row.begin(), row.end());
  }
};
// In the order of the blocks; frees them on the way.
models::ListBlockArrays JoinListRows(std::vector<ListRows> blocks);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_LIST_SELECTION_H_
