// Exact fold-in and ranking over all items.
#include "bench/exact_lists.h"

#include <algorithm>

#include "bench/set_data.h"
#include "training/ranked_list.h"

namespace cofilter::bench {

MemberHistory HistoryOf(const models::Operator& op, const data::Dataset& train,
                        std::size_t member) {
  MemberHistory history;
  for (std::size_t n = train.offsets[member]; n < train.offsets[member + 1]; ++n) {
    const std::optional<std::uint32_t> row = op.FindRow(train.item_ids[train.interactions[n].item]);
    if (!row.has_value()) continue;
    history.items.push_back(
        {.row = *row, .at = OccurredAt(train, n, n - train.offsets[member]), .foreign = nullptr});
    history.rows.push_back(*row);
  }
  return history;
}

models::FoldedHistory FoldExactly(const models::Operator& op, std::span<const HistoryItem> history,
                                  runtime::Time now) {
  const std::vector<float> confidence(history.size(), 1.0f);
  std::vector<double> age_days;
  for (const HistoryItem& item : history) {
    const double seconds = std::chrono::duration<double>(now - item.at).count();
    age_days.push_back(std::max(0.0, seconds / 86400));
  }
  const std::vector<float> weights =
      models::HistoryWeights(op.parameters().history, confidence, age_days);
  std::vector<models::HistoryEntry> entries;
  for (std::size_t n = 0; n < history.size(); ++n) {
    if (weights[n] <= 0) continue;
    entries.push_back({.row = history[n].row, .weight = weights[n], .foreign = history[n].foreign});
  }
  return op.Fold(entries);
}

std::vector<std::uint32_t> ExactTop(const models::Operator& op, const models::FoldedHistory& folded,
                                    int notch, std::span<const std::uint32_t> seen,
                                    std::size_t count, std::vector<float>* scores) {
  op.ScoreAll(folded, notch, scores);
  for (float& score : *scores) {
    if (!(score > 0)) score = training::kNotListed;
  }
  for (const std::uint32_t row : seen) (*scores)[row] = training::kNotListed;
  std::vector<std::uint32_t> rows;
  training::TopRows(*scores, count, &rows);
  return rows;
}

}  // namespace cofilter::bench
