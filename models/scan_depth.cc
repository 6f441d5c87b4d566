// The index of the scan: as many leading dims as its candidates need.
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "models/kernels/kernels.h"
#include "models/linear_operator.h"
#include "models/retrieval_scratch.h"

namespace cofilter::models {
namespace {

// The scan reads every row, and what it reads throws the rest of a call's memory out of the cache:
// it reads the leading dims alone. The trainer orders them by their strength, and what the others
// would change among the best few hundred is put right when these are scored exactly. Where lists
// say most, few dims are enough; where embeddings do, all may be needed. So it is tried: the fewest
// of these steps that hold the best of histories that look like members'.
constexpr std::uint32_t kFewestDims = 32;
constexpr std::size_t kTop = 20;
constexpr double kHeldShare = 0.995;  // of what is asked for, .99, with something to spare
constexpr std::size_t kTried = 32;  // histories; fewer of a large catalogue, for the time it takes
constexpr std::size_t kFewestTried = 8;
constexpr std::size_t kRowsScored = 1'500'000;  // in all of them
constexpr std::size_t kLike = 15;               // rows beside the first in every other history
constexpr std::size_t kRowsAtOnce = 4096;

// Shape: embeddings [items × dim].
std::unique_ptr<FusedScanIndex> IndexOfLeadingDims(std::span<const float> embeddings,
                                                   std::uint32_t dim, std::uint32_t scanned) {
  const std::size_t items = embeddings.size() / dim;
  auto index = std::make_unique<FusedScanIndex>(scanned);
  if (scanned == dim) {
    index->add(static_cast<faiss::Index::idx_t>(items), embeddings.data());
    return index;
  }
  std::vector<float> leading;
  for (std::size_t begin = 0; begin < items; begin += kRowsAtOnce) {
    const std::size_t end = std::min(begin + kRowsAtOnce, items);
    leading.clear();
    for (std::size_t row = begin; row < end; ++row) {
      const auto values = embeddings.subspan(row * dim, scanned);
      leading.insert(leading.end(), values.begin(), values.end());
    }
    index->add(static_cast<faiss::Index::idx_t>(end - begin), leading.data());
  }
  return index;
}

// What a server takes as candidates, unless it is told otherwise.
std::size_t CandidatesOf(std::size_t items) { return std::max<std::size_t>(200, items / 200); }

}  // namespace

// A history to try with, and what it must find.
struct LinearOperator::Trial {
  FoldedHistory folded;
  int notch = 0;
  RowSet eligible;
  std::vector<std::uint32_t> best;
};

std::vector<LinearOperator::Trial> LinearOperator::MakeTrials() const {
  const std::size_t count = std::clamp(kRowsScored / items(), kFewestTried, kTried);
  std::vector<Trial> trials;
  std::vector<float> scores;
  std::vector<std::uint32_t> rows(items());
  for (std::size_t n = 0; n < count; ++n) {
    const auto first = static_cast<std::uint32_t>(n * items() / count);
    if (!(degree(first) > 0)) continue;
    // One item alone, and one with what is like it, by turns: the newest members and the others.
    std::vector<HistoryEntry> history = {{first, 1, nullptr}};
    if (n % 2 == 0 && !views_.lists.empty()) {
      const auto like = NeighboursOf(0, first).targets;
      for (std::size_t k = 0; k < std::min(kLike, like.size()); ++k) {
        const std::uint32_t row = like[k * like.size() / kLike % like.size()];
        if (row != first) history.push_back({row, 1, nullptr});
      }
    }
    Trial& trial = trials.emplace_back();
    trial.folded = Fold(history);
    trial.notch = n % 4 < 2 ? 0 : kNotches - 1;
    trial.eligible = RowSet(items(), /*full=*/true);
    for (const HistoryEntry& entry : history) trial.eligible.Remove(entry.row);
    ScoreAll(trial.folded, trial.notch, &scores);
    rows.clear();
    for (std::uint32_t row = 0; row < items(); ++row) {
      if (scores[row] > 0 && trial.eligible.Contains(row)) rows.push_back(row);
    }
    const std::size_t kept = std::min(kTop, rows.size());
    std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(kept), rows.end(),
                      [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
    trial.best.assign(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(kept));
  }
  return trials;
}

bool LinearOperator::HoldsTheBest(std::span<const Trial> trials) const {
  RetrievalScratch scratch;
  std::vector<RetrievedRow> retrieved;
  RowSet found;
  std::size_t held = 0;
  std::size_t all = 0;
  for (const Trial& trial : trials) {
    Retrieve(trial.folded, trial.notch, trial.eligible, CandidatesOf(items()), &scratch,
             &retrieved);
    found = RowSet(items());
    for (const RetrievedRow& row : retrieved) found.Add(row.row);
    all += trial.best.size();
    held += static_cast<std::size_t>(
        std::count_if(trial.best.begin(), trial.best.end(),
                      [&](std::uint32_t row) { return found.Contains(row); }));
  }
  return static_cast<double>(held) >= kHeldShare * static_cast<double>(all);
}

void LinearOperator::BuildIndex() {
  std::vector<Trial> trials;
  if (dim() > kFewestDims && items() > CandidatesOf(items())) trials = MakeTrials();
  for (std::uint32_t dims = kFewestDims;; dims *= 2) {
    index_ = IndexOfLeadingDims(views_.embeddings, dim(), std::min(dims, dim()));
    // Filled from the start, so that no table moves once it is pointed to.
    const bool has_trend = crowd_.factors() != nullptr;
    scan_scale_tables_.clear();
    scan_scale_tables_.reserve((has_trend ? 2u : 1u) * std::size_t{kNotches} * padded_rows_);
    scan_scales_ = {};
    scan_scales_with_trend_ = {};
    BuildScanScales(/*with_trend=*/false, &scan_scales_);
    if (has_trend) BuildScanScales(/*with_trend=*/true, &scan_scales_with_trend_);
    if (dims >= dim() || HoldsTheBest(trials)) return;
  }
}

void LinearOperator::BuildScanScales(bool with_trend, std::array<Table, kNotches>* tables) {
  const Table factors = with_trend ? crowd_.factors() : unit_scales_;
  for (int notch = 0; notch < kNotches; ++notch) {
    Table& table = (*tables)[notch];
    for (int same = 0; same < notch && table == nullptr; ++same) {
      if (global_target_scales_[same] == global_target_scales_[notch]) table = (*tables)[same];
    }
    if (table != nullptr) continue;
    table = scan_scale_tables_.data() + scan_scale_tables_.size();
    for (std::size_t row = 0; row < padded_rows_; ++row) {
      scan_scale_tables_.push_back(static_cast<float>(RowQueryWeight() * index_->row_scales()[row] *
                                                      global_target_scales_[notch][row] *
                                                      factors[row]));
    }
  }
}

}  // namespace cofilter::models
