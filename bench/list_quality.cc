// Means over members of the measures that training defines.
#include "bench/list_quality.h"

#include <algorithm>
#include <cmath>

namespace cofilter::bench {

QualityMeter::QualityMeter(const SetData& set) : set_(set) {
  for (std::size_t row = 0; row < set.train.items(); ++row) {
    rows_.emplace(set.train.item_ids[row], static_cast<std::uint32_t>(row));
  }
  for (const data::TestMember& member : set.test) {
    training::TestItems& items = test_.emplace_back();
    for (const std::string& id : member.items) {
      if (const std::optional<std::uint32_t> row = RowOf(id)) {
        items.rows.push_back(*row);
      } else {
        ++items.unknown;
      }
    }
    std::sort(items.rows.begin(), items.rows.end());
    items.rows.erase(std::unique(items.rows.begin(), items.rows.end()), items.rows.end());
  }
  facts_ = training::MakeCatalogueFacts(data::ItemDegrees(set.train), set.train.item_ids);
}

std::optional<std::uint32_t> QualityMeter::RowOf(const std::string& item_id) const {
  const auto found = rows_.find(item_id);
  if (found == rows_.end()) return std::nullopt;
  return found->second;
}

ListQuality QualityMeter::Measure(const std::vector<std::vector<std::uint32_t>>& lists) const {
  ListQuality quality;
  std::vector<bool> listed(set_.train.items(), false);
  std::size_t with_tail = 0;
  for (std::size_t member = 0; member < lists.size(); ++member) {
    const std::vector<std::uint32_t>& list = lists[member];
    const training::ListMeasures measures =
        training::MeasureList(list, test_[member], facts_, kListLength);
    quality.recall += measures.recall;
    quality.ndcg += measures.ndcg;
    if (!std::isnan(measures.tail_recall)) {
      quality.tail_recall += measures.tail_recall;
      ++with_tail;
    }
    for (const std::uint32_t row : list) listed[row] = true;
  }
  const auto members = static_cast<double>(std::max<std::size_t>(lists.size(), 1));
  quality.recall /= members;
  quality.ndcg /= members;
  quality.tail_recall /= static_cast<double>(std::max<std::size_t>(with_tail, 1));
  quality.coverage = static_cast<double>(std::count(listed.begin(), listed.end(), true)) /
                     static_cast<double>(std::max<std::size_t>(listed.size(), 1));
  return quality;
}

}  // namespace cofilter::bench
