// Measures how good a model's lists are: accuracy, reach into the tail, spread over the catalogue.
#ifndef COFILTER_TRAINING_EVALUATOR_H_
#define COFILTER_TRAINING_EVALUATOR_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/split.h"
#include "models/operator.h"
#include "runtime/thread_pool.h"
#include "training/bootstrap.h"
#include "training/list_variety.h"
#include "training/member_scores.h"

namespace cofilter::training {

struct EvaluationSettings {
  std::size_t k = 20;            // length of the lists. 1 to 1,000
  std::size_t members = 0;       // a seeded sample of so many test members; 0: all
  std::size_t resamples = 1000;  // of the bootstrap. 0 to 100,000
  std::uint64_t seed = 1;
  // Called as members are done, from any thread; may be empty.
  std::function<void(std::size_t members)> advance;
  // Whether a test item may stand in its member's training history; it is never listed.
  bool allow_overlap = false;
  // What the variety of lists is told by, of the training's items; nullptr: it is not measured.
  const ItemFacets* facets = nullptr;

  absl::Status Validate() const;
};

// One model (at one notch) on one test. Each member gets the k best of all items of the training
// catalogue without those of the own training history; ties go by item id. Means are over test
// members; see ListMeasures for the measures.
struct Evaluation {
  std::string model;
  std::string variant;  // of a baseline's sweep: "lambda=0.5"; empty: none
  int notch = -1;       // -1: no dial
  std::size_t k = 0;
  std::size_t members = 0;     // asked
  std::size_t test_items = 0;  // of them, in all
  // Of the test items, those that the training catalogue does not have: never hit, yet counted.
  std::size_t unknown_items = 0;
  std::size_t catalogue = 0;  // items in the training data
  Interval recall, ndcg, reciprocal_rank, hit_rate, tail_recall, head_recall, tail_share, novelty;
  // See VarietyMeasures; no members where it was not measured.
  Interval topic_similarity, embedding_similarity, topics;
  double coverage = 0;  // share of the catalogue that is in anybody's list
  double gini = 0;      // of how often each item is listed: 0 all alike, near 1 few have all
};

// Training and test given apart. Test members whom training does not know are left out and counted.
struct GivenSplit {
  data::Split split;
  std::size_t unknown_members = 0;
};
GivenSplit MakeSplit(data::Dataset train, const data::Dataset& test);

// Errors: FAILED_PRECONDITION naming member and item when a test pair stands in the training data:
// then every figure would lie.
absl::Status CheckNoLeak(const data::Split& split);

// Whether an operator was trained on split.train and nothing else, by the digest of its data. An
// older artifact tells no digest: then it may at least know no item better than the training part.
// Errors: FAILED_PRECONDITION saying what it knows of the test, as far as that can be told.
absl::Status CheckTrainedOn(const models::Operator& model, const data::Split& split);

// The test members that are asked, as places in split.test, ascending: all, or a seeded sample.
std::vector<std::uint32_t> AskedMembers(const data::Split& split,
                                        const EvaluationSettings& settings);

// Lists that were made elsewhere, one for each of AskedMembers; the caller names the result.
// Shapes: lists [asked], each of rows of split.train, best first.
// Errors: INVALID_ARGUMENT for a shape that is wrong; those of Evaluate.
absl::StatusOr<Evaluation> EvaluateLists(std::span<const std::vector<std::uint32_t>> lists,
                                         const data::Split& split,
                                         const EvaluationSettings& settings,
                                         runtime::ThreadPool* pool);

// One Evaluation for each variant of `scores`, whose dataset is split.train.
// Errors: INVALID_ARGUMENT; those of CheckNoLeak; FAILED_PRECONDITION when there is nobody to ask.
absl::StatusOr<std::vector<Evaluation>> Evaluate(const MemberScores& scores,
                                                 const data::Split& split,
                                                 const EvaluationSettings& settings,
                                                 runtime::ThreadPool* pool);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_EVALUATOR_H_
