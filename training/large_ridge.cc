// Horner's rule on blocks of unit vectors, a block a task; rows cut as they come, divided at the
// end.
#include "training/large_ridge.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "training/gram_system.h"
#include "training/inverse_polynomial.h"
#include "training/list_selection.h"

namespace cofilter::training {
namespace {

constexpr std::size_t kColumns = GramSystem::kColumns;
constexpr std::size_t kMostDegrees = 64;
constexpr std::size_t kRowBlock = 256;

// q(A) e_k for the places [first, first + count), into the leading columns of the block.
void ApplyToUnits(const GramSystem& system, const InversePolynomial& inverse, std::size_t first,
                  std::size_t count, GramSystem::Block* block) {
  const auto add_units = [&](double factor) {
    for (std::size_t c = 0; c < count; ++c)
      block->columns[(first + c) * kColumns + c] += static_cast<float>(factor);
  };
  std::size_t k = inverse.degree() - 1;
  system.ApplyToUnits(static_cast<float>(inverse.nodes[k]),
                      static_cast<float>(inverse.coefficients[k + 1]), first, count, block);
  add_units(inverse.coefficients[k]);
  while (k-- > 0) {
    system.Apply(static_cast<float>(inverse.nodes[k]), block);
    add_units(inverse.coefficients[k]);
  }
}

// Row-major [items × kColumns] to [kColumns × items].
void Transpose(const std::vector<float>& from, std::size_t items, std::vector<float>* to) {
  to->resize(from.size());
  constexpr std::size_t kTile = 16;
  for (std::size_t begin = 0; begin < items; begin += kTile) {
    const std::size_t end = std::min(items, begin + kTile);
    for (std::size_t c = 0; c < kColumns; ++c) {
      for (std::size_t i = begin; i < end; ++i) (*to)[c * items + i] = from[i * kColumns + c];
    }
  }
}

// Degrees relative to their mean, raised to −exponent, by place.
std::vector<float> ScaleByPlace(const InteractionMatrix& matrix, const GramSystem& system,
                                double exponent) {
  std::vector<float> degrees;
  for (const std::uint32_t item : system.items_by_place())
    degrees.push_back(static_cast<float>(matrix.degree(item)));
  return RelativeDegreePowers(degrees, -exponent);
}

}  // namespace

absl::StatusOr<models::ListBlockArrays> TrainLargeRidge(const InteractionMatrix& matrix,
                                                        const LargeRidgeSettings& settings,
                                                        runtime::ThreadPool* pool) {
  const std::size_t items = matrix.items();
  if (items == 0) return JoinListRows({});
  const GramSystem system(matrix, settings.ridge);
  const InversePolynomial inverse =
      FitInverse(MeasureSpectrum(system, settings.seed), settings.tolerance, kMostDegrees);
  if (inverse.relative_error > settings.tolerance) {
    return absl::InvalidArgumentError(
        absl::StrCat("lambda is ", settings.ridge.lambda, ": too small for the ridge of ", items,
                     " items within ", settings.tolerance, "; right: a larger lambda"));
  }

  // With P = S q(A) S: B_ij = −(q_ij / q_jj) (d_j^b / S_j) / (d_i^b / S_i).
  std::vector<float> lift(items);
  for (std::size_t place = 0; place < items; ++place) {
    const float sum = matrix.item_sums[system.items_by_place()[place]];
    if (sum > 0) {
      lift[place] =
          static_cast<float>(std::pow(sum, settings.ridge.item_exponent) / system.scale()[place]);
    }
  }
  const std::vector<float> low = ScaleByPlace(matrix, system, settings.ridge.target_exponent_low);
  const std::vector<float> high = ScaleByPlace(matrix, system, settings.ridge.target_exponent_high);
  std::vector<float> diagonal(items, 1.0f);  // q_jj, by place
  std::vector<ListRows> blocks((items + kColumns - 1) / kColumns);
  pool->ParallelFor(items, kColumns, [&](std::size_t block, std::size_t begin, std::size_t end) {
    thread_local GramSystem::Block work;
    thread_local std::vector<float> columns;
    work.columns.resize(items * kColumns);
    work.members.resize(matrix.members() * kColumns);
    ApplyToUnits(system, inverse, begin, end - begin, &work);
    Transpose(work.columns, items, &columns);
    ListSelector selector({low, high}, settings.ridge.neighbours);
    std::vector<ListCandidate> row;
    for (std::size_t place = begin; place < end; ++place) {
      const std::span<float> values = std::span(columns).subspan((place - begin) * items, items);
      diagonal[place] = values[place];
      values[place] = 0;
      const float own = lift[place] > 0 ? -1 / lift[place] : 0;
      for (std::size_t j = 0; j < items; ++j) values[j] *= own * lift[j];
      selector.CutDense(values, &row);
      blocks[block].Append(row);
    }
  });
  models::ListBlockArrays by_place = JoinListRows(std::move(blocks));

  std::vector<std::uint32_t> places(items);
  for (std::uint32_t place = 0; place < items; ++place)
    places[system.items_by_place()[place]] = place;
  std::vector<ListRows> rows((items + kRowBlock - 1) / kRowBlock);
  pool->ParallelFor(items, kRowBlock, [&](std::size_t block, std::size_t begin, std::size_t end) {
    std::vector<ListCandidate> row;
    for (std::size_t item = begin; item < end; ++item) {
      row.clear();
      const std::size_t place = places[item];
      for (std::uint64_t at = by_place.offsets[place]; at < by_place.offsets[place + 1]; ++at) {
        const std::uint32_t target = by_place.targets[at];
        row.push_back({system.items_by_place()[target], by_place.values[at] / diagonal[target]});
      }
      std::sort(row.begin(), row.end(),
                [](const ListCandidate& a, const ListCandidate& b) { return a.target < b.target; });
      rows[block].Append(row);
    }
  });
  return JoinListRows(std::move(rows));
}

double LargeRidgeWork(std::size_t interactions, std::size_t items) {
  return 4.0 * static_cast<double>(interactions) * static_cast<double>(items);
}

}  // namespace cofilter::training
