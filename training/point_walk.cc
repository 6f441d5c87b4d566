// Measures what was not measured yet.
#include "training/point_walk.h"

#include <algorithm>

namespace cofilter::training {
namespace {

constexpr int kStepsPastTheGrid = 3;

}  // namespace

void PointWalk::Try(const std::optional<double>& given, double ScorePoint::*field,
                    std::span<const double> values, ScorePoint* best, double low, double high) {
  if (given.has_value()) return;
  TryWith([field](double value, ScorePoint* point) { point->*field = value; }, values, best, low,
          high);
}

void PointWalk::TryWith(const std::function<void(double value, ScorePoint* point)>& set,
                        std::span<const double> values, ScorePoint* best, double low, double high) {
  const auto with = [&](double value) {
    ScorePoint point = *best;
    set(value, &point);
    return point;
  };
  std::vector<ScorePoint> points = {*best};
  for (const double value : values) points.push_back(with(value));
  *best = BestOf(points);
  if (values.size() < 2) return;
  const auto go_on = [&](double end, double step) {
    for (int more = 0; more < kStepsPastTheGrid && *best == with(end); ++more) {
      end += step;
      if (end < low || end > high) return;
      *best = BestOf({*best, with(end)});
    }
  };
  go_on(values.back(), values.back() - values[values.size() - 2]);
  go_on(values.front(), values.front() - values[1]);
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
