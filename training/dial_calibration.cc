// A few curves of recall over the rise, made monotone, and notches placed on the best of them.
#include "training/dial_calibration.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"

namespace cofilter::training {
namespace {

constexpr std::array kRises = {0.0, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, kLargestRise};
// Shares of the lists' rise that the global term goes along.
constexpr std::array kWays = {0.0, 0.5, 1.0};
// Where the ways are compared, in shares of the last notch's cost.
constexpr std::array kCompared = {0.25, 0.5, 1.0};

// The closest curve that never rises: neighbours that do are replaced by their mean.
// Source: pool adjacent violators, Barlow et al., "Statistical inference under order restrictions",
// 1972.
std::vector<double> NeverRising(std::span<const double> values) {
  struct Pool {
    double sum;
    std::size_t count;
    double mean() const { return sum / static_cast<double>(count); }
  };
  std::vector<Pool> pools;
  for (const double value : values) {
    pools.push_back({value, 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean() < pools.back().mean()) {
      pools[pools.size() - 2].sum += pools.back().sum;
      pools[pools.size() - 2].count += pools.back().count;
      pools.pop_back();
    }
  }
  std::vector<double> level;
  for (const Pool& pool : pools) level.insert(level.end(), pool.count, pool.mean());
  return level;
}

struct Curve {
  std::vector<double> cost;  // share of recall lost at each of kRises, never falling, from 0
  std::vector<double> tail_recall, coverage;
};

Curve CurveOf(std::span<const PointMeasures> measures) {
  std::vector<double> recall;
  Curve curve;
  for (const PointMeasures& each : measures) {
    recall.push_back(each.recall);
    curve.tail_recall.push_back(each.tail_recall);
    curve.coverage.push_back(each.coverage);
  }
  const std::vector<double> levels = NeverRising(recall);
  for (const double level : levels) {
    curve.cost.push_back(levels[0] > 0 ? 1 - level / levels[0] : 0);
  }
  return curve;
}

// The largest rise that costs no more.
double RiseAt(const Curve& curve, double cost) {
  std::size_t at = 0;
  while (at + 1 < kRises.size() && curve.cost[at + 1] <= cost) ++at;
  if (at + 1 == kRises.size()) return kRises.back();
  const double step = curve.cost[at + 1] - curve.cost[at];
  return kRises[at] + (kRises[at + 1] - kRises[at]) * (cost - curve.cost[at]) / step;
}

double ValueAt(const std::vector<double>& values, double rise) {
  std::size_t at = 0;
  while (at + 2 < kRises.size() && kRises[at + 1] < rise) ++at;
  const double part = (rise - kRises[at]) / (kRises[at + 1] - kRises[at]);
  return values[at] + part * (values[at + 1] - values[at]);
}

double Gain(double value, double from) { return from > 0 ? value / from : 1; }

// What a way reaches in the tail at the compared costs, against notch 0.
double Reach(const Curve& curve, double cost) {
  double reach = 0;
  for (const double share : kCompared) {
    const double rise = RiseAt(curve, share * cost);
    reach += Gain(ValueAt(curve.tail_recall, rise), curve.tail_recall[0]) +
             Gain(ValueAt(curve.coverage, rise), curve.coverage[0]);
  }
  return reach;
}

}  // namespace

double AllowedCost(int notch, double last) {
  const double part = static_cast<double>(notch) / (models::kNotches - 1);
  return last * part * part;
}

DialCalibration CalibrateDial(double cost, const MeasureRises& measure) {
  std::vector<DialRise> asked;
  for (const double way : kWays) {
    for (const double rise : kRises) asked.push_back({rise, way * rise});
  }
  const std::vector<PointMeasures> measures = measure(asked);
  std::size_t best = 0;
  Curve curve;
  for (std::size_t way = 0; way < kWays.size(); ++way) {
    Curve candidate = CurveOf(std::span(measures).subspan(way * kRises.size(), kRises.size()));
    if (way > 0 && !(Reach(candidate, cost) > Reach(curve, cost))) continue;
    best = way;
    curve = std::move(candidate);
  }
  // A dial that cannot cost as much shares out what it can.
  const double last = std::min(cost, curve.cost.back());
  DialCalibration calibration;
  std::array<double, models::kNotches> rises{};
  if (last > 0) {  // where nothing costs anything, nothing tells notches apart: even steps
    for (int notch = 1; notch < models::kNotches; ++notch) {
      const auto at = static_cast<std::size_t>(notch);
      rises[at] = std::max(RiseAt(curve, AllowedCost(notch, last)), rises[at - 1]);
    }
  }
  const double end = last > 0 ? rises.back() : kUncalibratedRise;
  calibration.rise = {end, kWays[best] * end};
  calibration.shape = EvenDialShape();
  std::vector<DialRise> placed;
  for (std::size_t notch = 0; notch < rises.size(); ++notch) {
    if (last > 0) calibration.shape[notch] = rises[notch] / end;
    placed.push_back({calibration.shape[notch] * calibration.rise.lists,
                      calibration.shape[notch] * calibration.rise.global});
  }
  const std::vector<PointMeasures> at_notches = measure(placed);
  std::copy(at_notches.begin(), at_notches.end(), calibration.notches.begin());
  calibration.why = absl::StrFormat(
      "notch 10 adds %.3f to the lists' target exponents and %.3f to the global term's: on the "
      "validation part it costs %.1f %% of the recall, %.1f %% were allowed",
      calibration.rise.lists, calibration.rise.global, 100 * last, 100 * cost);
  return calibration;
}

}  // namespace cofilter::training
