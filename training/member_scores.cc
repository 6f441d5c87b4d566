// Scorers and operators, in blocks of members.
#include "training/member_scores.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/trend_and_prior.h"
#include "training/ranked_list.h"
#include "training/tall_matrix.h"

namespace cofilter::training {
namespace {

constexpr double kMicrosecondsADay = 86'400e6;
constexpr std::uint32_t kNoRow = 0xffffffff;

class ScorerScores final : public MemberScores {
 public:
  explicit ScorerScores(const models::Scorer& scorer) : scorer_(scorer) {}

  std::string name() const override { return std::string(scorer_.name()); }
  std::span<const int> notches() const override { return notch_; }
  void Score(std::span<const std::span<const data::Interaction>> histories,
             const Visit& visit) const override {
    std::vector<std::vector<std::uint32_t>> rows(histories.size());
    std::vector<std::vector<float>> weights(histories.size());
    std::vector<models::ScoredHistory> asked;
    for (std::size_t m = 0; m < histories.size(); ++m) {
      for (const data::Interaction& interaction : histories[m]) {
        rows[m].push_back(interaction.item);
        weights[m].push_back(interaction.weight);
      }
      asked.push_back({rows[m], weights[m]});
    }
    const std::size_t items = scorer_.items();
    std::vector<float> scores(histories.size() * items);
    scorer_.ScoreMany(asked, scores);
    for (std::size_t m = 0; m < histories.size(); ++m) {
      visit(m, 0, std::span(scores).subspan(m * items, items));
    }
  }

 private:
  const models::Scorer& scorer_;
  const std::vector<int> notch_ = {-1};
};

// What the trend makes of each row's score; 1 where there is none.
std::vector<float> Factors(const models::Operator& model) {
  if (!(model.parameters().trend.exponent > 0)) return std::vector<float>(model.items(), 1.0f);
  std::vector<float> trend, degrees;
  for (std::uint32_t row = 0; row < model.items(); ++row) {
    trend.push_back(model.trend(row));
    degrees.push_back(model.degree(row));
  }
  return models::TrendFactors(trend, degrees, model.parameters().trend.exponent);
}

class OperatorScores final : public MemberScores {
 public:
  OperatorScores(const models::Operator& model, const data::Dataset& dataset,
                 std::vector<int> notches)
      : model_(model),
        order_(dataset.order),
        cutoff_(dataset.cutoff),
        notches_(std::move(notches)) {
    for (const std::string& id : dataset.item_ids)
      rows_.push_back(model.FindRow(id).value_or(kNoRow));
    double sum = 0;
    for (std::uint32_t row = 0; row < model.items(); ++row) sum += model.degree(row);
    const double mean = sum > 0 ? sum / model.items() : 1;
    const models::GlobalParameters& global = model.parameters().global;
    const std::vector<float> factors = Factors(model);
    for (const int notch : notches_) {
      std::vector<float>& scale = global_scales_.emplace_back(model.items());
      for (std::uint32_t row = 0; row < model.items(); ++row) {
        const double rel = std::max(1.0, static_cast<double>(model.degree(row))) / mean;
        scale[row] = static_cast<float>(
            global.weight * factors[row] *
            std::pow(rel, -global.target_exponent[static_cast<std::size_t>(notch)]));
      }
    }
  }

  std::string name() const override { return model_.name(); }
  std::span<const int> notches() const override { return notches_; }

  void Score(std::span<const std::span<const data::Interaction>> histories,
             const Visit& visit) const override {
    std::vector<models::FoldedHistory> folded;
    for (const auto& history : histories) folded.push_back(Fold(history));
    const auto dim = static_cast<Eigen::Index>(model_.dim());
    const bool with_global = model_.parameters().global.weight > 0 && dim > 0 && model_.items() > 0;
    TallMatrix products;
    if (with_global) {
      TallMatrix queries = TallMatrix::Zero(static_cast<Eigen::Index>(folded.size()), dim);
      for (std::size_t m = 0; m < folded.size(); ++m) {
        if (folded[m].row_query.empty()) continue;  // nothing is known of the member
        for (Eigen::Index d = 0; d < dim; ++d) {
          queries(static_cast<Eigen::Index>(m), d) =
              static_cast<float>(folded[m].row_query[static_cast<std::size_t>(d)]);
        }
      }
      // Embeddings lie row by row, one after the other.
      const Eigen::Map<const TallMatrix> embeddings(model_.embedding(0).data(),
                                                    static_cast<Eigen::Index>(model_.items()), dim);
      products.noalias() = queries * embeddings.transpose();
    }
    std::vector<float> all, scores(rows_.size());
    for (std::size_t m = 0; m < folded.size(); ++m) {
      folded[m].row_query.clear();  // ScoreAll then gives all but the global part
      for (std::size_t variant = 0; variant < notches_.size(); ++variant) {
        model_.ScoreAll(folded[m], notches_[variant], &all);
        if (with_global) {
          const float* const product = products.row(static_cast<Eigen::Index>(m)).data();
          const float* const scale = global_scales_[variant].data();
          for (std::size_t row = 0; row < all.size(); ++row) all[row] += scale[row] * product[row];
        }
        for (std::size_t row = 0; row < rows_.size(); ++row) {
          scores[row] = rows_[row] == kNoRow ? kNotListed : all[rows_[row]];
        }
        visit(m, variant, scores);
      }
    }
  }

 private:
  models::FoldedHistory Fold(std::span<const data::Interaction> history) const {
    std::vector<std::uint32_t> rows;
    std::vector<float> confidence;
    std::vector<double> ages;
    for (std::size_t h = history.size(); h-- > 0;) {  // the latest first
      if (rows_[history[h].item] == kNoRow) continue;
      rows.push_back(rows_[history[h].item]);
      confidence.push_back(history[h].weight);
      ages.push_back(order_ == data::Order::kTime
                         ? std::max(0.0, static_cast<double>((cutoff_ - history[h].at).count()) /
                                             kMicrosecondsADay)
                         : 0.0);
    }
    const std::vector<float> weights =
        models::HistoryWeights(model_.parameters().history, confidence, ages);
    std::vector<models::HistoryEntry> entries;
    for (std::size_t h = 0; h < rows.size(); ++h) {
      if (weights[h] > 0) entries.push_back({rows[h], weights[h], {}});
    }
    return model_.Fold(entries);
  }

  const models::Operator& model_;
  const data::Order order_;
  const runtime::Time cutoff_;
  const std::vector<int> notches_;
  std::vector<std::uint32_t> rows_;  // of the operator, by row of the dataset
  std::vector<std::vector<float>>
      global_scales_;  // g f rel^-q_g, [variants][items of the operator]
};

}  // namespace

std::unique_ptr<const MemberScores> MakeScorerScores(const models::Scorer& scorer) {
  return std::make_unique<ScorerScores>(scorer);
}

std::unique_ptr<const MemberScores> MakeOperatorScores(const models::Operator& model,
                                                       const data::Dataset& dataset,
                                                       std::vector<int> notches) {
  return std::make_unique<OperatorScores>(model, dataset, std::move(notches));
}

}  // namespace cofilter::training
