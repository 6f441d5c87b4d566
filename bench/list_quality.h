// What everybody's lists are worth against the test part of a set.
#ifndef COFILTER_BENCH_LIST_QUALITY_H_
#define COFILTER_BENCH_LIST_QUALITY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/set_data.h"
#include "training/ranked_list.h"

namespace cofilter::bench {

inline constexpr std::size_t kListLength = 20;

// Means over all test members; test items that training does not know stay in the denominators.
struct ListQuality {
  double recall = 0;
  double ndcg = 0;
  double tail_recall = 0;  // over members with a tail item in their test
  double coverage = 0;     // share of the training's items in anybody's list
};

// Thread-safety: immutable. The set must outlive it.
class QualityMeter {
 public:
  explicit QualityMeter(const SetData& set);

  // Shapes: lists [test members], each at most kListLength rows of the training dataset, best
  // first.
  ListQuality Measure(const std::vector<std::vector<std::uint32_t>>& lists) const;

  std::optional<std::uint32_t> RowOf(const std::string& item_id) const;

 private:
  const SetData& set_;
  std::unordered_map<std::string, std::uint32_t> rows_;
  std::vector<training::TestItems> test_;
  training::CatalogueFacts facts_;
};

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_LIST_QUALITY_H_
