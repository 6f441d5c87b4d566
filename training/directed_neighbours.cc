// Counting what comes after and before.
#include "training/directed_neighbours.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "training/list_accumulation.h"

namespace cofilter::training {
namespace {

// Where in its member's row each entry of matrix.item_entries stands.
std::vector<std::uint32_t> Places(const InteractionMatrix& matrix) {
  std::vector<std::uint32_t> places(matrix.item_entries.size());
  std::vector<std::uint64_t> next(matrix.item_offsets.begin(), matrix.item_offsets.end() - 1);
  for (std::size_t m = 0; m < matrix.members(); ++m) {
    const auto row = matrix.member(m);
    for (std::uint32_t place = 0; place < row.size(); ++place) {
      places[next[row[place].row]++] = place;
    }
  }
  return places;
}

}  // namespace

models::ListBlockArrays TrainDirectedNeighbours(const InteractionMatrix& matrix,
                                                const DirectedNeighboursSettings& settings,
                                                runtime::ThreadPool* pool) {
  const std::vector<std::uint32_t> places = Places(matrix);
  std::vector<float> member_shares(matrix.members());
  for (std::size_t m = 0; m < member_shares.size(); ++m) {
    const auto size = static_cast<double>(std::max<std::size_t>(matrix.member(m).size(), 1));
    member_shares[m] =
        static_cast<float>(std::pow(size, -settings.member_exponent) / matrix.mean_degree());
  }
  std::vector<float> ahead(settings.longest_step + 1), back(settings.longest_step + 1);
  for (std::uint32_t step = 1; step <= settings.longest_step; ++step) {
    ahead[step] = static_cast<float>(std::exp2(-(step - 1.0) / settings.half_life_steps));
    back[step] = static_cast<float>(settings.backward_share) * ahead[step];
  }

  const ListCut cut{settings.neighbours, settings.target_exponent_low,
                    settings.target_exponent_high};
  return AccumulateRows(matrix, cut, pool, [&](std::size_t source, const auto& add) {
    for (std::uint64_t at = matrix.item_offsets[source]; at < matrix.item_offsets[source + 1];
         ++at) {
      const std::uint32_t member = matrix.item_entries[at].row;
      const auto history = matrix.member(member);
      const float share = member_shares[member];
      const std::size_t place = places[at];
      const std::size_t after = history.size() - 1 - place;
      for (std::size_t step = 1; step <= settings.longest_step && step <= after; ++step) {
        add(history[place + step].row, share * ahead[step]);
      }
      if (settings.backward_share == 0) continue;
      for (std::size_t step = 1; step <= settings.longest_step && step <= place; ++step) {
        add(history[place - step].row, share * back[step]);
      }
    }
  });
}

}  // namespace cofilter::training
