// The reference: lists and scores straight from the operator, over all items, without a server.
#ifndef COFILTER_BENCH_EXACT_LISTS_H_
#define COFILTER_BENCH_EXACT_LISTS_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "models/operator.h"
#include "runtime/clock.h"

namespace cofilter::bench {

// What a member did with one item.
struct HistoryItem {
  std::uint32_t row = 0;  // of the operator, or HistoryEntry::kForeign
  runtime::Time at{};
  const models::ForeignItem* foreign = nullptr;  // keep it alive
};

// A member's training part: what the operator knows of it.
struct MemberHistory {
  std::vector<HistoryItem> items;
  std::vector<std::uint32_t> rows;  // the same as rows alone
};
MemberHistory HistoryOf(const models::Operator& op, const data::Dataset& train, std::size_t member);

// Folds a history in as the contract says: every item with confidence 1, weighted by order and age
// at `now`.
models::FoldedHistory FoldExactly(const models::Operator& op, std::span<const HistoryItem> history,
                                  runtime::Time now);

// The best `count` rows that are not in the history, by ScoreAll, ties by row. A score of 0 or less
// is no recommendation, here as in the server. `scores` is working memory.
std::vector<std::uint32_t> ExactTop(const models::Operator& op, const models::FoldedHistory& folded,
                                    int notch, std::span<const std::uint32_t> seen,
                                    std::size_t count, std::vector<float>* scores);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_EXACT_LISTS_H_
