// The weights of a linear ranker from lists of which some items were clicked.
#ifndef COFILTER_TRAINING_LISTWISE_FIT_H_
#define COFILTER_TRAINING_LISTWISE_FIT_H_

#include <array>
#include <span>
#include <vector>

#include "models/news_ranker.h"

namespace cofilter::training {

// Terms divided by their deviation over the list (models::NewsScales with weights 1), mean 0.
// Shapes: terms [items], clicked [items], at least one of them true.
struct TermList {
  std::vector<std::array<float, models::kNewsTerms>> terms;
  std::vector<bool> clicked;
};
TermList MakeTermList(std::span<const models::NewsTermValues> values,
                      const std::vector<bool>& clicked);

// Minimises the mean over lists of −Σ_clicked ln softmax / clicks, plus .001 |w|², by Newton's
// method; a weight whose sign NewsRankerParameters forbids is 0. `active` leaves terms out; a start
// near the minimum saves rounds. Deterministic.
models::NewsTermValues FitListwise(std::span<const TermList> lists,
                                   const std::array<bool, models::kNewsTerms>& active,
                                   const models::NewsTermValues& start = {});

// The loss without the penalty.
double ListwiseLoss(std::span<const TermList> lists, const models::NewsTermValues& weights);
// The share of (clicked, not clicked) pairs in the right order, a tie a half; mean over the lists
// that have both.
double ListwiseAuc(std::span<const TermList> lists, const models::NewsTermValues& weights);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_LISTWISE_FIT_H_
