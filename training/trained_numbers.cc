// Runs the numerics one after the other.
#include "training/trained_numbers.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "training/directed_neighbours.h"
#include "training/interaction_matrix.h"
#include "training/large_ridge.h"
#include "training/local_neighbours.h"

namespace cofilter::training {
namespace {

// A duration is measured, not a time told, so no injected clock.
double SecondsNow() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

absl::StatusOr<models::ListBlockArrays> TrainRidgeOfSize(const TrainingSettings& settings,
                                                         const RidgeSettings& ridge,
                                                         const InteractionMatrix& matrix,
                                                         runtime::ThreadPool* pool) {
  if (!settings.RidgeIsLarge(matrix.items())) return TrainRidge(matrix, ridge, pool);
  return TrainLargeRidge(matrix, {ridge, settings.ridge_tolerance, settings.seed}, pool);
}

}  // namespace

void PartTimer::End() {
  if (!running_.empty()) times_.push_back({running_, SecondsNow() - began_});
  running_.clear();
}

void PartTimer::Begin(std::string_view part) {
  End();
  running_ = absl::StrCat(prefix_, absl::string_view(part.data(), part.size()));
  began_ = SecondsNow();
  if (narrator_) narrator_(running_);
}

std::vector<PartTime> PartTimer::Take() {
  End();
  return std::move(times_);
}

absl::StatusOr<TrainedNumbers> TrainNumbers(const data::Dataset& dataset,
                                            const TrainingSettings& settings,
                                            const std::vector<ListPlan>& lists, bool with_vectors,
                                            runtime::ThreadPool* pool, PartTimer* timer) {
  TrainedNumbers numbers;
  timer->Begin("matrix");
  const InteractionMatrix matrix = BuildInteractionMatrix(dataset, settings.pair_limit);
  for (const std::uint32_t degree : data::ItemDegrees(dataset)) {
    numbers.degrees.push_back(static_cast<float>(degree));
  }
  for (const auto& [kind, ends] : lists) {
    if (kind == models::ListKind::kLocal) {
      timer->Begin("neighbours");
      LocalNeighboursSettings local;
      local.neighbours = settings.neighbours;
      local.target_exponent_low = ends.low;
      local.target_exponent_high = ends.high;
      numbers.lists.push_back(TrainLocalNeighbours(matrix, local, pool));
    } else if (kind == models::ListKind::kDirected) {
      timer->Begin("directed neighbours");
      DirectedNeighboursSettings directed;
      directed.neighbours = settings.directed_neighbours;
      directed.target_exponent_low = ends.low;
      directed.target_exponent_high = ends.high;
      numbers.lists.push_back(TrainDirectedNeighbours(matrix, directed, pool));
    } else {
      timer->Begin("ridge");
      RidgeSettings ridge = settings.RidgeFor(dataset.items());
      ridge.target_exponent_low = ends.low;
      ridge.target_exponent_high = ends.high;
      COFILTER_ASSIGN_OR_RETURN(models::ListBlockArrays block,
                                TrainRidgeOfSize(settings, ridge, matrix, pool));
      numbers.lists.push_back(std::move(block));
    }
    numbers.kinds.push_back(kind);
  }
  if (with_vectors) {
    timer->Begin("singular vectors");
    SingularVectorsSettings spectral;
    spectral.rank =
        settings.rank != 0 ? settings.rank : DefaultRank(dataset.items(), settings.profile);
    spectral.oversampling = settings.oversampling;
    spectral.rounds = settings.rounds;
    spectral.seed = settings.seed;
    numbers.vectors = TrainSingularVectors(matrix, spectral, pool);
  } else {
    numbers.vectors.items = TallMatrix(static_cast<Eigen::Index>(dataset.items()), 0);
  }
  return numbers;
}

}  // namespace cofilter::training
