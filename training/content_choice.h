// Chooses how the content relation weighs features and trusts them, by holding items out.
#ifndef COFILTER_TRAINING_CONTENT_CHOICE_H_
#define COFILTER_TRAINING_CONTENT_CHOICE_H_

#include <cstdint>
#include <span>

#include "data/dataset.h"
#include "models/content_relation.h"
#include "training/content_text.h"
#include "training/content_training.h"

namespace cofilter::training {

// The part of the items that a choice is measured on, and who measures it.
class HeldOutItems {
 public:
  // A fifth of the places of `text`, at most 1,000, and at most 400 members who have one of them
  // and one row that stays. `neighbours`: N by source row. All must outlive this.
  HeldOutItems(const TextRows& text, const data::Dataset& dataset,
               const models::ListBlockArrays& neighbours, std::uint64_t seed);

  std::span<const std::uint32_t> held() const { return held_; }  // places of the text, ascending
  std::span<const std::uint32_t> kept() const { return kept_; }
  std::size_t members() const { return members_.size(); }
  std::size_t cut() const;

  // The mean share of a member's held-out items among the best cut() of all, for each α. `relation`
  // knows the kept places only. Shapes: resembling [held] → [smoothings].
  std::vector<double> Recall(std::span<const std::vector<models::WeightedRow>> resembling,
                             std::span<const double> smoothings, runtime::ThreadPool* pool) const;

 private:
  const data::Dataset& dataset_;
  const models::ListBlockArrays& neighbours_;
  std::vector<std::uint32_t> held_;
  std::vector<std::uint32_t> kept_;
  std::vector<std::uint32_t> held_place_;  // by row: place in held_ + 1, 0: not held out
  std::vector<std::uint32_t> members_;
};

// Sets ridge, smoothing and weights of result->parameters, and fills in what was tried. A ridge
// above 0 is given.
void ChooseContent(const HeldOutItems& items, const TextRows& text, std::size_t rows,
                   std::uint32_t buckets, double ridge, runtime::ThreadPool* pool,
                   ContentTraining* result);

// b of each of `places`, by a relation that knows the kept places.
std::vector<std::vector<models::WeightedRow>> ResemblingOf(const models::ContentRelation& relation,
                                                           const TextRows& text,
                                                           std::span<const std::uint32_t> places,
                                                           std::span<const float> idf,
                                                           const models::FeatureWeights& weights,
                                                           runtime::ThreadPool* pool);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_CONTENT_CHOICE_H_
