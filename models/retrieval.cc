// Retrieval: the lists of the history into a dense accumulator, then one fused pass over all rows.
#include <algorithm>
#include <exception>

#include "models/kernels/kernels.h"
#include "models/linear_operator.h"
#include "models/retrieval_scratch.h"

namespace cofilter::models {

void LinearOperator::PrefetchNeighbours(std::size_t list, std::span<const HistoryEntry> entries,
                                        std::size_t next) const {
  if (next >= entries.size() || entries[next].row == HistoryEntry::kForeign) return;
  constexpr std::uint64_t kLineNumbers = 64 / sizeof(float);
  const ListBlockView& block = views_.lists[list];
  const std::uint32_t row = entries[next].row;
  const std::uint64_t end = block.offsets[row + 1];
  for (std::uint64_t at = block.offsets[row]; at < end; at += kLineNumbers) {
    __builtin_prefetch(block.targets.data() + at);
    __builtin_prefetch(block.values.data() + at);
  }
}

const float* LinearOperator::AccumulateLists(const FoldedHistory& folded, int notch,
                                             RetrievalScratch* scratch) const {
  if (scratch->accumulated.size() < padded_rows_) scratch->accumulated.resize(padded_rows_);
  const std::size_t lists = views_.lists.size();
  const float* const factors = folded.with_trend ? crowd_.factors() : nullptr;
  const float* const prior = folded.prior_weight > 0 ? crowd_.prior(notch) : nullptr;
  const std::span<const HistoryEntry> entries = folded.entries;
  for (std::size_t b = 0; b < lists; ++b) {
    std::vector<float>& sums = b == 0 ? scratch->accumulated : scratch->block;
    if (sums.size() < padded_rows_) sums.resize(padded_rows_);
    float* const sum = sums.data();
    for (std::size_t e = 0; e < entries.size(); ++e) {
      PrefetchNeighbours(b, entries, e + 1);
      const auto factor = static_cast<float>(ListFactor(entries[e], b));
      if (factor == 0) continue;
      VisitNeighbours(b, entries[e].row,
                      [&](std::uint32_t target, float value) { sum[target] += factor * value; });
    }
    if (lists == 1 && factors == nullptr && prior == nullptr) return list_target_scales_[b][notch];
    const float* const scale = list_target_scales_[b][notch];
    float* const total = scratch->accumulated.data();
    if (b == 0) {
      for (std::size_t row = 0; row < padded_rows_; ++row) total[row] *= scale[row];
    } else {
      for (std::size_t row = 0; row < padded_rows_; ++row) total[row] += sum[row] * scale[row];
      std::fill_n(sum, padded_rows_, 0.0f);
    }
  }
  float* const total = scratch->accumulated.data();
  if (prior != nullptr) {
    const auto weight = static_cast<float>(folded.prior_weight);
    const float* const factor = factors != nullptr ? factors : unit_scales_;
    for (std::size_t row = 0; row < padded_rows_; ++row) {
      total[row] = total[row] * factor[row] + weight * prior[row];
    }
  } else if (factors != nullptr) {
    for (std::size_t row = 0; row < padded_rows_; ++row) total[row] *= factors[row];
  }
  return unit_scales_;
}

const std::uint64_t* LinearOperator::EligibleWords(const RowSet& eligible,
                                                   RetrievalScratch* scratch) const {
  if (eligible.size() == items()) return eligible.words().data();
  // Rows that the set does not know are not eligible; what it knows past ours does not exist.
  scratch->eligible.assign(padded_rows_ / kernels::kGroupRows, 0);
  const std::size_t known = std::min<std::size_t>(eligible.size(), items());
  for (std::size_t row = 0; row < known; ++row) {
    if (eligible.Contains(row)) scratch->eligible[row / 64] |= std::uint64_t{1} << (row % 64);
  }
  return scratch->eligible.data();
}

void LinearOperator::Retrieve(const FoldedHistory& folded, int notch, const RowSet& eligible,
                              std::size_t count, RetrievalScratch* scratch,
                              std::vector<RetrievedRow>* out) const {
  const bool with_scan = index_ != nullptr && folded.row_query.size() == dim();
  Select(folded, notch, eligible, count, with_scan, scratch, out);
}

void LinearOperator::RetrieveNeighbours(const FoldedHistory& folded, int notch,
                                        const RowSet& eligible, std::size_t count,
                                        RetrievalScratch* scratch,
                                        std::vector<RetrievedRow>* out) const {
  Select(folded, notch, eligible, count, /*with_scan=*/false, scratch, out);
}

void LinearOperator::Select(const FoldedHistory& folded, int notch, const RowSet& eligible,
                            std::size_t count, bool with_scan, RetrievalScratch* scratch,
                            std::vector<RetrievedRow>* out) const {
  out->clear();
  count = std::min<std::size_t>(count, items());
  if (count == 0 || folded.entries.empty()) return;
  const float* const list_scales = AccumulateLists(folded, notch, scratch);
  const std::uint64_t* const words = EligibleWords(eligible, scratch);
  if (with_scan) {
    FusedScanParameters parameters;
    parameters.offsets = scratch->accumulated.data();
    parameters.offset_scales = list_scales;
    parameters.scales = folded.with_trend && crowd_.factors() != nullptr
                            ? scan_scales_with_trend_[notch]
                            : scan_scales_[notch];
    parameters.eligible = words;
    parameters.working = &scratch->top;
    scratch->query.assign(folded.row_query.begin(), folded.row_query.begin() + index_->d);
    scratch->labels.resize(std::max(scratch->labels.size(), count));
    scratch->distances.resize(std::max(scratch->distances.size(), count));
    try {
      index_->search(1, scratch->query.data(), static_cast<faiss::Index::idx_t>(count),
                     scratch->distances.data(), scratch->labels.data(), &parameters);
      for (std::size_t i = 0; i < count && scratch->labels[i] >= 0; ++i) {
        out->push_back({static_cast<std::uint32_t>(scratch->labels[i]), scratch->distances[i]});
      }
    } catch (const std::exception&) {  // FAISS: nothing is retrieved
      out->clear();
    }
  } else {
    kernels::ScanInput input;
    input.offsets = scratch->accumulated.data();
    input.offset_scales = list_scales;
    input.eligible = words;
    input.groups = padded_rows_ / kernels::kGroupRows;
    scratch->top.Scan(kernels::Best(), input, /*floor=*/0, count);
    for (std::size_t i = 0; i < scratch->top.rows().size(); ++i) {
      out->push_back({scratch->top.rows()[i], scratch->top.scores()[i]});
    }
  }
  std::fill_n(scratch->accumulated.data(), padded_rows_, 0.0f);
}

}  // namespace cofilter::models
