// Where the lists of a history name rows that are asked for: one pass over the lists serves the
// scores of the rows and the reasons for them.
#ifndef COFILTER_MODELS_NEIGHBOUR_HITS_H_
#define COFILTER_MODELS_NEIGHBOUR_HITS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/asked_rows.h"

namespace cofilter::models {

// Filled list by list in a fixed order, and read by it: list block by block, in each entry by
// entry. Holds its memory from one call to the next. Not thread-safe.
class NeighbourHits {
 public:
  struct Hit {
    std::uint32_t slot;  // of the row
    float value;         // of the list
  };

  // Rows below `padded_rows`, a multiple of 64. `history` names the history whose lists follow, as
  // FoldedHistory::serial.
  void Start(std::uint64_t history, std::span<const std::uint32_t> rows, std::size_t padded_rows,
             std::size_t lists) {
    for (const std::uint32_t row : rows_) slots_[row] = 0;
    rows_.assign(rows.begin(), rows.end());
    if (slots_.size() < padded_rows) slots_.resize(padded_rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::uint32_t& slot = slots_[rows[i]];
      if (slot == 0) slot = static_cast<std::uint32_t>(i + 1);
    }
    asked_.Ask(rows, padded_rows);
    hits_.clear();
    ends_.clear();
    ends_.reserve(lists + 1);
    ends_.push_back(0);
    history_ = history;
  }
  // The next list.
  void Add(std::span<const std::uint32_t> targets, std::span<const float> values) {
    for (const std::uint32_t at : asked_.Among(targets)) {
      hits_.push_back({slots_[targets[at]], values[at]});
    }
    ends_.push_back(hits_.size());
  }
  void AddNone() { ends_.push_back(hits_.size()); }
  void Finish() { asked_.Forget(rows_); }

  // Whether the lists are those of that history, and every row was asked for.
  bool Holds(std::uint64_t history, std::span<const std::uint32_t> rows) const {
    return history != 0 && history == history_ &&
           std::all_of(rows.begin(), rows.end(),
                       [&](std::uint32_t row) { return row < slots_.size() && slots_[row] != 0; });
  }
  // From 1, the same for equal rows; 0: not asked for.
  std::uint32_t SlotOf(std::uint32_t row) const { return slots_[row]; }
  std::size_t slots() const { return rows_.size() + 1; }
  // Of the list that was added as number `list`.
  std::span<const Hit> Of(std::size_t list) const {
    return std::span(hits_).subspan(ends_[list], ends_[list + 1] - ends_[list]);
  }

 private:
  std::uint64_t history_ = 0;
  std::vector<std::uint32_t> rows_;
  std::vector<std::uint32_t> slots_;  // by row; 0 but for rows_
  AskedRows asked_;
  std::vector<Hit> hits_;
  std::vector<std::size_t> ends_;
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_NEIGHBOUR_HITS_H_
