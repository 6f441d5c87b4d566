// What each history entry adds to the scores of rows: all of it, or the largest.
#include <algorithm>
#include <cmath>
#include <functional>

#include "models/kernels/kernels.h"
#include "models/linear_operator.h"
#include "models/retrieval_scratch.h"

namespace cofilter::models {
namespace {

// A sum that is not exact yet.
struct Estimate {
  double value = 0;
  double error = 0;
};

// Of each row: those that may be among its `count` largest, sure ones and doubtful ones. Shapes:
// estimates [rows × given]; chosen [rows × given].
void ChooseLargest(std::span<const Estimate> estimates, std::size_t given, std::size_t count,
                   std::vector<double>* least, std::vector<char>* chosen) {
  chosen->assign(estimates.size(), 0);
  for (std::size_t begin = 0; begin < estimates.size(); begin += given) {
    const auto of_row = estimates.subspan(begin, given);
    least->clear();
    for (const Estimate& estimate : of_row) {
      least->push_back(std::abs(estimate.value) - estimate.error);
    }
    const std::size_t kept = std::min(count, given);
    std::nth_element(least->begin(), least->begin() + static_cast<std::ptrdiff_t>(kept - 1),
                     least->end(), std::greater<>());
    // `kept` of them are not smaller than this.
    const double bar = (*least)[kept - 1];
    for (std::size_t i = 0; i < given; ++i) {
      (*chosen)[begin + i] = std::abs(of_row[i].value) + of_row[i].error >= bar;
    }
  }
}

}  // namespace

void KeepLargest(std::size_t count, std::vector<Contribution>* contributions) {
  const std::size_t kept = std::min(count, contributions->size());
  std::partial_sort(contributions->begin(),
                    contributions->begin() + static_cast<std::ptrdiff_t>(kept),
                    contributions->end(), [](const Contribution& a, const Contribution& b) {
                      const double left = std::abs(a.value);
                      const double right = std::abs(b.value);
                      return left != right ? left > right : a.owner < b.owner;
                    });
  contributions->resize(kept);
}

void LinearOperator::ListParts(const FoldedHistory& folded, int notch,
                               std::span<const std::uint32_t> rows, const NeighbourHits& hits,
                               std::vector<double>* out) const {
  const std::size_t entries = folded.entries.size();
  out->assign(views_.lists.size() * rows.size() * entries, 0.0);
  // Slot → the first place of its row, from 1. Equal rows copy it.
  std::vector<std::uint32_t> places(hits.slots());
  std::vector<std::size_t> first(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::uint32_t& place = places[hits.SlotOf(rows[i])];
    if (place == 0) place = static_cast<std::uint32_t>(i + 1);
    first[i] = place - 1;
  }
  for (std::size_t b = 0; b < views_.lists.size(); ++b) {
    double* const parts = out->data() + b * rows.size() * entries;
    const Table scale = list_target_scales_[b][notch];
    for (std::size_t e = 0; e < entries; ++e) {
      const double factor = ListFactor(folded.entries[e], b);
      for (const auto& [slot, value] : hits.Of(b * entries + e)) {
        if (places[slot] == 0) continue;
        const std::size_t i = places[slot] - 1;
        parts[i * entries + e] = factor * value * static_cast<double>(scale[rows[i]]);
      }
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (first[i] != i) std::copy_n(parts + first[i] * entries, entries, parts + i * entries);
    }
  }
}

void LinearOperator::Contributions(const FoldedHistory& folded, int notch,
                                   std::span<const std::uint32_t> rows,
                                   std::vector<double>* out) const {
  const std::size_t entries = folded.entries.size();
  const std::size_t given = folded.given;
  out->assign(rows.size() * given, 0.0);
  if (rows.empty() || entries == 0) return;
  RetrievalScratch scratch;
  FindHits(folded, rows, &scratch);
  std::vector<double> parts;
  ListParts(folded, notch, rows, scratch.hits, &parts);
  std::vector<double> weighted;
  for (std::size_t e = 0; e < entries; ++e) {
    const bool has_global = WeighEntry(folded.entries[e], &weighted);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      AddEntry(parts, i * entries + e, rows.size() * entries, notch, rows[i],
               has_global ? &weighted : nullptr, &(*out)[i * given + folded.owners[e]]);
    }
  }
}

bool LinearOperator::WeighEntry(const HistoryEntry& entry, std::vector<double>* weighted) const {
  const double weight = GlobalWeight(entry.row == HistoryEntry::kForeign);
  const double factor = weight * QueryFactor(entry);
  if (factor == 0) return false;
  const std::span<const float> own = EmbeddingOf(entry);
  weighted->resize(dim());
  for (std::uint32_t d = 0; d < dim(); ++d) (*weighted)[d] = factor * own[d];
  return true;
}

void LinearOperator::AddEntry(std::span<const double> parts, std::size_t place, std::size_t stride,
                              int notch, std::uint32_t row, const std::vector<double>* weighted,
                              double* sum) const {
  for (std::size_t at = place; at < parts.size(); at += stride) *sum += parts[at];
  if (weighted == nullptr) return;
  *sum += static_cast<double>(global_target_scales_[notch][row]) *
          kernels::Best().dot_exact(embedding(row).data(), weighted->data(), dim());
}

void LinearOperator::TopContributions(const FoldedHistory& folded, int notch,
                                      std::span<const std::uint32_t> rows, std::size_t count,
                                      RetrievalScratch* scratch,
                                      std::vector<Contribution>* out) const {
  const std::size_t entries = folded.entries.size();
  const std::size_t given = folded.given;
  out->assign(rows.size() * count, Contribution{});
  if (rows.empty() || entries == 0 || count == 0) return;
  if (!scratch->hits.Holds(folded.serial, rows)) FindHits(folded, rows, scratch);
  std::vector<double> parts;
  ListParts(folded, notch, rows, scratch->hits, &parts);

  // First about how much: exact list parts, products of rounded embeddings.
  constexpr double kRounding = 1e-12;  // of sums in double precision, many times over
  std::vector<Estimate> estimates(rows.size() * given);
  const std::size_t stride = rows.size() * entries;
  for (std::size_t e = 0; e < entries; ++e) {
    const HistoryEntry& entry = folded.entries[e];
    const double factor = GlobalWeight(entry.row == HistoryEntry::kForeign) * QueryFactor(entry);
    if (factor != 0) {
      if (entry.row != HistoryEntry::kForeign) {
        rounded_.RowAsQuery(entry.row, &scratch->rounded_query);
      } else {
        rounded_.Round(EmbeddingOf(entry), &scratch->rounded_query);
      }
      rounded_.Multiply(scratch->rounded_query, rows, &scratch->rounded_sums, &scratch->products);
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Estimate& estimate = estimates[i * given + folded.owners[e]];
      for (std::size_t at = i * entries + e; at < parts.size(); at += stride) {
        estimate.value += parts[at];
        estimate.error += kRounding * std::abs(parts[at]);
      }
      if (factor == 0) continue;
      const double scale = factor * static_cast<double>(global_target_scales_[notch][rows[i]]);
      const RoundedEmbeddings::Product& product = scratch->products[i];
      estimate.value += scale * product.value;
      estimate.error += std::abs(scale) * (product.error + kRounding * std::abs(product.value));
    }
  }
  std::vector<double> least;
  std::vector<char> chosen;
  ChooseLargest(estimates, given, count, &least, &chosen);

  // Then what may matter, exactly, in the order of Contributions.
  std::vector<std::vector<std::uint32_t>> named(entries);  // places in rows
  for (std::size_t e = 0; e < entries; ++e) {
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
      if (chosen[i * given + folded.owners[e]]) named[e].push_back(i);
    }
  }
  std::vector<double> exact(rows.size() * given, 0.0);
  std::vector<double> weighted;
  for (std::size_t e = 0; e < entries; ++e) {
    if (e + 1 < entries && !named[e + 1].empty()) Prefetch(EmbeddingOf(folded.entries[e + 1]));
    if (named[e].empty()) continue;
    const bool has_global = WeighEntry(folded.entries[e], &weighted);
    for (const std::uint32_t i : named[e]) {
      AddEntry(parts, i * entries + e, stride, notch, rows[i], has_global ? &weighted : nullptr,
               &exact[i * given + folded.owners[e]]);
    }
  }
  std::vector<Contribution> largest;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    largest.clear();
    for (std::uint32_t owner = 0; owner < given; ++owner) {
      if (chosen[i * given + owner]) largest.push_back({owner, exact[i * given + owner]});
    }
    KeepLargest(count, &largest);
    std::copy(largest.begin(), largest.end(),
              out->begin() + static_cast<std::ptrdiff_t>(i * count));
  }
}

}  // namespace cofilter::models
