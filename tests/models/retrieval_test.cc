// Retrieval against exact scores of all rows.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "models/operator.h"
#include "tests/models/operator_examples.h"

namespace cofilter::models {
namespace {

std::unique_ptr<const Operator> Make(const OperatorArrays& arrays) {
  auto made = Operator::FromArrays(arrays);
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

// The best `count` eligible rows by exact score above 0.
std::vector<std::uint32_t> ExactBest(const std::vector<float>& scores, const RowSet& eligible,
                                     std::size_t count) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < scores.size(); ++row) {
    if (eligible.Contains(row) && scores[row] > 0) rows.push_back(row);
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
  if (rows.size() > count) rows.resize(count);
  return rows;
}

// Share of the exact best 20 that are among the retrieved, over some histories, at one notch.
double RecallAt(const Operator& model, const OperatorArrays& arrays, int notch,
                std::size_t candidates) {
  const auto scratch = MakeRetrievalScratch();
  double held = 0, wanted = 0;
  for (std::uint32_t member = 0; member < 20; ++member) {
    const auto history = MakeHistory(arrays, 5 + member, 100 + member);
    RowSet eligible(model.items(), true);
    for (const HistoryEntry& entry : history) eligible.Remove(entry.row);
    const FoldedHistory folded = model.Fold(history);
    std::vector<RetrievedRow> retrieved;
    model.Retrieve(folded, notch, eligible, candidates, scratch.get(), &retrieved);
    std::vector<float> all;
    model.ScoreAll(folded, notch, &all);
    for (const std::uint32_t row : ExactBest(all, eligible, 20)) {
      wanted += 1;
      held += std::any_of(retrieved.begin(), retrieved.end(),
                          [&](const RetrievedRow& each) { return each.row == row; });
    }
  }
  return held / wanted;
}

TEST(RetrievalTest, AFiftiethOfTheCatalogueHoldsTheExactBestAtEveryNotch) {
  const OperatorArrays arrays =
      MakeExample({.items = 10000, .dim = 64, .lists = 1, .neighbours = 50, .buckets = 0});
  const auto model = Make(arrays);
  for (int notch = 0; notch < kNotches; ++notch) {
    EXPECT_GE(RecallAt(*model, arrays, notch, 200), 0.999) << "notch " << notch;
  }
}

// Nothing but the rounded embeddings decides here: the hardest case.
TEST(RetrievalTest, HoldsTheExactBestWithoutAnyList) {
  const OperatorArrays arrays = MakeExample(
      {.items = 10000, .dim = 64, .lists = 0, .global_weight = 1, .buckets = 0, .seed = 6});
  const auto model = Make(arrays);
  for (const int notch : {0, 5, 10}) {
    EXPECT_GE(RecallAt(*model, arrays, notch, 200), 0.99) << "notch " << notch;
  }
}

// Embeddings of which a few numbers are large, as spectral ones of niche items are.
TEST(RetrievalTest, HoldsTheExactBestWithSpikedEmbeddings) {
  OperatorArrays arrays = MakeExample(
      {.items = 10000, .dim = 64, .lists = 1, .global_weight = 1, .buckets = 0, .seed = 7});
  for (std::size_t i = 0; i < arrays.embeddings.size(); i += 41) arrays.embeddings[i] *= 8;
  const auto model = Make(arrays);
  for (const int notch : {0, 5, 10}) {
    EXPECT_GE(RecallAt(*model, arrays, notch, 200), 0.99) << "notch " << notch;
  }
}

TEST(RetrievalTest, NeighboursAloneAreExact) {
  const OperatorArrays arrays =
      MakeExample({.items = 2000, .dim = 0, .lists = 2, .later_weight = 3, .buckets = 0});
  const auto model = Make(arrays);
  const auto scratch = MakeRetrievalScratch();
  const FoldedHistory folded = model->Fold(MakeHistory(arrays, 12, 3));
  const RowSet all_rows(2000, true);
  for (const std::size_t count : {1u, 7u, 60u, 5000u}) {
    std::vector<RetrievedRow> retrieved, neighbours;
    model->Retrieve(folded, 4, all_rows, count, scratch.get(), &retrieved);
    model->RetrieveNeighbours(folded, 4, all_rows, count, scratch.get(), &neighbours);
    std::vector<float> all;
    model->ScoreAll(folded, 4, &all);
    const std::vector<std::uint32_t> right = ExactBest(all, all_rows, count);
    ASSERT_EQ(retrieved.size(), right.size());
    ASSERT_EQ(neighbours.size(), right.size());
    for (std::size_t i = 0; i < right.size(); ++i) {
      EXPECT_EQ(retrieved[i].row, right[i]);
      EXPECT_EQ(neighbours[i].row, right[i]);
      EXPECT_NEAR(retrieved[i].approximate, all[right[i]], 1e-5 * all[right[i]]);
    }
  }
}

TEST(RetrievalTest, TiesFallToTheLowerRow) {
  const OperatorArrays arrays = MakeTwoCommunities(4000);
  const auto model = Make(arrays);
  const auto scratch = MakeRetrievalScratch();
  const FoldedHistory folded = model->Fold(std::vector<HistoryEntry>{{2500, 1.0f, {}}});
  std::vector<RetrievedRow> rows;
  model->Retrieve(folded, 0, RowSet(4000, true), 100, scratch.get(), &rows);
  ASSERT_EQ(rows.size(), 100u);
  // Its five neighbours, then the rest of its community by row: all equal.
  for (std::uint32_t i = 0; i < 5; ++i) EXPECT_EQ(rows[i].row, 2501 + i);
  for (std::uint32_t i = 5; i < 100; ++i) EXPECT_EQ(rows[i].row, 2000 + i - 5);
}

TEST(RetrievalTest, GivesOnlyEligibleRows) {
  const OperatorArrays arrays = MakeExample({.items = 1000});
  const auto model = Make(arrays);
  const auto scratch = MakeRetrievalScratch();
  const FoldedHistory folded = model->Fold(MakeHistory(arrays, 10, 8));
  std::mt19937 random(1);
  for (const std::uint32_t one_in : {2u, 20u, 300u}) {
    RowSet eligible(1000);
    for (std::uint32_t row = 0; row < 1000; ++row) {
      if (random() % one_in == 0) eligible.Add(row);
    }
    std::vector<RetrievedRow> rows;
    model->Retrieve(folded, 0, eligible, 1000, scratch.get(), &rows);
    std::vector<float> all;
    model->ScoreAll(folded, 0, &all);
    for (const RetrievedRow& row : rows) EXPECT_TRUE(eligible.Contains(row.row));
    EXPECT_NEAR(static_cast<double>(rows.size()),
                static_cast<double>(ExactBest(all, eligible, 1000).size()), 25);
  }
  std::vector<RetrievedRow> rows = {{1, 1.0f}};
  model->Retrieve(folded, 0, RowSet(1000), 10, scratch.get(), &rows);
  EXPECT_TRUE(rows.empty());
  model->RetrieveNeighbours(folded, 0, RowSet(1000), 10, scratch.get(), &rows);
  EXPECT_TRUE(rows.empty());
}

TEST(RetrievalTest, ARowSetOfAnotherSizeIsCutToTheCatalogue) {
  const OperatorArrays arrays = MakeExample({.items = 100, .lists = 1});
  const auto model = Make(arrays);
  const auto scratch = MakeRetrievalScratch();
  const FoldedHistory folded = model->Fold(MakeHistory(arrays, 10, 8));
  std::vector<RetrievedRow> whole, larger, smaller;
  model->Retrieve(folded, 0, RowSet(100, true), 100, scratch.get(), &whole);
  model->Retrieve(folded, 0, RowSet(1000, true), 100, scratch.get(), &larger);
  model->Retrieve(folded, 0, RowSet(30, true), 100, scratch.get(), &smaller);
  EXPECT_EQ(whole.size(), larger.size());
  EXPECT_LT(smaller.size(), whole.size());
  for (const RetrievedRow& row : smaller) EXPECT_LT(row.row, 30u);
}

TEST(RetrievalTest, AForeignItemInTheHistoryReachesRowsEvenWithoutAGlobalTerm) {
  const OperatorArrays arrays = MakeExample({.items = 500, .lists = 1, .global_weight = 0});
  const auto model = Make(arrays);
  const auto scratch = MakeRetrievalScratch();
  const ForeignItem item{
      .embedding = MakeEmbedding(arrays.dim, 3), .drawn_from = {}, .resembles = {}};
  const std::vector<HistoryEntry> history = {{HistoryEntry::kForeign, 1.0f, &item}};
  const FoldedHistory folded = model->Fold(history);
  std::vector<RetrievedRow> rows;
  model->Retrieve(folded, 0, RowSet(500, true), 100, scratch.get(), &rows);
  ASSERT_EQ(rows.size(), 100u);
  std::vector<float> all;
  model->ScoreAll(folded, 0, &all);
  const auto best = ExactBest(all, RowSet(500, true), 10);
  for (const std::uint32_t row : best) {
    EXPECT_TRUE(std::any_of(rows.begin(), rows.end(),
                            [&](const RetrievedRow& each) { return each.row == row; }));
  }
}

TEST(RetrievalTest, OneScratchServesOperatorsOfAllSizes) {
  const auto scratch = MakeRetrievalScratch();
  for (const std::uint32_t items : {2000u, 65u, 700u, 64u, 3000u}) {
    const OperatorArrays arrays = MakeExample({.items = items, .seed = items});
    const auto model = Make(arrays);
    const FoldedHistory folded = model->Fold(MakeHistory(arrays, 10, items));
    std::vector<RetrievedRow> reused, fresh;
    model->Retrieve(folded, 1, RowSet(items, true), 20, scratch.get(), &reused);
    model->Retrieve(folded, 1, RowSet(items, true), 20, MakeRetrievalScratch().get(), &fresh);
    ASSERT_EQ(reused.size(), fresh.size());
    for (std::size_t i = 0; i < fresh.size(); ++i) EXPECT_EQ(reused[i].row, fresh[i].row);
  }
}

}  // namespace
}  // namespace cofilter::models
