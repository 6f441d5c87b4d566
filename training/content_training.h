// The content relation: what an item's text says about which trained items speak for it.
#ifndef COFILTER_TRAINING_CONTENT_TRAINING_H_
#define COFILTER_TRAINING_CONTENT_TRAINING_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/item.h"
#include "models/operator_arrays.h"
#include "runtime/thread_pool.h"

namespace cofilter::training {

struct ContentTrainingSettings {
  std::uint32_t buckets = 1u << 18;  // a power of two; 0: no relation
  double ridge = 0;                  // λ; 0: chosen on held-out items
  bool search = true;                // false: what is not given takes its default
  std::uint32_t pair_limit = 1000;   // the latest so many of a history count pairs
  std::uint64_t seed = 1;
};

// One point of the choice, and what it reached on the held-out items.
struct TriedContent {
  double ridge = 0;
  double smoothing = 0;
  models::FeatureWeights weights{};
  double recall = 0;
};

struct ContentTraining {
  models::ContentMapArrays content;        // buckets 0: nothing was learnt
  models::ContentRelationArrays relation;  // empty: nothing was learnt
  models::ContentParameters parameters;    // gain 0: nothing was learnt
  std::size_t items_with_text = 0;
  std::size_t calibration_pairs = 0;
  // Of the choice: a member's held-out items among the best `cut` of all held-out items.
  std::size_t held_out_items = 0;
  std::size_t held_out_members = 0;
  std::size_t cut = 0;
  double recall = 0;  // of the chosen point; by chance: cut / held_out_items
  std::vector<TriedContent> tried;
  std::string why;  // one sentence: how the gain came about, or why there is none
};

// Learns what models/content_relation.h needs: idf = 1 + ln(n / df) over the n items with text,
// their unit features, and the neighbours N: of each item the 100 strongest by rel_i^-½ B_ij
// rel_j^-½ (B the local lists), to a sum of 1.
// λ, α and the weights of the groups of features are chosen by holding items out: a fifth of the
// items with text, at most 1,000, ranked among themselves for members who have one of them and one
// that stays. Nothing of a held-out item but its text takes part.
// The gain makes both kinds of item speak on one scale: over pairs of a member and a held-out item
// that the member has,
//   gain = Σ operator's score / Σ content score,
// both at notch 0 without the item in the history, so the mean score on true readers is the same.
// What is returned is of all items.
//
// `arrays` has everything but the content; `catalogue` is in any order and may lack items or hold
// more. The same bits on any number of threads.
ContentTraining TrainContent(const models::OperatorArrays& arrays, const data::Dataset& dataset,
                             std::span<const data::Item> catalogue,
                             const ContentTrainingSettings& settings, runtime::ThreadPool* pool);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_CONTENT_TRAINING_H_
