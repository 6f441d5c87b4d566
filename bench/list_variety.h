// How varied the lists of many members are, and whether one topic fills them.
#ifndef COFILTER_BENCH_LIST_VARIETY_H_
#define COFILTER_BENCH_LIST_VARIETY_H_

#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset.h"
#include "training/list_variety.h"

namespace cofilter::bench {

// Means over the lists for which each is defined; see training/list_variety.h.
struct MeanVariety {
  double topic_similarity = 0;
  double embedding_similarity = 0;
  double topics = 0;
  double largest_topic = 0;
  // Share of the lists of two items and more in which one topic is everywhere, although the
  // member's history has an item of other topics alone.
  double filled = 0;
};

// Shapes: lists [n] of rows of `train`, members [n] of its members.
MeanVariety MeasureVarieties(std::span<const std::vector<std::uint32_t>> lists,
                             std::span<const std::uint32_t> members, const data::Dataset& train,
                             const training::ItemFacets& facets);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_LIST_VARIETY_H_
