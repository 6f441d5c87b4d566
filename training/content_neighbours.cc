// Cuts and scales local lists.
#include "training/content_neighbours.h"

#include <algorithm>
#include <vector>

#include "training/interaction_matrix.h"
#include "training/list_selection.h"
#include "training/local_neighbours.h"

namespace cofilter::training {
namespace {

constexpr std::uint32_t kNeighbours = 100;

const models::ListBlockArrays* LocalBlock(const models::OperatorArrays& arrays) {
  for (std::size_t b = 0; b < arrays.lists.size(); ++b) {
    if (arrays.parameters.lists[b].kind == models::ListKind::kLocal) return &arrays.lists[b];
  }
  return nullptr;
}

}  // namespace

models::ListBlockArrays TrainContentNeighbours(const models::OperatorArrays& arrays,
                                               const data::Dataset& dataset,
                                               std::uint32_t pair_limit,
                                               runtime::ThreadPool* pool) {
  models::ListBlockArrays made;
  const models::ListBlockArrays* local = LocalBlock(arrays);
  if (local == nullptr) {
    LocalNeighboursSettings settings;
    settings.neighbours = kNeighbours;
    settings.target_exponent_low = settings.target_exponent_high = 0.5;
    made = TrainLocalNeighbours(BuildInteractionMatrix(dataset, pair_limit), settings, pool);
    local = &made;
  }
  const std::vector<float> scales = RelativeDegreePowers(arrays.degrees, -0.5);
  ListSelector selector({std::span<const float>(scales)}, kNeighbours);
  std::vector<ListRows> blocks(1);
  std::vector<ListCandidate> row;
  for (std::size_t source = 0; source < arrays.degrees.size(); ++source) {
    row.clear();
    for (std::uint64_t at = local->offsets[source]; at < local->offsets[source + 1]; ++at) {
      row.push_back({local->targets[at], local->values[at]});
    }
    selector.Cut(&row);
    double sum = 0;
    for (ListCandidate& entry : row) {
      entry.value *= scales[entry.target];
      sum += entry.value;
    }
    for (ListCandidate& entry : row) {
      entry.value = sum > 0 ? static_cast<float>(entry.value / sum) : 0;
    }
    blocks[0].Append(row);
  }
  return JoinListRows(std::move(blocks));
}

models::ListBlockArrays Transposed(const models::ListBlockArrays& lists) {
  models::ListBlockArrays turned;
  turned.offsets.assign(lists.offsets.size(), 0);
  for (const std::uint32_t target : lists.targets) ++turned.offsets[target + 1];
  for (std::size_t row = 1; row < turned.offsets.size(); ++row) {
    turned.offsets[row] += turned.offsets[row - 1];
  }
  turned.targets.resize(lists.targets.size());
  turned.values.resize(lists.values.size());
  std::vector<std::uint64_t> next(turned.offsets.begin(), turned.offsets.end() - 1);
  for (std::uint32_t source = 0; source + 1 < lists.offsets.size(); ++source) {
    for (std::uint64_t at = lists.offsets[source]; at < lists.offsets[source + 1]; ++at) {
      const std::uint64_t place = next[lists.targets[at]]++;
      turned.targets[place] = source;
      turned.values[place] = lists.values[at];
    }
  }
  return turned;
}

}  // namespace cofilter::training
