// Point by point, measure by measure.
#include "training/front_comparison.h"

#include <algorithm>

namespace cofilter::training {
namespace {

constexpr std::array<TailMeasure, 4> kTailMeasures = {{
    {"tail recall", [](const Evaluation& e) { return e.tail_recall.mean; }, true},
    {"coverage", [](const Evaluation& e) { return e.coverage; }, true},
    {"Gini", [](const Evaluation& e) { return e.gini; }, false},
    {"novelty", [](const Evaluation& e) { return e.novelty.mean; }, true},
}};

}  // namespace

std::span<const TailMeasure> TailMeasures() { return kTailMeasures; }

std::vector<FrontComparison> CompareFront(std::span<const Evaluation> notches,
                                          std::span<const Evaluation> points, double least_share) {
  double best = 0;
  for (const Evaluation& notch : notches) best = std::max(best, notch.recall.mean);
  std::vector<FrontComparison> comparisons;
  for (std::size_t p = 0; p < points.size(); ++p) {
    if (points[p].recall.mean < least_share * best) continue;
    for (std::size_t m = 0; m < kTailMeasures.size(); ++m) {
      const TailMeasure& measure = kTailMeasures[m];
      const double sign = measure.larger_is_better ? 1 : -1;
      FrontComparison& comparison = comparisons.emplace_back();
      comparison.point = p;
      comparison.measure = m;
      comparison.theirs = measure.value(points[p]);
      for (const Evaluation& notch : notches) {
        if (notch.recall.mean < points[p].recall.mean) continue;
        const double value = measure.value(notch);
        if (comparison.notch >= 0 && sign * value <= sign * comparison.ours) continue;
        comparison.notch = notch.notch;
        comparison.ours = value;
      }
      comparison.holds =
          comparison.notch >= 0 && sign * comparison.ours >= sign * comparison.theirs;
    }
  }
  return comparisons;
}

}  // namespace cofilter::training
