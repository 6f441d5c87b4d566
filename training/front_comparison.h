// Whether a dial's front lies above the points that other methods reach.
#ifndef COFILTER_TRAINING_FRONT_COMPARISON_H_
#define COFILTER_TRAINING_FRONT_COMPARISON_H_

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "training/evaluator.h"

namespace cofilter::training {

// How far lists reach into the tail, in one number; `larger_is_better` is false for the Gini
// coefficient alone.
struct TailMeasure {
  const char* name;
  double (*value)(const Evaluation&);
  bool larger_is_better;
};
std::span<const TailMeasure> TailMeasures();

// One point of another method against the dial, in one measure.
struct FrontComparison {
  std::size_t point = 0;    // place among the points given
  std::size_t measure = 0;  // place in TailMeasures
  // The notch, among those with at least the point's recall, that is best in the measure; -1: none
  // has its recall.
  int notch = -1;
  double ours = 0, theirs = 0;  // the measure there; ours 0 where there is no notch
  bool holds = false;           // the notch is no worse
};

// Every point with a recall of at least `least_share` of the dial's best recall, in every measure.
// All evaluations must be of the same members. Points below the share are passed over.
std::vector<FrontComparison> CompareFront(std::span<const Evaluation> notches,
                                          std::span<const Evaluation> points,
                                          double least_share = 0.9);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_FRONT_COMPARISON_H_
