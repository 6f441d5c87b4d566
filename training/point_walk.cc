// Measures what was not measured yet.
#include "training/point_walk.h"

#include <algorithm>

namespace cofilter::training {

void PointWalk::Try(const std::optional<double>& given, double ScorePoint::*field,
                    std::span<const double> values, ScorePoint* best) {
  if (given.has_value()) return;
  std::vector<ScorePoint> points = {*best};
  for (const double value : values) {
    points.push_back(*best);
    points.back().*field = value;
  }
  *best = BestOf(points);
}

ScorePoint PointWalk::BestOf(const std::vector<ScorePoint>& points) {
  std::vector<ScorePoint> fresh;
  for (const ScorePoint& point : points) {
    if (Find(point) == nullptr && std::find(fresh.begin(), fresh.end(), point) == fresh.end()) {
      fresh.push_back(point);
    }
  }
  const std::vector<PointMeasures> measures = grid_.Measure(fresh, members_, kListLength, pool_);
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const auto list = static_cast<std::size_t>(std::max(fresh[i].list, 0));
    tried_.push_back(
        {list < kinds_.size() ? kinds_[list] : models::ListKind::kLocal, fresh[i], measures[i]});
  }
  const TriedPoint* best = Find(points.front());
  for (const ScorePoint& point : points) {
    const TriedPoint* const tried = Find(point);
    if (tried->measures.accuracy() > best->measures.accuracy()) best = tried;
  }
  return best->point;
}

TriedPoint PointWalk::Measured(const ScorePoint& point) {
  if (Find(point) == nullptr) BestOf({point});
  return *Find(point);
}

const TriedPoint* PointWalk::Find(const ScorePoint& point) const {
  const auto found = std::find_if(tried_.begin(), tried_.end(),
                                  [&](const TriedPoint& tried) { return tried.point == point; });
  return found == tried_.end() ? nullptr : &*found;
}

}  // namespace cofilter::training
