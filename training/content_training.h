// The content map: what an item's text says about where it would stand among the embeddings.
#ifndef COFILTER_TRAINING_CONTENT_TRAINING_H_
#define COFILTER_TRAINING_CONTENT_TRAINING_H_

#include <cstdint>
#include <span>
#include <string>

#include "data/dataset.h"
#include "data/item.h"
#include "models/operator_arrays.h"
#include "runtime/thread_pool.h"

namespace cofilter::training {

struct ContentTrainingSettings {
  std::uint32_t buckets = 1u << 15;  // a power of two
  double lambda = 1;                 // ridge; more: smoother, weaker
  std::uint32_t iterations = 12;     // of the conjugate gradient
  std::uint64_t seed = 1;
};

struct ContentTraining {
  models::ContentMapArrays content;      // buckets 0: no map
  models::ContentParameters parameters;  // gain 0: no map
  std::size_t items_with_text = 0;
  std::size_t calibration_pairs = 0;
  std::string why;  // one sentence: how the gain came about, or why there is no map
};

// Features x_j of an item: (1 + ln count) · idf by bucket, to unit length, as
// models/foreign_items.cc reads them; idf = 1 + ln(n / df) over the n items with text. The map W
// solves min Σ_j c_j |x_j W − y_j|² + λ |W|² by conjugate gradient, with
// - y_j = V_j (assumed_rel / rel_j)^½: the embedding as if the item had the popularity that a new
//   item is assumed to have (the leading singular vector grows with the root of the degree, so the
//   root takes popularity out);
// - c_j = d_j / (d_j + 5): embeddings of items with few readers are noise;
// - assumed_rel: the median rel of the tail.
// The gain makes both kinds of item speak on one scale: a tenth of the items with text is held out
// of a first map, and over pairs of a member and a held-out item that the member has,
//   gain = Σ operator's score / Σ content score,
// both at notch 0 without the item in the history, so the mean score on true readers is the same.
// The final map is of all items.
//
// `arrays` has everything but the content map; `catalogue` is in any order and may lack items or
// hold more. The same bits on any number of threads.
ContentTraining TrainContent(const models::OperatorArrays& arrays, const data::Dataset& dataset,
                             std::span<const data::Item> catalogue,
                             const ContentTrainingSettings& settings, runtime::ThreadPool* pool);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_CONTENT_TRAINING_H_
