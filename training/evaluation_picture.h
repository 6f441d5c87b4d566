// A picture of an evaluation: what the dial gives and what it costs, beside the baselines.
#ifndef COFILTER_TRAINING_EVALUATION_PICTURE_H_
#define COFILTER_TRAINING_EVALUATION_PICTURE_H_

#include <span>
#include <string>

#include "training/evaluator.h"

namespace cofilter::training {

// SVG text: recall against tail recall (a line through the notches of each operator), and bars of
// recall, NDCG, tail recall and coverage.
std::string EvaluationPicture(std::span<const Evaluation> evaluations);

// SVG text: recall against each of TailMeasures, a line through the notches of each operator and
// through the variants of each baseline. Points with less than half of the best recall are left
// out, or they would press the rest together.
std::string FrontPicture(std::span<const Evaluation> evaluations);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_EVALUATION_PICTURE_H_
