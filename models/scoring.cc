// Exact scores of rows.
#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "models/kernels/kernels.h"
#include "models/linear_operator.h"
#include "models/retrieval_scratch.h"

namespace cofilter::models {
void LinearOperator::FindHits(const FoldedHistory& folded, std::span<const std::uint32_t> rows,
                              RetrievalScratch* scratch) const {
  const std::span<const HistoryEntry> entries = folded.entries;
  NeighbourHits& hits = scratch->hits;
  hits.Start(folded.serial, rows, padded_rows_, views_.lists.size() * entries.size());
  for (std::size_t b = 0; b < views_.lists.size(); ++b) {
    for (std::size_t e = 0; e < entries.size(); ++e) {
      PrefetchNeighbours(b, entries, e + 1);
      if (ListFactor(entries[e], b) == 0) {
        hits.AddNone();
        continue;
      }
      const Neighbours neighbours = NeighboursOf(b, entries[e].row);
      hits.Add(neighbours.targets, neighbours.values);
    }
  }
  hits.Finish();
}

void LinearOperator::Score(const FoldedHistory& folded, int notch,
                           std::span<const std::uint32_t> rows, RetrievalScratch* scratch,
                           std::vector<RowScore>* out) const {
  out->assign(rows.size(), RowScore{});
  if (rows.empty()) return;
  ScoreLists(folded, notch, rows, scratch, out);
  ScoreRest(folded, notch, rows, out);
}

void LinearOperator::ScoreBest(const FoldedHistory& folded, int notch,
                               std::span<const std::uint32_t> rows,
                               std::span<const double> freshness, std::size_t count,
                               RetrievalScratch* scratch, std::vector<RowScore>* out) const {
  out->assign(rows.size(), RowScore{});
  if (rows.empty()) return;
  ScoreLists(folded, notch, rows, scratch, out);
  if (count > 0 && count < rows.size()) {
    BoundScores(folded, notch, rows, freshness, *out, scratch);
    std::vector<double>& leasts = scratch->leasts;
    leasts.clear();
    for (const RetrievalScratch::Bounds& bounds : scratch->bounds) leasts.push_back(bounds.least);
    std::nth_element(leasts.begin(), leasts.begin() + static_cast<std::ptrdiff_t>(count - 1),
                     leasts.end(), std::greater<>());
    const double bar = leasts[count - 1];  // `count` rows reach it for certain
    for (std::size_t i = 0; i < rows.size(); ++i) {
      (*out)[i].exact = !(scratch->bounds[i].most < bar);
    }
  }
  ScoreRest(folded, notch, rows, out);
}

void LinearOperator::ScoreLists(const FoldedHistory& folded, int notch,
                                std::span<const std::uint32_t> rows, RetrievalScratch* scratch,
                                std::vector<RowScore>* out) const {
  FindHits(folded, rows, scratch);
  const NeighbourHits& hits = scratch->hits;
  const std::size_t entries = folded.entries.size();
  for (std::size_t b = 0; b < views_.lists.size(); ++b) {
    scratch->sums.assign(hits.slots(), 0.0);
    double* const sums = scratch->sums.data();
    for (std::size_t e = 0; e < entries; ++e) {
      const double factor = ListFactor(folded.entries[e], b);
      for (const auto& [slot, value] : hits.Of(b * entries + e)) sums[slot] += factor * value;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      (*out)[i].lists +=
          sums[hits.SlotOf(rows[i])] * static_cast<double>(list_target_scales_[b][notch][rows[i]]);
    }
  }
}

void LinearOperator::ScoreRest(const FoldedHistory& folded, int notch,
                               std::span<const std::uint32_t> rows,
                               std::vector<RowScore>* out) const {
  const bool has_global = folded.row_query.size() == dim() && dim() > 0;
  const float* const factors = folded.with_trend ? crowd_.factors() : nullptr;
  const float* const prior = folded.prior_weight > 0 ? crowd_.prior(notch) : nullptr;
  const kernels::Kernels& kernels = kernels::Best();
  constexpr std::size_t kRowsAhead = 8;  // they lie all over the embeddings
  std::size_t ahead = 0;                 // the next row to ask for
  std::size_t asked = 0;                 // rows asked for and not yet worked on
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RowScore& score = (*out)[i];
    if (!score.exact) continue;
    if (has_global) {
      for (; ahead < rows.size() && asked < kRowsAhead; ++ahead) {
        if (!(*out)[ahead].exact) continue;
        Prefetch(embedding(rows[ahead]));
        ++asked;
      }
      --asked;
      const double product =
          kernels.dot_exact(embedding(rows[i]).data(), folded.row_query.data(), dim());
      score.global =
          RowQueryWeight() * static_cast<double>(global_target_scales_[notch][rows[i]]) * product;
    }
    if (factors != nullptr) score.trend = score.personal() * (factors[rows[i]] - 1.0);
    if (prior != nullptr) score.prior = folded.prior_weight * prior[rows[i]];
  }
}

void LinearOperator::BoundScores(const FoldedHistory& folded, int notch,
                                 std::span<const std::uint32_t> rows,
                                 std::span<const double> freshness,
                                 const std::vector<RowScore>& lists,
                                 RetrievalScratch* scratch) const {
  const bool has_global = folded.row_query.size() == dim() && dim() > 0;
  if (has_global) {
    scratch->query.assign(folded.row_query.begin(), folded.row_query.end());
    rounded_.Round(scratch->query, &scratch->rounded_query);
    rounded_.Multiply(scratch->rounded_query, rows, &scratch->rounded_sums, &scratch->products);
  }
  const float* const factors = folded.with_trend ? crowd_.factors() : nullptr;
  const float* const priors = folded.prior_weight > 0 ? crowd_.prior(notch) : nullptr;
  constexpr double kRounding = 1e-12;  // of sums in double precision, many times over
  scratch->bounds.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    double personal = lists[i].lists;
    double error = 0;
    if (has_global) {
      const double scale =
          RowQueryWeight() * static_cast<double>(global_target_scales_[notch][rows[i]]);
      personal += scale * scratch->products[i].value;
      error = std::abs(scale) * scratch->products[i].error;
    }
    const double fresh = freshness.empty() ? 1 : freshness[i];
    const double trend = factors == nullptr ? 0 : factors[rows[i]] - 1.0;
    const double prior = priors == nullptr ? 0 : folded.prior_weight * priors[rows[i]];
    const auto ranked_by = [&](double value) {
      return (value > 0 ? fresh : 1) * value + trend * value + prior;
    };
    error += kRounding * (std::abs(lists[i].lists) + std::abs(personal));
    const double low = personal - error;
    const double high = personal + error;
    auto [least, most] = std::minmax({ranked_by(low), ranked_by(high)});
    if (low <= 0 && high >= 0) {  // the line bends there
      least = std::min(least, fresh * prior);
      most = std::max(most, prior);
    }
    const double slack =
        kRounding * ((1 + std::abs(trend)) * (std::abs(low) + std::abs(high)) + prior);
    scratch->bounds[i] = {least - slack, most + slack};
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

}  // namespace cofilter::models
