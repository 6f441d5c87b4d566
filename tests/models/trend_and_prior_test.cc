// Trend and popularity prior against their formulas, in scores, retrieval and reasons.
#include "models/trend_and_prior.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <numeric>

#include "models/operator.h"
#include "models/row_set.h"
#include "tests/models/operator_examples.h"

namespace cofilter::models {
namespace {

double Sum(const std::vector<float>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

class TrendAndPriorTest : public testing::TestWithParam<ExampleShape> {
 protected:
  TrendAndPriorTest() : arrays_(MakeExample(GetParam())) {
    arrays_.parameters.trend.exponent = 0.6;
    arrays_.parameters.evidence.prior_events = 3;
    model_ = *Operator::FromArrays(arrays_);
    history_ = MakeHistory(arrays_, 6, 5);
  }

  double Factor(std::uint32_t row) const {
    const double share = arrays_.degrees[row] / Sum(arrays_.degrees);
    const double trend = arrays_.trend[row] / Sum(arrays_.trend);
    return std::pow((1000 * trend + 0.02) / (1000 * share + 0.02), 0.6);
  }
  double Prior(std::uint32_t row, int notch) const {
    const OperatorParameters& p = arrays_.parameters;
    const auto& dial = p.lists.empty() ? p.global.target_exponent : p.lists[0].target_exponent;
    const double rel = std::max(1.0f, arrays_.degrees[row]) /
                       (Sum(arrays_.degrees) / static_cast<double>(arrays_.degrees.size()));
    return arrays_.trend[row] / Sum(arrays_.trend) *
           std::pow(rel, dial[0] - dial[static_cast<std::size_t>(notch)]);
  }
  // n0 over the number of events, times the sum of all scores at notch 0.
  double PriorWeight() const {
    const DenseReference reference(arrays_);
    double mass = 0;
    for (std::uint32_t row = 0; row < model_->items(); ++row) {
      if (arrays_.degrees[row] > 0) mass += reference.Score(history_, 0, row);
    }
    return 3.0 / static_cast<double>(history_.size()) * std::max(0.0, mass);
  }

  OperatorArrays arrays_;
  std::unique_ptr<const Operator> model_;
  std::vector<HistoryEntry> history_;
};

TEST_P(TrendAndPriorTest, TheBestScoresAreThoseOfAll) {
  const FoldedHistory folded = model_->Fold(history_);
  std::vector<std::uint32_t> rows(model_->items());
  std::iota(rows.begin(), rows.end(), 0u);
  std::vector<double> freshness;
  for (const std::uint32_t row : rows) freshness.push_back(1.0 / (1 + row % 4));
  const auto scratch = MakeRetrievalScratch();
  std::vector<RowScore> all, best;
  model_->Score(folded, 5, rows, scratch.get(), &all);
  std::vector<double> ranked_by;
  for (const std::uint32_t row : rows) {
    const RowScore& score = all[row];
    const double base = score.personal() == 0 ? score.prior : score.personal();
    const double rest = score.personal() == 0 ? 0 : score.trend + score.prior;
    ranked_by.push_back((base > 0 ? freshness[row] : 1) * base + rest);
  }
  std::vector<double> falling = ranked_by;
  std::sort(falling.begin(), falling.end(), std::greater<>());
  for (const std::size_t count : {std::size_t{1}, std::size_t{10}, std::size_t{40}}) {
    model_->ScoreBest(folded, 5, rows, freshness, count, scratch.get(), &best);
    for (const std::uint32_t row : rows) {
      if (ranked_by[row] >= falling[count - 1]) {
        ASSERT_TRUE(best[row].exact);
      }
      if (best[row].exact) {
        ASSERT_EQ(best[row].total(), all[row].total());
      }
    }
  }
}

TEST_P(TrendAndPriorTest, ScoresAreWhatTheFormulaSays) {
  const FoldedHistory folded = model_->Fold(history_);
  const DenseReference reference(arrays_);
  const double weight = PriorWeight();
  EXPECT_NEAR(folded.prior_weight, weight, 1e-4 * weight);
  std::vector<std::uint32_t> rows(model_->items());
  std::iota(rows.begin(), rows.end(), 0u);
  const auto scratch = MakeRetrievalScratch();
  for (const int notch : {0, 7}) {
    std::vector<RowScore> scores;
    model_->Score(folded, notch, rows, scratch.get(), &scores);
    std::vector<float> all;
    model_->ScoreAll(folded, notch, &all);
    std::vector<double> parts;
    model_->Contributions(folded, notch, rows, &parts);
    for (const std::uint32_t row : rows) {
      const double personal = reference.Score(history_, notch, row);
      const double size = 1e-5 * (1 + std::fabs(personal) * (1 + Factor(row)));
      ASSERT_NEAR(scores[row].personal(), personal, size);
      ASSERT_NEAR(scores[row].trend, personal * (Factor(row) - 1), size);
      ASSERT_NEAR(scores[row].prior, weight * Prior(row, notch), 1e-4 * weight);
      ASSERT_NEAR(all[row], scores[row].total(), 3 * size + 1e-5 * scores[row].prior);
      double reasons = 0;
      for (std::size_t e = 0; e < history_.size(); ++e) {
        reasons += parts[row * history_.size() + e];
      }
      ASSERT_NEAR(reasons, scores[row].personal(), size);
    }
  }
}

// What is switched off in a fold counts nowhere.
TEST_P(TrendAndPriorTest, AFoldMayLeaveThemOut) {
  OperatorArrays plain = arrays_;
  plain.parameters.trend = {};
  plain.parameters.evidence = {};
  const auto without = *Operator::FromArrays(plain);
  FoldedHistory folded = model_->Fold(history_);
  folded.with_trend = false;
  folded.prior_weight = 0;
  std::vector<float> a, b;
  model_->ScoreAll(folded, 2, &a);
  without->ScoreAll(without->Fold(history_), 2, &b);
  EXPECT_EQ(a, b);
}

TEST_P(TrendAndPriorTest, RetrievalHoldsTheExactBest) {
  const FoldedHistory folded = model_->Fold(history_);
  const auto scratch = MakeRetrievalScratch();
  const RowSet eligible(model_->items(), true);
  for (const int notch : {0, 5, 10}) {
    std::vector<float> all;
    model_->ScoreAll(folded, notch, &all);
    std::vector<RetrievedRow> found;
    model_->Retrieve(folded, notch, eligible, model_->items() / 2, scratch.get(), &found);
    std::vector<std::uint32_t> order(model_->items());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t x, std::uint32_t y) { return all[x] > all[y]; });
    std::size_t held = 0;
    for (std::size_t i = 0; i < 20; ++i) {
      held += std::any_of(found.begin(), found.end(),
                          [&](const RetrievedRow& row) { return row.row == order[i]; });
    }
    EXPECT_EQ(held, 20u) << "notch " << notch;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, TrendAndPriorTest,
                         testing::Values(ExampleShape{.lists = 1}, ExampleShape{.lists = 3},
                                         ExampleShape{.lists = 0},
                                         ExampleShape{.dim = 0, .lists = 2, .buckets = 0}));

// Popularity leads while a history says little, and gives way as it grows.
TEST(PriorTest, SpeaksLessAsEvidenceGrows) {
  OperatorArrays arrays = MakeTwoCommunities(60);
  arrays.parameters.evidence.prior_events = 1;
  arrays.trend.assign(60, 0.0f);
  arrays.trend[59] = 1;  // all the world reads this, and the first community does not
  const auto model = *Operator::FromArrays(arrays);
  double before = 1;
  for (const std::uint32_t events : {1u, 4u, 16u}) {
    std::vector<HistoryEntry> history;
    for (std::uint32_t row = 0; row < events; ++row) history.push_back({row, 1.0f, {}});
    std::vector<float> all;
    model->ScoreAll(model->Fold(history), 0, &all);
    double total = 0;
    for (const float score : all) total += score;
    const double share = all[59] / total;
    EXPECT_NEAR(share, 1.0 / (1 + events), 0.02);
    EXPECT_LT(share, before);
    before = share;
  }
}

}  // namespace
}  // namespace cofilter::models
