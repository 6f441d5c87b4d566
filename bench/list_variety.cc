// Means over lists.
#include "bench/list_variety.h"

#include <algorithm>
#include <cmath>

namespace cofilter::bench {
namespace {

class Mean {
 public:
  void Add(double value) {
    if (std::isnan(value)) return;
    sum_ += value;
    count_ += 1;
  }
  double value() const { return count_ > 0 ? sum_ / count_ : 0; }

 private:
  double sum_ = 0;
  double count_ = 0;
};

}  // namespace

MeanVariety MeasureVarieties(std::span<const std::vector<std::uint32_t>> lists,
                             std::span<const std::uint32_t> members, const data::Dataset& train,
                             const training::ItemFacets& facets) {
  Mean topic_similarity, embedding_similarity, topics, largest, filled;
  for (std::size_t n = 0; n < lists.size(); ++n) {
    if (lists[n].size() < 2) continue;
    const training::VarietyMeasures one =
        training::MeasureVariety(lists[n], facets, lists[n].size());
    topic_similarity.Add(one.topic_similarity);
    embedding_similarity.Add(one.embedding_similarity);
    topics.Add(one.topics);
    largest.Add(one.largest_topic);
    const auto history = train.of(members[n]);
    const auto reads_else = [&](std::uint32_t topic) {
      return std::any_of(history.begin(), history.end(), [&](const data::Interaction& read) {
        const std::vector<std::uint32_t>& of_item = facets.topics[read.item];
        return !of_item.empty() && !std::binary_search(of_item.begin(), of_item.end(), topic);
      });
    };
    filled.Add(std::any_of(one.everywhere.begin(), one.everywhere.end(), reads_else) ? 1 : 0);
  }
  return {topic_similarity.value(), embedding_similarity.value(), topics.value(), largest.value(),
          filled.value()};
}

}  // namespace cofilter::bench
