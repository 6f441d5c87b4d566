// Pair counting with one dense accumulator a block of source items.
#include "training/local_neighbours.h"

#include <utility>
#include <vector>

#include "training/list_selection.h"

namespace cofilter::training {
namespace {

constexpr std::size_t kSourceBlock = 64;

std::vector<float> Degrees(const InteractionMatrix& matrix) {
  std::vector<float> degrees(matrix.items());
  for (std::size_t i = 0; i < degrees.size(); ++i)
    degrees[i] = static_cast<float>(matrix.degree(i));
  return degrees;
}

}  // namespace

models::ListBlockArrays TrainLocalNeighbours(const InteractionMatrix& matrix,
                                             const LocalNeighboursSettings& settings,
                                             runtime::ThreadPool* pool) {
  const std::vector<float> degrees = Degrees(matrix);
  const std::vector<float> low = RelativeDegreePowers(degrees, -settings.target_exponent_low);
  const std::vector<float> high = RelativeDegreePowers(degrees, -settings.target_exponent_high);
  const auto mean = static_cast<float>(matrix.mean_degree());
  std::vector<ListRows> blocks((matrix.items() + kSourceBlock - 1) / kSourceBlock);
  pool->ParallelFor(
      matrix.items(), kSourceBlock, [&](std::size_t block, std::size_t begin, std::size_t end) {
        std::vector<float> sums(matrix.items(), 0.0f);
        std::vector<std::uint32_t> touched;
        std::vector<ListCandidate> row;
        ListSelector selector({low, high}, settings.neighbours);
        for (std::size_t source = begin; source < end; ++source) {
          touched.clear();
          for (const MatrixEntry& reader : matrix.item(source)) {
            const float step = reader.weight / (matrix.member_sums[reader.row] * mean);
            for (const MatrixEntry& other : matrix.member(reader.row)) {
              float& sum = sums[other.row];
              if (sum == 0) touched.push_back(other.row);
              sum += step * other.weight;
            }
          }
          row.clear();
          for (const std::uint32_t target : touched) {
            if (target != source) row.push_back({target, sums[target]});
            sums[target] = 0;
          }
          selector.Cut(&row);
          blocks[block].Append(row);
        }
      });
  return JoinListRows(std::move(blocks));
}

}  // namespace cofilter::training
