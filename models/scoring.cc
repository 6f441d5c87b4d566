// Exact scores of rows, and what each history entry adds to them.
#include <algorithm>
#include <bit>
#include <cmath>

#include "models/kernels/kernels.h"
#include "models/linear_operator.h"
#include "models/retrieval_scratch.h"

namespace cofilter::models {
namespace {

// Row → slot for a handful of rows: small enough to stay in the first-level cache, and mostly
// empty, so that few looks find a row.
class SlotTable {
 public:
  // Slot i + 1 for the first of equal rows.
  explicit SlotTable(std::span<const std::uint32_t> rows)
      : shift_(32 - std::bit_width(std::max<std::size_t>(rows.size(), 8) * 8)),
        entries_(std::size_t{1} << (32 - shift_), Entry{kNone, 0}) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Entry& entry = entries_[Place(rows[i])];
      if (entry.row == kNone) entry = {rows[i], static_cast<std::uint32_t>(i + 1)};
    }
  }

  // 0: not asked for.
  std::uint32_t Find(std::uint32_t row) const {
    const Entry& entry = entries_[Place(row)];
    return entry.row == row ? entry.slot : 0;
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  struct Entry {
    std::uint32_t row;
    std::uint32_t slot;
  };

  // Where the row is, or the empty place where the search for it ends.
  std::size_t Place(std::uint32_t row) const {
    std::size_t place = (row * 0x9e3779b1u) >> shift_;
    while (entries_[place].row != row && entries_[place].row != kNone) {
      place = (place + 1) & (entries_.size() - 1);
    }
    return place;
  }

  int shift_;
  std::vector<Entry> entries_;
};

}  // namespace

void LinearOperator::Score(const FoldedHistory& folded, int notch,
                           std::span<const std::uint32_t> rows, RetrievalScratch* scratch,
                           std::vector<RowScore>* out) const {
  out->assign(rows.size(), RowScore{});
  if (rows.empty()) return;
  if (scratch->slots.size() < padded_rows_) scratch->slots.resize(padded_rows_);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::uint32_t& slot = scratch->slots[rows[i]];
    if (slot == 0) slot = static_cast<std::uint32_t>(i + 1);
  }
  AskedRows& asked = scratch->asked;
  asked.Ask(rows, padded_rows_);
  for (std::size_t b = 0; b < views_.lists.size(); ++b) {
    scratch->sums.assign(rows.size() + 1, 0.0);
    double* const sums = scratch->sums.data();
    const std::uint32_t* const slots = scratch->slots.data();
    for (const HistoryEntry& entry : folded.entries) {
      const double factor = ListFactor(entry, b);
      if (factor == 0) continue;
      const Neighbours neighbours = NeighboursOf(b, entry.row);
      for (const std::uint32_t at : asked.Among(neighbours.targets)) {
        sums[slots[neighbours.targets[at]]] += factor * neighbours.values[at];
      }
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      (*out)[i].lists +=
          sums[slots[rows[i]]] * static_cast<double>(list_target_scales_[b][notch][rows[i]]);
    }
  }
  for (const std::uint32_t row : rows) scratch->slots[row] = 0;
  ScoreGlobal(folded, notch, rows, out);
  asked.Forget(rows);

  const float* const factors = folded.with_trend ? crowd_.factors() : nullptr;
  const float* const prior = folded.prior_weight > 0 ? crowd_.prior(notch) : nullptr;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RowScore& score = (*out)[i];
    if (factors != nullptr) score.trend = score.personal() * (factors[rows[i]] - 1.0);
    if (prior != nullptr) score.prior = folded.prior_weight * prior[rows[i]];
  }
}

void LinearOperator::ScoreGlobal(const FoldedHistory& folded, int notch,
                                 std::span<const std::uint32_t> rows,
                                 std::vector<RowScore>* out) const {
  if (folded.row_query.size() != dim() || dim() == 0) return;
  const kernels::Kernels& kernels = kernels::Best();
  constexpr std::size_t kRowsAhead = 8;  // candidates lie all over the embeddings
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i + kRowsAhead < rows.size()) Prefetch(embedding(rows[i + kRowsAhead]));
    const double product =
        kernels.dot_exact(embedding(rows[i]).data(), folded.row_query.data(), dim());
    (*out)[i].global =
        RowQueryWeight() * static_cast<double>(global_target_scales_[notch][rows[i]]) * product;
  }
}

void LinearOperator::ScoreAll(const FoldedHistory& folded, int notch,
                              std::vector<float>* out) const {
  out->assign(items(), 0.0f);
  std::vector<float> sums;
  for (std::size_t b = 0; b < views_.lists.size(); ++b) {
    sums.assign(items(), 0.0f);
    for (const HistoryEntry& entry : folded.entries) {
      const auto factor = static_cast<float>(ListFactor(entry, b));
      if (factor == 0) continue;
      VisitNeighbours(b, entry.row,
                      [&](std::uint32_t target, float value) { sums[target] += factor * value; });
    }
    const Table scale = list_target_scales_[b][notch];
    for (std::uint32_t row = 0; row < items(); ++row) (*out)[row] += sums[row] * scale[row];
  }
  if (folded.row_query.size() == dim() && dim() > 0) {
    const std::vector<float> query(folded.row_query.begin(), folded.row_query.end());
    const Table scale = global_target_scales_[notch];
    const auto weight = static_cast<float>(RowQueryWeight());
    const kernels::Kernels& kernels = kernels::Best();
    for (std::uint32_t row = 0; row < items(); ++row) {
      (*out)[row] +=
          weight * scale[row] * kernels.dot_single(embedding(row).data(), query.data(), dim());
    }
  }
  const float* const factors = folded.with_trend ? crowd_.factors() : nullptr;
  const float* const prior = folded.prior_weight > 0 ? crowd_.prior(notch) : nullptr;
  const auto prior_weight = static_cast<float>(folded.prior_weight);
  for (std::uint32_t row = 0; row < items(); ++row) {
    if (factors != nullptr) (*out)[row] *= factors[row];
    if (prior != nullptr) (*out)[row] += prior_weight * prior[row];
  }
  // Numbers at the edge of what CheckViews allows can overflow single precision.
  for (float& score : *out) {
    if (!std::isfinite(score)) score = 0;
  }
}

void LinearOperator::Contributions(const FoldedHistory& folded, int notch,
                                   std::span<const std::uint32_t> rows,
                                   std::vector<double>* out) const {
  const std::size_t entries = folded.entries.size();
  const std::size_t given = folded.given;
  out->assign(rows.size() * given, 0.0);
  if (rows.empty() || entries == 0) return;
  const SlotTable table(rows);
  AskedRows asked;
  asked.Ask(rows, padded_rows_);
  std::vector<double> sums(rows.size() + 1);
  std::vector<double> weighted(dim());
  const kernels::Kernels& kernels = kernels::Best();
  for (std::size_t e = 0; e < entries; ++e) {
    const HistoryEntry& entry = folded.entries[e];
    for (std::size_t b = 0; b < views_.lists.size(); ++b) {
      const double factor = ListFactor(entry, b);
      if (factor == 0) continue;
      std::fill(sums.begin(), sums.end(), 0.0);
      const Neighbours neighbours = NeighboursOf(b, entry.row);
      for (const std::uint32_t at : asked.Among(neighbours.targets)) {
        sums[table.Find(neighbours.targets[at])] = neighbours.values[at];
      }
      const Table scale = list_target_scales_[b][notch];
      for (std::size_t i = 0; i < rows.size(); ++i) {
        (*out)[i * given + folded.owners[e]] +=
            factor * sums[table.Find(rows[i])] * static_cast<double>(scale[rows[i]]);
      }
    }
    const double weight = GlobalWeight(entry.row == HistoryEntry::kForeign);
    const double factor = weight * QueryFactor(entry);
    if (factor == 0) continue;
    const std::span<const float> own = EmbeddingOf(entry);
    for (std::uint32_t d = 0; d < dim(); ++d) weighted[d] = factor * own[d];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      (*out)[i * given + folded.owners[e]] +=
          static_cast<double>(global_target_scales_[notch][rows[i]]) *
          kernels.dot_exact(embedding(rows[i]).data(), weighted.data(), dim());
    }
  }
}

}  // namespace cofilter::models
