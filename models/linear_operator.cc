// Making an operator and folding histories in.
#include "models/linear_operator.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "models/arrays_as_views.h"
#include "models/kernels/kernels.h"
#include "models/retrieval_scratch.h"
#include "runtime/status_macros.h"

namespace cofilter::models {
namespace {

struct OwnedArrays {
  explicit OwnedArrays(OperatorArrays taken) : arrays(std::move(taken)), ids(arrays.item_ids) {}
  OperatorArrays arrays;
  FlatIds ids;
};

}  // namespace

absl::StatusOr<std::unique_ptr<const Operator>> Operator::FromArrays(OperatorArrays arrays) {
  auto owned = std::make_shared<const OwnedArrays>(std::move(arrays));
  OperatorViews views = ViewsOf(owned->arrays, owned->ids);
  return LinearOperator::Create(std::move(views), std::move(owned));
}

absl::StatusOr<std::unique_ptr<const Operator>> LinearOperator::Create(
    OperatorViews views, std::shared_ptr<const void> keepalive) {
  COFILTER_RETURN_IF_ERROR(CheckViews(views));
  std::unique_ptr<LinearOperator> made(new LinearOperator(std::move(views), std::move(keepalive)));
  try {
    made->BuildTables();
  } catch (const std::exception& error) {  // FAISS
    return absl::InternalError(
        absl::StrCat("cannot index operator ", made->name(), ": ", error.what()));
  }
  return std::unique_ptr<const Operator>(std::move(made));
}

LinearOperator::LinearOperator(OperatorViews views, std::shared_ptr<const void> keepalive)
    : views_(std::move(views)),
      keepalive_(std::move(keepalive)),
      padded_rows_((std::size_t{views_.items()} + kernels::kGroupRows - 1) / kernels::kGroupRows *
                   kernels::kGroupRows),
      ids_(views_),
      scales_(views_.degrees, views_.parameters, padded_rows_),
      crowd_(views_, scales_, padded_rows_) {}

void LinearOperator::BuildTables() {
  for (const ListBlockParameters& list : views_.parameters.lists) {
    list_source_scales_.push_back(scales_.Table(list.source_exponent));
    auto& targets = list_target_scales_.emplace_back();
    for (int notch = 0; notch < kNotches; ++notch) {
      targets[notch] = scales_.Table(list.target_exponent[notch]);
    }
  }
  unit_scales_ = scales_.Table(0);
  const GlobalParameters& global = views_.parameters.global;
  global_source_scales_ = scales_.Table(global.source_exponent);
  for (int notch = 0; notch < kNotches; ++notch) {
    global_target_scales_[notch] = scales_.Table(global.target_exponent[notch]);
  }

  if (!views_.relation.empty() && views_.parameters.content.gain > 0) {
    relation_ = std::make_unique<const ContentRelation>(views_.relation, views_.content.idf,
                                                        views_.parameters.content);
  }
  rows_by_trend_.resize(items());
  std::iota(rows_by_trend_.begin(), rows_by_trend_.end(), 0u);
  std::stable_sort(
      rows_by_trend_.begin(), rows_by_trend_.end(),
      [&](std::uint32_t a, std::uint32_t b) { return views_.trend[a] > views_.trend[b]; });

  if (dim() == 0 || items() == 0) return;
  rounded_ = RoundedEmbeddings(views_.embeddings, dim());
  BuildIndex();
}

std::span<const float> LinearOperator::EmbeddingOf(const HistoryEntry& entry) const {
  if (entry.row != HistoryEntry::kForeign) return embedding(entry.row);
  return entry.foreign == nullptr ? std::span<const float>() : entry.foreign->embedding;
}

double LinearOperator::QueryFactor(const HistoryEntry& entry) const {
  if (!(entry.weight > 0) || !std::isfinite(entry.weight) || dim() == 0) return 0;
  if (entry.row != HistoryEntry::kForeign) {
    return entry.weight * static_cast<double>(global_source_scales_[entry.row]);
  }
  if (EmbeddingOf(entry).size() != dim()) return 0;
  return entry.weight * PopularityScale(views_.parameters.content.assumed_rel,
                                        views_.parameters.global.source_exponent);
}

double LinearOperator::GainToForeign(const HistoryEntry& entry) const {
  const double gain = views_.parameters.content.gain;
  return entry.row == HistoryEntry::kForeign && gain > 0 ? 1 / gain : 1;
}

double LinearOperator::ListFactor(const HistoryEntry& entry, std::size_t list) const {
  if (entry.row == HistoryEntry::kForeign) return 0;
  if (!(entry.weight > 0) || !std::isfinite(entry.weight)) return 0;
  return views_.parameters.lists[list].weight * entry.weight *
         static_cast<double>(list_source_scales_[list][entry.row]);
}

FoldedHistory LinearOperator::Fold(std::span<const HistoryEntry> history) const {
  static std::atomic<std::uint64_t> last_serial{0};
  FoldedHistory folded;
  folded.serial = ++last_serial;
  folded.given = history.size();
  folded.entries.reserve(history.size());
  folded.owners.reserve(history.size());
  for (std::uint32_t owner = 0; owner < history.size(); ++owner) {
    const HistoryEntry& entry = history[owner];
    if (entry.row == HistoryEntry::kForeign && entry.foreign != nullptr &&
        entry.foreign->related()) {
      // A read of it counts as one of what it resembles, in all terms alike.
      for (const WeightedRow& like : entry.foreign->resembles) {
        folded.entries.push_back({like.row, entry.weight * like.weight, nullptr});
        folded.owners.push_back(owner);
      }
      continue;
    }
    folded.entries.push_back(entry);
    folded.owners.push_back(owner);
  }
  folded.exact_query.assign(dim(), 0.0);
  const bool has_global = GlobalWeight(/*foreign_takes_part=*/false) > 0;
  constexpr std::size_t kEntriesAhead = 3;  // embeddings lie apart from each other
  for (std::size_t e = 0; e < folded.entries.size(); ++e) {
    if (e + kEntriesAhead < folded.entries.size()) {
      Prefetch(EmbeddingOf(folded.entries[e + kEntriesAhead]));
    }
    const HistoryEntry& entry = folded.entries[e];
    const double factor = QueryFactor(entry);
    if (factor == 0) continue;
    const std::span<const float> embedding = EmbeddingOf(entry);
    const double to_foreign = factor * GainToForeign(entry);
    for (std::uint32_t d = 0; d < dim(); ++d) folded.exact_query[d] += to_foreign * embedding[d];
    if (!has_global && entry.row != HistoryEntry::kForeign) continue;
    folded.row_query.resize(dim());
    for (std::uint32_t d = 0; d < dim(); ++d) folded.row_query[d] += factor * embedding[d];
  }
  folded.query.assign(folded.exact_query.begin(), folded.exact_query.end());
  folded.prior_weight = PriorWeight(folded);
  folded.with_trend = crowd_.factors() != nullptr;
  return folded;
}

double LinearOperator::PriorWeight(const FoldedHistory& folded) const {
  const double prior_events = views_.parameters.evidence.prior_events;
  if (!(prior_events > 0) || folded.given == 0) return 0;
  double mass = 0;
  for (const HistoryEntry& entry : folded.entries) {
    if (!(entry.weight > 0) || !std::isfinite(entry.weight)) continue;
    if (entry.row != HistoryEntry::kForeign) {
      mass += entry.weight * crowd_.MassOf(entry.row);
    } else if (const auto own = EmbeddingOf(entry); own.size() == dim()) {
      mass += crowd_.MassOf(own, RowQueryWeight() * QueryFactor(entry));
    }
  }
  return prior_events * std::max(0.0, mass) / static_cast<double>(folded.given);
}

void RetrievalScratchDeleter::operator()(RetrievalScratch* scratch) const { delete scratch; }

RetrievalScratchPtr MakeRetrievalScratch() { return RetrievalScratchPtr(new RetrievalScratch()); }

}  // namespace cofilter::models
