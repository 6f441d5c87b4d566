// How varied a list is: how much its items resemble each other, and over how many topics it
// spreads.
#ifndef COFILTER_TRAINING_LIST_VARIETY_H_
#define COFILTER_TRAINING_LIST_VARIETY_H_

#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset.h"
#include "data/item.h"
#include "models/operator.h"

namespace cofilter::training {

// What items are compared by. Embeddings belong to the operator, which must outlive it.
// Shapes: each [items of the dataset].
struct ItemFacets {
  std::vector<std::vector<std::uint32_t>> topics;  // numbers, ascending; empty: none told
  std::vector<std::span<const float>> embeddings;  // empty: unknown to the operator
  std::vector<double> lengths;                     // of the embeddings; 0: nothing to compare
  bool has_topics = false;                         // of any item

  bool empty() const { return topics.empty(); }
};
// op: nullptr where there is none.
ItemFacets MakeItemFacets(const data::Dataset& dataset, std::span<const data::Item> catalogue,
                          const models::Operator* op);

// NaN where it is not defined: without two items that have what is compared; without a topic.
struct VarietyMeasures {
  // Means over the pairs of items that both have it: shared topics over all topics of the two; the
  // cosine of the embeddings.
  double topic_similarity = 0;
  double embedding_similarity = 0;
  double topics = 0;                      // different ones
  double largest_topic = 0;               // share of the list that has the commonest one
  std::vector<std::uint32_t> everywhere;  // topics of every item of it
};
// Of the first k of the list's rows.
// Cost: the topics of each pair, and the embedding of each item once.
VarietyMeasures MeasureVariety(std::span<const std::uint32_t> list, const ItemFacets& facets,
                               std::size_t k);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_LIST_VARIETY_H_
