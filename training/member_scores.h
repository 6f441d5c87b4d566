// What the evaluator ranks by: the scores of all items for a few members at a time, from any kind
// of model.
#ifndef COFILTER_TRAINING_MEMBER_SCORES_H_
#define COFILTER_TRAINING_MEMBER_SCORES_H_

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "models/operator.h"
#include "models/scorer.h"

namespace cofilter::training {

// Thread-safety: immutable; Score from any thread. What it is made from stays the caller's and must
// outlive it.
class MemberScores {
 public:
  // Called once for each member and variant; scores [items of the dataset], the callee's to change.
  using Visit =
      std::function<void(std::size_t member, std::size_t variant, std::span<float> scores)>;

  virtual ~MemberScores() = default;
  // "popularity"; "news at notch 3".
  virtual std::string name() const = 0;
  // A model may be asked in several variants at once: the notches of an operator. The notch of
  // each; -1: none.
  virtual std::span<const int> notches() const = 0;
  // Scores for the histories of members, rows as in the dataset; an item that the model does not
  // know is kNotListed.
  virtual void Score(std::span<const std::span<const data::Interaction>> histories,
                     const Visit& visit) const = 0;
};

// A scorer whose rows are those of the dataset.
std::unique_ptr<const MemberScores> MakeScorerScores(const models::Scorer& scorer);

// The exact scores of an operator at some notches, its rows matched to the dataset's by id. Items
// of a history that it does not know are skipped. The history is weighted as at serving, ages
// counted from the dataset's cutoff. Equal to Operator::ScoreAll up to rounding; the global term is
// one matrix product for many members.
std::unique_ptr<const MemberScores> MakeOperatorScores(const models::Operator& model,
                                                       const data::Dataset& dataset,
                                                       std::vector<int> notches);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_MEMBER_SCORES_H_
