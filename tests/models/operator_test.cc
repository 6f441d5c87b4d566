// The operator against its formula: scores, contributions, fold-in, foreign items, degenerate
// catalogues.
#include "models/operator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "models/content_features.h"
#include "tests/models/operator_examples.h"

namespace cofilter::models {
namespace {

std::unique_ptr<const Operator> Make(const OperatorArrays& arrays) {
  auto made = Operator::FromArrays(arrays);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

std::vector<std::uint32_t> AllRows(const Operator& model) {
  std::vector<std::uint32_t> rows(model.items());
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

// What the terms of a row's score amount to, whatever their signs: rounding goes by this.
double Magnitude(const DenseReference& reference, std::span<const HistoryEntry> history, int notch,
                 std::uint32_t row) {
  double sum = 0.1;  // the products of embeddings cancel out within an entry, too
  for (const HistoryEntry& entry : history) sum += std::fabs(reference.ToRow(entry, notch, row));
  return sum;
}

// Shapes of operators that must all follow the one formula.
class OperatorFormulaTest : public testing::TestWithParam<ExampleShape> {
 protected:
  OperatorFormulaTest()
      : arrays_(MakeExample(GetParam())),
        model_(Make(arrays_)),
        reference_(arrays_),
        foreign_{.embedding = MakeEmbedding(arrays_.dim, 9), .drawn_from = {}, .resembles = {}},
        scratch_(MakeRetrievalScratch()) {
    history_ = MakeHistory(arrays_, 13, 4);
    if (arrays_.dim > 0) {
      history_.insert(history_.begin() + 3, {HistoryEntry::kForeign, 0.7f, &foreign_});
    }
  }

  const OperatorArrays arrays_;
  const std::unique_ptr<const Operator> model_;
  const DenseReference reference_;
  const ForeignItem foreign_;
  std::vector<HistoryEntry> history_;
  const RetrievalScratchPtr scratch_;
};

TEST_P(OperatorFormulaTest, ScoresEveryRowAtEveryNotchAsTheFormulaSays) {
  const FoldedHistory folded = model_->Fold(history_);
  for (int notch = 0; notch < kNotches; ++notch) {
    std::vector<RowScore> scores;
    model_->Score(folded, notch, AllRows(*model_), scratch_.get(), &scores);
    std::vector<float> all;
    model_->ScoreAll(folded, notch, &all);
    ASSERT_EQ(all.size(), model_->items());
    for (std::uint32_t row = 0; row < model_->items(); ++row) {
      const double right = reference_.Score(history_, notch, row);
      const double size = Magnitude(reference_, history_, notch, row);
      ASSERT_NEAR(scores[row].total(), right, 1e-6 * size) << "row " << row << " notch " << notch;
      ASSERT_NEAR(all[row], right, 1e-5 * size) << "row " << row << " notch " << notch;
    }
  }
}

TEST_P(OperatorFormulaTest, ContributionsAddUpToTheScoreInDoublePrecision) {
  const FoldedHistory folded = model_->Fold(history_);
  const std::vector<std::uint32_t> rows = AllRows(*model_);
  for (const int notch : {0, 4, 10}) {
    std::vector<RowScore> scores;
    model_->Score(folded, notch, rows, scratch_.get(), &scores);
    std::vector<double> parts;
    model_->Contributions(folded, notch, rows, &parts);
    ASSERT_EQ(parts.size(), rows.size() * history_.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      double sum = 0, size = 1e-30;
      for (std::size_t e = 0; e < history_.size(); ++e) {
        const double part = parts[i * history_.size() + e];
        const double right = reference_.ToRow(history_[e], notch, rows[i]);
        ASSERT_NEAR(part, right, 1e-6 * std::fabs(right) + 1e-6);
        sum += part;
        size += std::fabs(part);
      }
      ASSERT_NEAR(sum, scores[i].total(), 1e-9 * size);
    }
  }
}

TEST_P(OperatorFormulaTest, TheLargestContributionsAreThoseOfAll) {
  // One that is drawn from rows: several entries of one owner.
  ForeignItem drawn;
  drawn.resembles = {{3, 0.6f}, {9, 0.3f}};
  drawn.drawn_from = drawn.resembles;
  history_.push_back({.row = HistoryEntry::kForeign, .weight = 0.9f, .foreign = &drawn});
  const FoldedHistory folded = model_->Fold(history_);
  const std::size_t given = history_.size();
  std::vector<std::uint32_t> rows = AllRows(*model_);
  rows.push_back(7);  // twice
  std::vector<RowScore> scores;
  std::vector<double> all;
  std::vector<Contribution> largest;
  for (const int notch : {0, 6}) {
    model_->Contributions(folded, notch, rows, &all);
    for (const std::size_t count : {std::size_t{1}, std::size_t{3}, given, given + 2}) {
      // Right after the scores, and with a scratch that holds another history's.
      if (count == 3) model_->Score(folded, notch, rows, scratch_.get(), &scores);
      if (count == 1) {
        model_->Score(model_->Fold(MakeHistory(arrays_, 4, 5)), notch, rows, scratch_.get(),
                      &scores);
      }
      model_->TopContributions(folded, notch, rows, count, scratch_.get(), &largest);
      ASSERT_EQ(largest.size(), rows.size() * count);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        std::vector<Contribution> right;
        for (std::uint32_t owner = 0; owner < given; ++owner) {
          right.push_back({owner, all[i * given + owner]});
        }
        KeepLargest(count, &right);
        for (std::size_t k = 0; k < count; ++k) {
          const Contribution& found = largest[i * count + k];
          const double value = k < right.size() ? right[k].value : 0;
          ASSERT_EQ(found.value, value) << "row " << rows[i] << " place " << k;
          if (value != 0) {
            ASSERT_EQ(found.owner, right[k].owner);
          }
        }
      }
    }
  }
}

TEST_P(OperatorFormulaTest, TheBestScoresAreThoseOfAll) {
  const FoldedHistory folded = model_->Fold(history_);
  std::vector<std::uint32_t> rows = AllRows(*model_);
  std::rotate(rows.begin(), rows.begin() + 50, rows.end());
  std::vector<double> freshness;
  for (const std::uint32_t row : rows) freshness.push_back(1.0 / (1 + row % 3));
  std::vector<RowScore> all, best;
  std::size_t left_out = 0;
  for (const int notch : {0, 6}) {
    model_->Score(folded, notch, rows, scratch_.get(), &all);
    std::vector<double> ranked_by(rows.size());
    for (const bool fresh : {false, true}) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const double personal = all[i].personal();
        ranked_by[i] = personal * (fresh && personal > 0 ? freshness[i] : 1);
      }
      for (const std::size_t count : {std::size_t{1}, std::size_t{20}, rows.size()}) {
        model_->ScoreBest(folded, notch, rows, fresh ? freshness : std::vector<double>(), count,
                          scratch_.get(), &best);
        std::vector<double> falling = ranked_by;
        std::sort(falling.begin(), falling.end(), std::greater<>());
        for (std::size_t i = 0; i < rows.size(); ++i) {
          if (ranked_by[i] >= falling[count - 1]) {
            ASSERT_TRUE(best[i].exact);
          }
          if (best[i].exact) {
            ASSERT_EQ(best[i].total(), all[i].total());
          } else {
            ++left_out;
          }
        }
      }
    }
  }
  EXPECT_GT(left_out, rows.size());
}

TEST_P(OperatorFormulaTest, FoldingInPartsAddsUp) {
  const auto middle = history_.begin() + 6;
  const std::vector<HistoryEntry> first(history_.begin(), middle), second(middle, history_.end());
  std::vector<float> whole, a, b;
  model_->ScoreAll(model_->Fold(history_), 3, &whole);
  model_->ScoreAll(model_->Fold(first), 3, &a);
  model_->ScoreAll(model_->Fold(second), 3, &b);
  for (std::uint32_t row = 0; row < model_->items(); ++row) {
    ASSERT_NEAR(whole[row], a[row] + b[row], 1e-5 * Magnitude(reference_, history_, 3, row));
  }
}

TEST_P(OperatorFormulaTest, ForeignItemsScoreAsTheFormulaSays) {
  if (arrays_.dim == 0) return;  // no embeddings, so nothing is foreign
  const ForeignItem item{
      .embedding = MakeEmbedding(arrays_.dim, 77), .drawn_from = {}, .resembles = {}};
  const FoldedHistory folded = model_->Fold(history_);
  for (int notch = 0; notch < kNotches; ++notch) {
    std::vector<double> parts;
    model_->ForeignContributions(folded, notch, item, &parts);
    ASSERT_EQ(parts.size(), history_.size());
    double sum = 0, size = 0;
    for (std::size_t e = 0; e < history_.size(); ++e) {
      const double right = reference_.ToForeign(history_[e], notch, item.embedding);
      ASSERT_NEAR(parts[e], right, 1e-6 * std::fabs(right) + 1e-6);
      sum += parts[e];
      size += std::fabs(parts[e]);
    }
    ASSERT_NEAR(model_->ScoreForeign(folded, notch, item), sum, 1e-9 * size);
  }
}

TEST_P(OperatorFormulaTest, ScratchLeavesNothingBehind) {
  std::vector<RowScore> first, again;
  std::vector<RetrievedRow> best, best_again;
  const RowSet all(model_->items(), true);
  const FoldedHistory folded = model_->Fold(history_);
  const FoldedHistory other = model_->Fold(MakeHistory(arrays_, 20, 99));
  const std::vector<std::uint32_t> rows = {5, 1, 5, 100};  // one of them twice
  model_->Score(folded, 2, rows, scratch_.get(), &first);
  model_->Retrieve(folded, 2, all, 30, scratch_.get(), &best);
  model_->Retrieve(other, 7, all, 50, scratch_.get(), &best_again);
  model_->Score(other, 7, AllRows(*model_), scratch_.get(), &again);
  model_->Score(folded, 2, rows, scratch_.get(), &again);
  model_->Retrieve(folded, 2, all, 30, scratch_.get(), &best_again);
  EXPECT_EQ(first[0].total(), first[2].total());
  ASSERT_EQ(first.size(), again.size());
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(first[i].total(), again[i].total());
  ASSERT_EQ(best.size(), best_again.size());
  for (std::size_t i = 0; i < best.size(); ++i) {
    EXPECT_EQ(best[i].row, best_again[i].row);
    EXPECT_EQ(best[i].approximate, best_again[i].approximate);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, OperatorFormulaTest,
    testing::Values(ExampleShape{}, ExampleShape{.items = 130, .dim = 64, .lists = 1},
                    ExampleShape{
                        .items = 257, .dim = 7, .lists = 3, .later_weight = 0.7, .seed = 2},
                    ExampleShape{.items = 200, .dim = 0, .lists = 2, .buckets = 0},
                    ExampleShape{.items = 200, .lists = 1, .global_weight = 0},
                    ExampleShape{.items = 200, .dim = 33, .lists = 0, .seed = 3}));

TEST(OperatorTest, FindsRowsByIdAndListsThemByTrend) {
  OperatorArrays arrays = MakeExample({.items = 50});
  const auto model = Make(arrays);
  for (std::uint32_t row = 0; row < 50; ++row) {
    EXPECT_EQ(model->FindRow(arrays.item_ids[row]), row);
    EXPECT_EQ(model->item_id(row), arrays.item_ids[row]);
  }
  EXPECT_EQ(model->FindRow("item-"), std::nullopt);
  EXPECT_EQ(model->FindRow(""), std::nullopt);
  const auto rows = model->rows_by_trend();
  ASSERT_EQ(rows.size(), 50u);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const float before = model->trend(rows[i - 1]), after = model->trend(rows[i]);
    EXPECT_TRUE(before > after || (before == after && rows[i - 1] < rows[i]));
  }
}

TEST(OperatorTest, AnEmptyCatalogueAnswersNothing) {
  OperatorArrays arrays;
  arrays.name = "empty";
  arrays.parameters.lists.resize(1);
  arrays.lists.resize(1);
  arrays.lists[0].offsets = {0};
  const auto model = Make(arrays);
  const auto scratch = MakeRetrievalScratch();
  const FoldedHistory folded = model->Fold({});
  std::vector<RetrievedRow> rows = {{3, 1.0f}};
  model->Retrieve(folded, 0, RowSet(0), 10, scratch.get(), &rows);
  EXPECT_TRUE(rows.empty());
  std::vector<float> all = {1};
  model->ScoreAll(folded, 0, &all);
  EXPECT_TRUE(all.empty());
  EXPECT_EQ(model->FindRow("x"), std::nullopt);
}

TEST(OperatorTest, ACatalogueOfOneItemHasNoNeighbours) {
  const auto model = Make(MakeExample({.items = 1, .dim = 4, .lists = 1}));
  const auto scratch = MakeRetrievalScratch();
  const FoldedHistory folded = model->Fold(std::vector<HistoryEntry>{{0, 1.0f, {}}});
  std::vector<RetrievedRow> rows;
  model->Retrieve(folded, 0, RowSet(1), 10, scratch.get(), &rows);
  EXPECT_TRUE(rows.empty());
  model->Retrieve(folded, 0, RowSet(1, true), 10, scratch.get(), &rows);
  ASSERT_EQ(rows.size(), 1u);  // itself, by the global term
  std::vector<RowScore> scores;
  model->Score(folded, 0, std::vector<std::uint32_t>{0}, scratch.get(), &scores);
  EXPECT_EQ(scores[0].lists, 0);
  EXPECT_GT(scores[0].global, 0);
}

TEST(OperatorTest, AnEmptyHistoryConnectsToNothing) {
  const auto model = Make(MakeExample({}));
  const auto scratch = MakeRetrievalScratch();
  const FoldedHistory folded = model->Fold({});
  std::vector<RetrievedRow> rows;
  model->Retrieve(folded, 5, RowSet(model->items(), true), 10, scratch.get(), &rows);
  EXPECT_TRUE(rows.empty());
  std::vector<double> parts;
  model->Contributions(folded, 5, std::vector<std::uint32_t>{1, 2}, &parts);
  EXPECT_TRUE(parts.empty());
  std::vector<RowScore> scores;
  model->Score(folded, 5, std::vector<std::uint32_t>{1, 2}, scratch.get(), &scores);
  EXPECT_EQ(scores[1].total(), 0);
}

TEST(OperatorTest, WeightsThatAreNoNumbersCountNothing) {
  const OperatorArrays arrays = MakeExample({});
  const auto model = Make(arrays);
  const auto scratch = MakeRetrievalScratch();
  std::vector<HistoryEntry> history = MakeHistory(arrays, 5, 1);
  std::vector<float> right, found;
  model->ScoreAll(model->Fold(history), 0, &right);
  history.push_back({7, std::numeric_limits<float>::quiet_NaN(), {}});
  history.push_back({8, std::numeric_limits<float>::infinity(), {}});
  history.push_back({9, -1.0f, {}});
  history.push_back({HistoryEntry::kForeign, 1.0f, {}});  // without an embedding
  const FoldedHistory folded = model->Fold(history);
  model->ScoreAll(folded, 0, &found);
  EXPECT_EQ(right, found);
  std::vector<double> parts;
  model->Contributions(folded, 0, std::vector<std::uint32_t>{3}, &parts);
  EXPECT_THAT(std::span(parts).subspan(5), testing::Each(0.0));
}

TEST(OperatorTest, NumbersAtTheEdgeNeverGiveNaN) {
  OperatorArrays arrays = MakeExample({.items = 40, .dim = 8, .lists = 2});
  for (float& value : arrays.lists[0].values) value = 1e12f;
  for (float& value : arrays.lists[1].values) value = -1e12f;
  for (float& value : arrays.embeddings) value = value > 0 ? 1e12f : -1e12f;
  for (auto& list : arrays.parameters.lists) {
    list.source_exponent = -2;
    list.target_exponent.fill(-2);
  }
  arrays.parameters.global.weight = 1e6;
  arrays.parameters.global.source_exponent = -2;
  arrays.parameters.global.target_exponent.fill(-2);
  arrays.degrees[0] = 1e12f;
  const auto model = Make(arrays);
  const auto scratch = MakeRetrievalScratch();
  auto history = MakeHistory(arrays, 30, 5);
  for (HistoryEntry& entry : history) entry.weight = 1e30f;
  const FoldedHistory folded = model->Fold(history);
  std::vector<float> all;
  model->ScoreAll(folded, 0, &all);
  for (const float score : all) EXPECT_TRUE(std::isfinite(score));
  std::vector<RowScore> scores;
  model->Score(folded, 0, AllRows(*model), scratch.get(), &scores);
  for (const RowScore& score : scores) EXPECT_TRUE(std::isfinite(score.total()));
  std::vector<RetrievedRow> rows;
  model->Retrieve(folded, 0, RowSet(40, true), 10, scratch.get(), &rows);
  for (const RetrievedRow& row : rows) EXPECT_FALSE(std::isnan(row.approximate));
}

TEST(OperatorTest, ContentEmbeddingIsTheWeightedMeanOfItsFeatures) {
  const OperatorArrays arrays = MakeExample({});
  const auto model = Make(arrays);
  ContentFeatures features;
  features.title = "Safety at work, safety first";
  features.topics = {"safety"};
  const auto item = model->RelateContent(features);
  ASSERT_TRUE(item.has_value());
  EXPECT_FALSE(item->related());
  std::vector<double> right(arrays.dim);
  double squares = 0;
  for (const auto& [bucket, count] : HashFeatures(features, arrays.content.buckets)) {
    const double value = (1 + std::log(count)) * arrays.content.idf[bucket];
    squares += value * value;
    for (std::uint32_t d = 0; d < arrays.dim; ++d) {
      right[d] += value * arrays.content.map[std::size_t{bucket} * arrays.dim + d];
    }
  }
  for (std::uint32_t d = 0; d < arrays.dim; ++d) {
    EXPECT_NEAR(item->embedding[d], arrays.parameters.content.gain * right[d] / std::sqrt(squares),
                1e-5);
  }
}

TEST(OperatorTest, ContentWithoutAKnownFeatureHasNoEmbedding) {
  OperatorArrays arrays = MakeExample({});
  ContentFeatures features;
  features.title = "anything";
  EXPECT_EQ(Make(arrays)->RelateContent(ContentFeatures{}), std::nullopt);
  std::fill(arrays.content.idf.begin(), arrays.content.idf.end(), 0.0f);
  EXPECT_EQ(Make(arrays)->RelateContent(features), std::nullopt);
  EXPECT_EQ(Make(MakeExample({.buckets = 0}))->RelateContent(features), std::nullopt);
}

// Each breaks one array; the message must name it.
TEST(OperatorTest, RefusesArraysThatDoNotHoldTogether) {
  const auto refuses = [](std::string_view naming, const auto& damage) {
    OperatorArrays arrays = MakeExample({.items = 20, .dim = 4, .lists = 1, .neighbours = 5});
    damage(arrays);
    const auto made = Operator::FromArrays(std::move(arrays));
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument) << naming;
    EXPECT_THAT(std::string(made.status().message()), testing::HasSubstr(std::string(naming)));
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  refuses("name", [](auto& a) { a.name = "../x"; });
  refuses("item id", [](auto& a) { a.item_ids[3] = a.item_ids[4]; });
  refuses("item id", [](auto& a) { std::swap(a.item_ids[3], a.item_ids[4]); });
  refuses("item id", [](auto& a) { a.item_ids[0] = ""; });
  refuses("item id", [](auto& a) { a.item_ids[19] = "\xff\xff"; });
  refuses("ids.offsets", [](auto& a) { a.item_ids.pop_back(); });
  refuses("degrees", [&](auto& a) { a.degrees[2] = nan; });
  refuses("degrees", [](auto& a) { a.degrees[2] = -1; });
  refuses("trend", [](auto& a) { a.trend.pop_back(); });
  refuses("trend", [&](auto& a) { a.trend[1] = nan; });
  refuses("lists", [](auto& a) { a.lists.pop_back(); });
  refuses("list0.offsets", [](auto& a) { a.lists[0].offsets[0] = 1; });
  refuses("list0.offsets",
          [](auto& a) { std::swap(a.lists[0].offsets[3], a.lists[0].offsets[4]); });
  refuses("list0.offsets", [](auto& a) { a.lists[0].offsets.back() += 1; });
  refuses("list0.targets", [](auto& a) { a.lists[0].targets[0] = 20; });
  refuses("list0.targets",
          [](auto& a) { std::swap(a.lists[0].targets[0], a.lists[0].targets[1]); });
  refuses("list0.targets", [](auto& a) { a.lists[0].targets[0] = 0; });  // itself
  refuses("list0.values", [](auto& a) { a.lists[0].values.pop_back(); });
  refuses("list0.values", [&](auto& a) { a.lists[0].values[1] = nan; });
  refuses("list0.values", [](auto& a) { a.lists[0].values[1] = 1e20f; });
  refuses("embeddings", [](auto& a) { a.embeddings.pop_back(); });
  refuses("embeddings", [&](auto& a) { a.embeddings[5] = nan; });
  refuses("dim", [](auto& a) { a.dim = 5000; });
  refuses("content.idf", [](auto& a) { a.content.idf.pop_back(); });
  refuses("content.idf", [](auto& a) { a.content.idf[0] = -1; });
  refuses("content.map", [](auto& a) { a.content.map.pop_back(); });
  refuses("source_exponent", [](auto& a) { a.parameters.lists[0].source_exponent = 3; });
}

}  // namespace
}  // namespace cofilter::models
