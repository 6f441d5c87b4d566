// Cutting rows to their strongest targets, and joining them to a block.
#include "training/list_selection.h"

#include <algorithm>
#include <cmath>

namespace cofilter::training {

void ListSelector::Cut(std::vector<ListCandidate>* row) {
  if (row->size() > neighbours_) {
    keep_.assign(row->size(), false);
    for (const std::span<const float> scale : scales_) {
      keys_.clear();
      for (std::uint32_t k = 0; k < row->size(); ++k) {
        keys_.emplace_back(std::abs((*row)[k].value) * scale[(*row)[k].target], k);
      }
      const auto stronger = [row](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first
                                  : (*row)[a.second].target < (*row)[b.second].target;
      };
      std::nth_element(keys_.begin(), keys_.begin() + neighbours_, keys_.end(), stronger);
      for (std::uint32_t k = 0; k < neighbours_; ++k) keep_[keys_[k].second] = true;
    }
    std::size_t kept = 0;
    for (std::size_t k = 0; k < row->size(); ++k) {
      if (keep_[k]) (*row)[kept++] = (*row)[k];
    }
    row->resize(kept);
  }
  std::sort(row->begin(), row->end(),
            [](const ListCandidate& a, const ListCandidate& b) { return a.target < b.target; });
}

models::ListBlockArrays JoinListRows(std::vector<ListRows> blocks) {
  models::ListBlockArrays lists;
  lists.offsets.push_back(0);
  std::size_t total = 0;
  for (const ListRows& block : blocks) total += block.entries.size();
  lists.targets.reserve(total);
  lists.values.reserve(total);
  for (ListRows& block : blocks) {
    for (const std::uint32_t length : block.lengths) {
      lists.offsets.push_back(lists.offsets.back() + length);
    }
    for (const ListCandidate& entry : block.entries) {
      lists.targets.push_back(entry.target);
      lists.values.push_back(entry.value);
    }
    ListRows().entries.swap(block.entries);
  }
  return lists;
}

}  // namespace cofilter::training
