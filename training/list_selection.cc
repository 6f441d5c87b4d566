// Cutting rows to their strongest targets, and joining them to a block.
#include "training/list_selection.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace cofilter::training {
namespace {

// Every so many of the strengths are looked at to guess where the best ones begin.
constexpr std::size_t kStride = 16;

// At least `wanted` of the strengths are at or above the result, and not many more; 0 where there
// are too few.
float Threshold(std::span<const float> strengths, std::size_t wanted, std::vector<float>* sample) {
  sample->clear();
  for (std::size_t j = 0; j < strengths.size(); j += kStride) sample->push_back(strengths[j]);
  for (std::size_t rank = wanted / kStride + wanted / (4 * kStride) + 8; rank < sample->size();
       rank *= 2) {
    const auto place = sample->begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(sample->begin(), place, sample->end(), std::greater<>());
    const float threshold = *place;
    std::size_t count = 0;
    for (const float strength : strengths) count += strength >= threshold ? 1 : 0;
    if (count >= wanted) return threshold;
  }
  return 0;
}

}  // namespace

void ListSelector::CutDense(std::span<const float> values, std::vector<ListCandidate>* row) {
  const std::size_t items = values.size();
  strengths_.resize(scales_.size() * items);
  std::vector<float> thresholds;
  for (std::size_t s = 0; s < scales_.size(); ++s) {
    float* const strengths = strengths_.data() + s * items;
    for (std::size_t j = 0; j < items; ++j) strengths[j] = std::abs(values[j]) * scales_[s][j];
    thresholds.push_back(Threshold({strengths, items}, neighbours_, &sample_));
  }
  row->clear();
  for (std::size_t j = 0; j < items; ++j) {
    bool strong = false;
    for (std::size_t s = 0; s < scales_.size(); ++s)
      strong |= strengths_[s * items + j] >= thresholds[s];
    if (strong && values[j] != 0) row->push_back({static_cast<std::uint32_t>(j), values[j]});
  }
  Cut(row);
}

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
