// Walks over points of the dial's parameters, one parameter after the other, measuring each point
// once.
#ifndef COFILTER_TRAINING_POINT_WALK_H_
#define COFILTER_TRAINING_POINT_WALK_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "models/operator_parameters.h"
#include "runtime/thread_pool.h"
#include "training/score_grid.h"

namespace cofilter::training {

struct TriedPoint {
  models::ListKind lists = models::ListKind::kLocal;
  ScorePoint point;
  PointMeasures measures;
};

// Objective: recall@20 + NDCG@20 of the members. Everything that it is given stays the caller's and
// must outlive it. Thread-safety: one thread.
class PointWalk {
 public:
  static constexpr std::size_t kListLength = 20;

  // kinds: of the grid's list blocks.
  PointWalk(const ScoreGrid& grid, std::span<const models::ListKind> kinds,
            std::span<const GridMember> members, runtime::ThreadPool* pool)
      : grid_(grid), kinds_(kinds), members_(members), pool_(pool) {}

  // Moves one parameter to the best of its grid and the value in hand, unless it is given. Where
  // the best lies at the grid's end, it goes on by the last step, three times at most, for as long
  // as that gains and stays within low..high.
  void Try(const std::optional<double>& given, double ScorePoint::*field,
           std::span<const double> values, ScorePoint* best, double low = 0, double high = 2);
  // The same for what `set` makes of a value.
  void TryWith(const std::function<void(double value, ScorePoint* point)>& set,
               std::span<const double> values, ScorePoint* best, double low, double high);
  // The earliest of equals wins. At least one point.
  ScorePoint BestOf(const std::vector<ScorePoint>& points);
  TriedPoint Measured(const ScorePoint& point);

  const std::vector<TriedPoint>& tried() const { return tried_; }

 private:
  const TriedPoint* Find(const ScorePoint& point) const;

  const ScoreGrid& grid_;
  const std::span<const models::ListKind> kinds_;
  const std::span<const GridMember> members_;
  runtime::ThreadPool* const pool_;
  std::vector<TriedPoint> tried_;
};

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_POINT_WALK_H_
