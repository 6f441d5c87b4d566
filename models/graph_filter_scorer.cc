// The baseline GF-CF: two hops over the interactions plus an ideal low-pass filter.
#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "models/scorer.h"

namespace cofilter::models {
namespace {

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

class GraphFilterScorer final : public Scorer {
 public:
  explicit GraphFilterScorer(GraphFilterArrays arrays)
      : arrays_(std::move(arrays)),
        embeddings_(arrays_.item_embeddings.data(), arrays_.items, arrays_.dim) {
    const std::size_t members = arrays_.member_offsets.size() - 1;
    item_offsets_.assign(std::size_t{arrays_.items} + 1, 0);
    for (const std::uint32_t row : arrays_.member_rows) ++item_offsets_[row + 1];
    for (std::uint32_t i = 0; i < arrays_.items; ++i) {
      const auto degree = static_cast<float>(item_offsets_[i + 1]);
      root_.push_back(std::sqrt(degree));
      inverse_root_.push_back(degree > 0 ? 1 / std::sqrt(degree) : 0);
      item_offsets_[i + 1] += item_offsets_[i];
    }
    item_members_.resize(arrays_.member_rows.size());
    std::vector<std::uint64_t> next(item_offsets_.begin(), item_offsets_.end() - 1);
    for (std::uint32_t m = 0; m < members; ++m) {
      for (auto at = arrays_.member_offsets[m]; at < arrays_.member_offsets[m + 1]; ++at) {
        item_members_[next[arrays_.member_rows[at]]++] = m;
      }
    }
  }

  std::string_view name() const override { return "graph_filter"; }
  std::uint32_t items() const override { return arrays_.items; }

  void Score(std::span<const std::uint32_t> rows, std::span<const float> weights,
             std::span<float> scores) const override {
    const ScoredHistory history{rows, weights};
    ScoreMany({&history, 1}, scores);
  }

  void ScoreMany(std::span<const ScoredHistory> histories, std::span<float> scores) const override {
    const auto count = static_cast<Eigen::Index>(histories.size());
    RowMatrix queries = RowMatrix::Zero(count, arrays_.dim);
    for (Eigen::Index h = 0; h < count; ++h) {
      const ScoredHistory& history = histories[static_cast<std::size_t>(h)];
      for (std::size_t i = 0; i < history.rows.size(); ++i) {
        queries.row(h) +=
            history.weights[i] * inverse_root_[history.rows[i]] * embeddings_.row(history.rows[i]);
      }
    }
    Eigen::Map<RowMatrix> out(scores.data(), count, arrays_.items);
    if (arrays_.dim > 0 && arrays_.low_pass > 0) {
      out.noalias() = queries * embeddings_.transpose();
      const Eigen::Map<const Eigen::RowVectorXf> root(root_.data(), arrays_.items);
      out.array().rowwise() *= static_cast<float>(arrays_.low_pass) * root.array();
    } else {
      out.setZero();
    }
    std::vector<float> reached(arrays_.member_offsets.size() - 1, 0.0f);
    std::vector<std::uint32_t> touched;
    for (std::size_t h = 0; h < histories.size(); ++h) {
      AddTwoHops(histories[h], scores.subspan(h * arrays_.items, arrays_.items), &reached,
                 &touched);
    }
  }

 private:
  // r R̃ᵀR̃ through the members who share an item with the history; `reached` is left as zeros.
  void AddTwoHops(const ScoredHistory& history, std::span<float> scores,
                  std::vector<float>* reached, std::vector<std::uint32_t>* touched) const {
    touched->clear();
    for (std::size_t i = 0; i < history.rows.size(); ++i) {
      const std::uint32_t row = history.rows[i];
      const float step = history.weights[i] * inverse_root_[row];
      for (auto at = item_offsets_[row]; at < item_offsets_[row + 1]; ++at) {
        float& sum = (*reached)[item_members_[at]];
        if (sum == 0) touched->push_back(item_members_[at]);
        sum += step;
      }
    }
    for (const std::uint32_t m : *touched) {
      const auto begin = arrays_.member_offsets[m];
      const auto end = arrays_.member_offsets[m + 1];
      const float step = (*reached)[m] / static_cast<float>(end - begin);
      for (auto at = begin; at < end; ++at) {
        scores[arrays_.member_rows[at]] += step * inverse_root_[arrays_.member_rows[at]];
      }
      (*reached)[m] = 0;
    }
  }

  const GraphFilterArrays arrays_;
  const Eigen::Map<const RowMatrix> embeddings_;
  std::vector<std::uint64_t> item_offsets_;  // [items + 1]
  std::vector<std::uint32_t> item_members_;  // [interactions]
  std::vector<float> root_, inverse_root_;   // of the degrees, [items]
};

}  // namespace

absl::StatusOr<std::unique_ptr<const Scorer>> MakeGraphFilterScorer(GraphFilterArrays arrays) {
  const std::vector<std::uint64_t>& offsets = arrays.member_offsets;
  if (offsets.empty() || offsets.front() != 0 || offsets.back() != arrays.member_rows.size() ||
      !std::is_sorted(offsets.begin(), offsets.end())) {
    return absl::InvalidArgumentError(
        "the members' offsets do not rise from 0 to the number of rows");
  }
  if (arrays.item_embeddings.size() != std::size_t{arrays.items} * arrays.dim) {
    return absl::InvalidArgumentError(
        absl::StrCat("item_embeddings has ", arrays.item_embeddings.size(),
                     " numbers; right: ", arrays.items, " × ", arrays.dim));
  }
  if (!(arrays.low_pass >= 0) || !std::isfinite(arrays.low_pass)) {
    return absl::InvalidArgumentError(
        absl::StrCat("low_pass is ", arrays.low_pass, "; right: 0 or more"));
  }
  for (const std::uint32_t row : arrays.member_rows) {
    if (row >= arrays.items) {
      return absl::InvalidArgumentError(absl::StrCat("row ", row, " is not below ", arrays.items));
    }
  }
  for (const float value : arrays.item_embeddings) {
    if (!std::isfinite(value)) {
      return absl::InvalidArgumentError("item_embeddings has a number that is not finite");
    }
  }
  return std::make_unique<GraphFilterScorer>(std::move(arrays));
}

}  // namespace cofilter::models
