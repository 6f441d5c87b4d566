// Scores that are sums of item-to-item weights: item cosines, and the ridge as a baseline.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "models/scorer.h"

namespace cofilter::models {
namespace {

class ItemListScorer final : public Scorer {
 public:
  ItemListScorer(std::string name, std::uint32_t items, ListBlockArrays lists)
      : name_(std::move(name)), items_(items), lists_(std::move(lists)) {}

  std::string_view name() const override { return name_; }
  std::uint32_t items() const override { return items_; }
  void Score(std::span<const std::uint32_t> rows, std::span<const float> weights,
             std::span<float> scores) const override {
    std::fill(scores.begin(), scores.end(), 0.0f);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (auto at = lists_.offsets[rows[i]]; at < lists_.offsets[rows[i] + 1]; ++at) {
        scores[lists_.targets[at]] += weights[i] * lists_.values[at];
      }
    }
  }

 private:
  const std::string name_;
  const std::uint32_t items_;
  const ListBlockArrays lists_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<const Scorer>> MakeItemListScorer(std::string name,
                                                                 std::uint32_t items,
                                                                 ListBlockArrays lists) {
  if (lists.offsets.size() != std::size_t{items} + 1 || lists.offsets.front() != 0 ||
      lists.offsets.back() != lists.targets.size() || lists.targets.size() != lists.values.size() ||
      !std::is_sorted(lists.offsets.begin(), lists.offsets.end())) {
    return absl::InvalidArgumentError(
        "offsets, targets and values of the lists do not hold together");
  }
  for (std::size_t at = 0; at < lists.targets.size(); ++at) {
    if (lists.targets[at] >= items || !std::isfinite(lists.values[at])) {
      return absl::InvalidArgumentError(
          absl::StrCat("entry ", at, " of the lists is item ", lists.targets[at], " with weight ",
                       lists.values[at], "; right: an item below ", items, " and a finite weight"));
    }
  }
  return std::make_unique<ItemListScorer>(std::move(name), items, std::move(lists));
}

}  // namespace cofilter::models
