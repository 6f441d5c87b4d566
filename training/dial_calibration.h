// Makes the long-tail dial mean the same on any log: how far each notch goes is told by what it
// costs.
#ifndef COFILTER_TRAINING_DIAL_CALIBRATION_H_
#define COFILTER_TRAINING_DIAL_CALIBRATION_H_

#include <array>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "models/operator_parameters.h"
#include "training/dial_shape.h"
#include "training/score_grid.h"

namespace cofilter::training {

// The share of recall that notch t may cost: (t / 10)² of what the last one may. Near its best
// recall is flat in the exponents, so that equal steps of the cost would make the first notch a
// leap and the others shuffles.
double AllowedCost(int notch, double last);

// The measures of some settings of the dial, asked at once. Each says how far the target exponents
// of the lists and of the global term rise. Shape: [settings].
struct DialRise {
  double lists = 0;
  double global = 0;
};
using MeasureRises = std::function<std::vector<PointMeasures>(std::span<const DialRise> rises)>;

struct DialCalibration {
  DialRise rise;                                        // of the last notch
  DialShape shape;                                      // of the others
  std::array<PointMeasures, models::kNotches> notches;  // as measured
  std::string why;                                      // one sentence for the report
};

// The largest rise that is looked at; lists must hold their targets that far.
inline constexpr double kLargestRise = 0.8;

// What notch 10 adds to the lists' exponents where nothing was calibrated.
inline constexpr double kUncalibratedRise = 0.5;

// Tries the rises of the lists alone, of both parts alike and of the global term at half, keeps the
// way that reaches furthest into the tail (tail recall and coverage) at the same cost, and places
// the notches on it so that notch t costs AllowedCost(t, cost). Where even the largest rise costs
// less, the notches share out what it costs. Recall is taken as falling: a wiggle of the validation
// part moves no notch back. `cost`: 0 to 1.
DialCalibration CalibrateDial(double cost, const MeasureRises& measure);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_DIAL_CALIBRATION_H_
