// The baseline of implicit matrix factorisation, folding members in.
#include <Eigen/Dense>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "models/scorer.h"

namespace cofilter::models {
namespace {

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

class ImplicitAlsScorer final : public Scorer {
 public:
  explicit ImplicitAlsScorer(ImplicitAlsArrays arrays)
      : arrays_(std::move(arrays)),
        embeddings_(arrays_.item_embeddings.data(), arrays_.items, arrays_.dim),
        gram_(embeddings_.cast<double>().transpose() * embeddings_.cast<double>()) {
    gram_.diagonal().array() += arrays_.regularisation;
  }

  std::string_view name() const override { return "implicit_als"; }
  std::uint32_t items() const override { return arrays_.items; }
  void Score(std::span<const std::uint32_t> rows, std::span<const float> weights,
             std::span<float> scores) const override {
    const Eigen::VectorXf member = FoldIn(rows, weights);
    Eigen::Map<Eigen::VectorXf>(scores.data(), arrays_.items) = embeddings_ * member;
    KeepFinite(scores);
  }
  void ScoreMany(std::span<const ScoredHistory> histories, std::span<float> scores) const override {
    RowMatrix folded(histories.size(), arrays_.dim);
    for (std::size_t h = 0; h < histories.size(); ++h) {
      folded.row(static_cast<Eigen::Index>(h)) =
          FoldIn(histories[h].rows, histories[h].weights).transpose();
    }
    Eigen::Map<RowMatrix>(scores.data(), folded.rows(), arrays_.items).noalias() =
        folded * embeddings_.transpose();
    KeepFinite(scores);
  }

 private:
  static void KeepFinite(std::span<float> scores) {
    for (float& score : scores) {
      if (!std::isfinite(score)) score = 0;
    }
  }

  Eigen::VectorXf FoldIn(std::span<const std::uint32_t> rows,
                         std::span<const float> weights) const {
    Eigen::MatrixXd system = gram_;
    Eigen::VectorXd right = Eigen::VectorXd::Zero(arrays_.dim);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Eigen::VectorXd y = embeddings_.row(rows[i]).transpose().cast<double>();
      const double surplus = arrays_.confidence * weights[i];
      system.selfadjointView<Eigen::Lower>().rankUpdate(y, surplus);
      right += (1 + surplus) * y;
    }
    return system.selfadjointView<Eigen::Lower>().llt().solve(right).cast<float>();
  }

  const ImplicitAlsArrays arrays_;
  const Eigen::Map<const RowMatrix> embeddings_;
  Eigen::MatrixXd gram_;  // YᵀY + λI
};

}  // namespace

absl::StatusOr<std::unique_ptr<const Scorer>> MakeImplicitAlsScorer(ImplicitAlsArrays arrays) {
  if (arrays.item_embeddings.size() != std::size_t{arrays.items} * arrays.dim) {
    return absl::InvalidArgumentError(
        absl::StrCat("item_embeddings has ", arrays.item_embeddings.size(),
                     " numbers; right: ", arrays.items, " × ", arrays.dim));
  }
  if (!(arrays.confidence > 0) || !(arrays.regularisation > 0)) {
    return absl::InvalidArgumentError(absl::StrCat("confidence is ", arrays.confidence,
                                                   ", regularisation ", arrays.regularisation,
                                                   "; right: both above 0"));
  }
  for (const float value : arrays.item_embeddings) {
    if (!std::isfinite(value)) {
      return absl::InvalidArgumentError("item_embeddings has a number that is not finite");
    }
  }
  return std::make_unique<ImplicitAlsScorer>(std::move(arrays));
}

}  // namespace cofilter::models
