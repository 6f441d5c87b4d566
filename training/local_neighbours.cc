// Pair counting: the members of an item, and what else each of them has.
#include "training/local_neighbours.h"

#include "training/list_accumulation.h"

namespace cofilter::training {

models::ListBlockArrays TrainLocalNeighbours(const InteractionMatrix& matrix,
                                             const LocalNeighboursSettings& settings,
                                             runtime::ThreadPool* pool) {
  const auto mean = static_cast<float>(matrix.mean_degree());
  const ListCut cut{settings.neighbours, settings.target_exponent_low,
                    settings.target_exponent_high};
  return AccumulateRows(matrix, cut, pool, [&](std::size_t source, const auto& add) {
    for (const MatrixEntry& reader : matrix.item(source)) {
      const float step = reader.weight / (matrix.member_sums[reader.row] * mean);
      for (const MatrixEntry& other : matrix.member(reader.row)) {
        add(other.row, step * other.weight);
      }
    }
  });
}

}  // namespace cofilter::training
