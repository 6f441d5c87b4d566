// Evaluations as a page for people: tables with intervals, fronts as pictures, what the dial beats.
#ifndef COFILTER_TRAINING_EVALUATION_PAGE_H_
#define COFILTER_TRAINING_EVALUATION_PAGE_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "training/evaluator.h"

namespace cofilter::training {

// One test: every evaluation is of the same members and lists of the same length.
struct EvaluationChapter {
  std::string title;  // of the set or operator
  std::vector<Evaluation> evaluations;
  std::vector<std::string> notes;  // a sentence each
};

// A part of an HTML page: heading, table, pictures (SVG within), and, where a model was asked at
// several notches and something stands beside it, the comparison of fronts.
std::string EvaluationSection(const EvaluationChapter& chapter);

// The style that sections need, for the head of a page.
std::string_view EvaluationStyle();

// A whole self-contained page: no script, no other file.
std::string EvaluationPage(const std::string& title, std::span<const EvaluationChapter> chapters);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_EVALUATION_PAGE_H_
