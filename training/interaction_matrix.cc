// From a dataset to rows by member and rows by item.
#include "training/interaction_matrix.h"

#include <algorithm>
#include <cmath>

namespace cofilter::training {

InteractionMatrix BuildInteractionMatrix(const data::Dataset& dataset, std::uint32_t limit) {
  InteractionMatrix matrix;
  const std::size_t members = dataset.members();
  const std::size_t items = dataset.items();
  matrix.member_offsets.assign(members + 1, 0);
  matrix.item_offsets.assign(items + 1, 0);
  matrix.member_entries.reserve(dataset.interactions.size());
  matrix.member_sums.assign(members, 0);
  matrix.item_sums.assign(items, 0);
  for (std::size_t m = 0; m < members; ++m) {
    const auto history = dataset.of(m);
    const std::size_t kept = std::min<std::size_t>(history.size(), limit);
    for (std::size_t k = 0; k < kept; ++k) {
      const std::size_t at = dataset.order == data::Order::kNone ? k * history.size() / kept
                                                                 : history.size() - kept + k;
      matrix.member_entries.push_back({history[at].item, history[at].weight});
      matrix.member_sums[m] += history[at].weight;
      ++matrix.item_offsets[history[at].item + 1];
    }
    matrix.member_offsets[m + 1] = matrix.member_entries.size();
  }
  for (std::size_t i = 0; i < items; ++i) matrix.item_offsets[i + 1] += matrix.item_offsets[i];
  matrix.item_entries.resize(matrix.member_entries.size());
  std::vector<std::uint64_t> next(matrix.item_offsets.begin(), matrix.item_offsets.end() - 1);
  for (std::size_t m = 0; m < members; ++m) {
    for (const MatrixEntry& entry : matrix.member(m)) {
      matrix.item_entries[next[entry.row]++] = {static_cast<std::uint32_t>(m), entry.weight};
      matrix.item_sums[entry.row] += entry.weight;
    }
  }
  return matrix;
}

std::vector<float> RelativeDegreePowers(std::span<const float> degrees, double exponent) {
  double sum = 0;
  for (const float degree : degrees) sum += degree;
  const double mean = degrees.empty() || sum <= 0 ? 1 : sum / static_cast<double>(degrees.size());
  std::vector<float> powers(degrees.size());
  for (std::size_t i = 0; i < degrees.size(); ++i) {
    powers[i] = degrees[i] > 0 ? static_cast<float>(std::pow(degrees[i] / mean, exponent)) : 0;
  }
  return powers;
}

}  // namespace cofilter::training
