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

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_EVALUATION_PICTURE_H_
