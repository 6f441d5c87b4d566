// The baseline of item-to-item cosines.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "models/scorer.h"

namespace cofilter::models {
namespace {

// The members of each item. Shapes: offsets [items + 1], members [interactions].
struct ItemMembers {
  std::vector<std::uint64_t> offsets;
  std::vector<std::uint32_t> members;
};

ItemMembers Transpose(std::span<const std::uint64_t> offsets, std::span<const std::uint32_t> rows,
                      std::uint32_t items) {
  ItemMembers result;
  result.offsets.assign(items + 1, 0);
  for (const std::uint32_t row : rows) ++result.offsets[row + 1];
  for (std::uint32_t i = 0; i < items; ++i) result.offsets[i + 1] += result.offsets[i];
  result.members.resize(rows.size());
  std::vector<std::uint64_t> next(result.offsets.begin(), result.offsets.end() - 1);
  for (std::size_t member = 0; member + 1 < offsets.size(); ++member) {
    for (auto at = offsets[member]; at < offsets[member + 1]; ++at) {
      result.members[next[rows[at]]++] = static_cast<std::uint32_t>(member);
    }
  }
  return result;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Scorer>> MakeItemCosineScorer(
    std::span<const std::uint64_t> offsets, std::span<const std::uint32_t> rows,
    std::uint32_t items, std::uint32_t neighbours) {
  if (offsets.empty() || offsets.front() != 0 || offsets.back() != rows.size() ||
      !std::is_sorted(offsets.begin(), offsets.end())) {
    return absl::InvalidArgumentError(
        "the members' offsets do not rise from 0 to the number of rows");
  }
  for (const std::uint32_t row : rows) {
    if (row >= items) {
      return absl::InvalidArgumentError(absl::StrCat("row ", row, " is not below ", items));
    }
  }
  const ItemMembers by_item = Transpose(offsets, rows, items);
  ListBlockArrays lists;
  lists.offsets.push_back(0);
  std::vector<std::uint32_t> shared(items, 0);
  std::vector<std::uint32_t> touched;
  std::vector<std::pair<float, std::uint32_t>> best;
  for (std::uint32_t source = 0; source < items; ++source) {
    const auto degree = [&](std::uint32_t i) {
      return static_cast<double>(by_item.offsets[i + 1] - by_item.offsets[i]);
    };
    for (auto m = by_item.offsets[source]; m < by_item.offsets[source + 1]; ++m) {
      const std::uint32_t member = by_item.members[m];
      for (auto at = offsets[member]; at < offsets[member + 1]; ++at) {
        if (shared[rows[at]]++ == 0) touched.push_back(rows[at]);
      }
    }
    best.clear();
    for (const std::uint32_t target : touched) {
      const double cosine = shared[target] / std::sqrt(degree(source) * degree(target));
      if (target != source) best.emplace_back(static_cast<float>(cosine), target);
      shared[target] = 0;
    }
    touched.clear();
    if (neighbours > 0 && best.size() > neighbours) {
      std::nth_element(best.begin(), best.begin() + neighbours, best.end(),
                       [](const auto& a, const auto& b) {
                         return a.first != b.first ? a.first > b.first : a.second < b.second;
                       });
      best.resize(neighbours);
    }
    std::sort(best.begin(), best.end(),
              [](const auto& a, const auto& b) { return a.second < b.second; });
    for (const auto& [cosine, target] : best) {
      lists.targets.push_back(target);
      lists.values.push_back(cosine);
    }
    lists.offsets.push_back(lists.targets.size());
  }
  return MakeItemListScorer("item_cosine", items, std::move(lists));
}

}  // namespace cofilter::models
