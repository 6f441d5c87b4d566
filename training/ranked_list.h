// The best rows of a score vector, and what a list of them is worth against a member's test items.
#ifndef COFILTER_TRAINING_RANKED_LIST_H_
#define COFILTER_TRAINING_RANKED_LIST_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "data/dataset.h"

namespace cofilter::training {

// The score of a row that may not be listed.
inline constexpr float kNotListed = -std::numeric_limits<float>::infinity();

// The `count` rows with the highest scores, best first, ties by row; rows at kNotListed stay out,
// so there may be fewer.
// Cost: one pass; far cheaper than sorting.
void TopRows(std::span<const float> scores, std::size_t count, std::vector<std::uint32_t>* rows);

// What a member's test asks for. Items that the catalogue does not have can never be hit, yet
// count.
struct TestItems {
  std::vector<std::uint32_t> rows;  // ascending, unique
  std::size_t unknown = 0;

  std::size_t size() const { return rows.size() + unknown; }
};

// What every item adds to the measures.
// Shapes: both [items].
struct CatalogueFacts {
  std::vector<data::Band> bands;
  std::vector<float> surprise;  // −log2 of the item's share of all interactions
};
// Shapes: degrees, ids [items].
CatalogueFacts MakeCatalogueFacts(std::span<const std::uint32_t> degrees,
                                  std::span<const std::string> item_ids);

// One list against one member. Where a measure is not defined for the member it is NaN: tail_recall
// without a tail item in the test, head_recall without a head item, tail_share and novelty of an
// empty list.
struct ListMeasures {
  double recall = 0;           // hits over test items
  double ndcg = 0;             // the ideal list has min(k, test items) hits
  double reciprocal_rank = 0;  // of the first hit; 0 without one
  double hit = 0;              // 1 with a hit
  double tail_recall = 0;  // recall over the test items of the tail (unknown ones are of the tail)
  double head_recall = 0;
  double tail_share = 0;  // share of the list that is of the tail; its mean is APLT
  double novelty = 0;     // mean surprise of the list
};
ListMeasures MeasureList(std::span<const std::uint32_t> list, const TestItems& test,
                         const CatalogueFacts& facts, std::size_t k);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_RANKED_LIST_H_
