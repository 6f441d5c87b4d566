// What every scorer must do, on data whose right answer is known by construction.
#include "models/scorer.h"

#include <gtest/gtest.h>
#include <Eigen/Dense>

#include <cmath>
#include <functional>
#include <memory>

#include "tests/models/operator_examples.h"

namespace cofilter::models {
namespace {

constexpr std::uint32_t kItems = 40;  // two communities of 20

// 200 members a community, each with every second item of it, so that all pairs of one parity occur
// together and the pairs of unlike parity through members in between.
struct Log {
  std::vector<std::uint64_t> offsets = {0};
  std::vector<std::uint32_t> rows;
  std::vector<float> degrees = std::vector<float>(kItems, 0.0f);
};
Log MakeLog() {
  Log log;
  for (std::uint32_t member = 0; member < 400; ++member) {
    const std::uint32_t first = member % 2 == 0 ? 0 : kItems / 2;
    for (std::uint32_t i = 0; i < kItems / 2; ++i) {
      if ((i * 7 + member / 2 * 3) % 5 < 2) log.rows.push_back(first + i);
    }
    log.offsets.push_back(log.rows.size());
  }
  for (const std::uint32_t row : log.rows) log.degrees[row] += 1;
  return log;
}

// An operator over the same log, and its scorer.
class OperatorWithScorer final : public Scorer {
 public:
  OperatorWithScorer()
      : model_(*Operator::FromArrays(MakeTwoCommunities(kItems))),
        scorer_(MakeOperatorScorer(*model_, 3)) {}
  std::string_view name() const override { return scorer_->name(); }
  std::uint32_t items() const override { return scorer_->items(); }
  void Score(std::span<const std::uint32_t> rows, std::span<const float> weights,
             std::span<float> scores) const override {
    scorer_->Score(rows, weights, scores);
  }

 private:
  const std::unique_ptr<const Operator> model_;
  const std::unique_ptr<const Scorer> scorer_;
};

ImplicitAlsArrays MakeAls() {
  ImplicitAlsArrays arrays;
  arrays.items = kItems;
  arrays.dim = 2;
  for (std::uint32_t row = 0; row < kItems; ++row) {
    const float own = 0.8f + 0.01f * static_cast<float>(row % 20);
    arrays.item_embeddings.push_back(row < kItems / 2 ? own : 0.0f);
    arrays.item_embeddings.push_back(row < kItems / 2 ? 0.0f : own);
  }
  return arrays;
}

// Two directions, one a community: what a decomposition of the log would give.
GraphFilterArrays MakeGraphFilter() {
  const Log log = MakeLog();
  GraphFilterArrays arrays;
  arrays.items = kItems;
  arrays.dim = 2;
  arrays.member_offsets = log.offsets;
  arrays.member_rows = log.rows;
  for (std::uint32_t row = 0; row < kItems; ++row) {
    const float own = std::sqrt(log.degrees[row] / 1600);
    arrays.item_embeddings.push_back(row < kItems / 2 ? own : 0.0f);
    arrays.item_embeddings.push_back(row < kItems / 2 ? 0.0f : own);
  }
  return arrays;
}

// Every item of a community points at the others of it, the nearer the more.
ListBlockArrays MakeLists() {
  ListBlockArrays lists;
  lists.offsets.push_back(0);
  for (std::uint32_t row = 0; row < kItems; ++row) {
    for (std::uint32_t other = 0; other < kItems; ++other) {
      if (other == row || (other < kItems / 2) != (row < kItems / 2)) continue;
      lists.targets.push_back(other);
      lists.values.push_back(
          1.0f / (1.0f + std::abs(static_cast<float>(other) - static_cast<float>(row))));
    }
    lists.offsets.push_back(lists.targets.size());
  }
  return lists;
}

struct Case {
  std::string name;
  std::function<std::unique_ptr<const Scorer>()> make;
  bool personal;  // scores depend on the history
};

class ScorerContractTest : public testing::TestWithParam<Case> {
 protected:
  std::vector<float> Scores(std::vector<std::uint32_t> rows, std::vector<float> weights) const {
    std::vector<float> scores(scorer_->items(), std::nanf(""));
    scorer_->Score(rows, weights, scores);
    return scores;
  }
  const std::unique_ptr<const Scorer> scorer_ = GetParam().make();
};

TEST_P(ScorerContractTest, ScoresEveryItemWithANumber) {
  EXPECT_EQ(scorer_->items(), kItems);
  EXPECT_FALSE(scorer_->name().empty());
  for (const auto& rows : std::vector<std::vector<std::uint32_t>>{{}, {0}, {3, 25, 39}}) {
    for (const float score : Scores(rows, std::vector<float>(rows.size(), 1.0f))) {
      EXPECT_TRUE(std::isfinite(score));
    }
  }
}

TEST_P(ScorerContractTest, PrefersTheCommunityOfTheHistory) {
  if (!GetParam().personal) return;  // the same list for everybody is its contract: see below
  for (const std::uint32_t first : {0u, kItems / 2}) {
    const auto scores = Scores({first + 2, first + 5, first + 9, first + 14}, {1, 1, 1, 1});
    double own = 0, other = 0;
    for (std::uint32_t row = 0; row < kItems; ++row) {
      const bool is_own = row >= first && row < first + kItems / 2;
      (is_own ? own : other) += scores[row];
    }
    EXPECT_GT(own, 1e-3);
    EXPECT_NEAR(other, 0, 1e-5 * own);
  }
}

TEST_P(ScorerContractTest, IsPersonalOrNotAsItSays) {
  EXPECT_EQ(Scores({1}, {1}) != Scores({30}, {1}), GetParam().personal);
}

TEST_P(ScorerContractTest, TheOrderOfTheHistoryDoesNotMatter) {
  const auto a = Scores({2, 5, 30}, {1.0f, 0.5f, 0.25f});
  const auto b = Scores({30, 2, 5}, {0.25f, 1.0f, 0.5f});
  for (std::uint32_t row = 0; row < kItems; ++row) EXPECT_NEAR(a[row], b[row], 1e-5);
}

TEST_P(ScorerContractTest, AHeavierItemPullsHarder) {
  if (!GetParam().personal) return;
  const auto a = Scores({2, 30}, {1.0f, 0.1f});
  const auto b = Scores({2, 30}, {0.1f, 1.0f});
  double change = 0;
  for (std::uint32_t row = 0; row < kItems / 2; ++row) change += a[row] - b[row];
  EXPECT_GT(change, 0);
}

TEST_P(ScorerContractTest, ManyAtOnceAreScoredLikeEachAlone) {
  const std::vector<std::vector<std::uint32_t>> rows = {{4, 7, 30}, {}, {39}};
  const std::vector<std::vector<float>> weights = {{1.0f, 0.3f, 0.5f}, {}, {1.0f}};
  std::vector<ScoredHistory> histories;
  for (std::size_t h = 0; h < rows.size(); ++h) histories.push_back({rows[h], weights[h]});
  std::vector<float> many(rows.size() * kItems, std::nanf(""));
  scorer_->ScoreMany(histories, many);
  for (std::size_t h = 0; h < rows.size(); ++h) {
    const std::vector<float> alone = Scores(rows[h], weights[h]);
    for (std::uint32_t row = 0; row < kItems; ++row) {
      EXPECT_NEAR(many[h * kItems + row], alone[row], 1e-5 * (1 + std::abs(alone[row])));
    }
  }
}

TEST_P(ScorerContractTest, TheSameCallGivesTheSameBits) {
  EXPECT_EQ(Scores({4, 7}, {1, 0.3f}), Scores({4, 7}, {1, 0.3f}));
}

INSTANTIATE_TEST_SUITE_P(
    Scorers, ScorerContractTest,
    testing::Values(
        Case{"popularity", [] { return MakePopularityScorer(MakeLog().degrees); }, false},
        Case{"item_cosine",
             [] {
               const Log log = MakeLog();
               return *MakeItemCosineScorer(log.offsets, log.rows, kItems);
             },
             true},
        Case{"item_list", [] { return *MakeItemListScorer("item_list", kItems, MakeLists()); },
             true},
        Case{"graph_filter", [] { return *MakeGraphFilterScorer(MakeGraphFilter()); }, true},
        Case{"implicit_als", [] { return *MakeImplicitAlsScorer(MakeAls()); }, true},
        Case{"operator", [] { return std::make_unique<const OperatorWithScorer>(); }, true}),
    [](const auto& each) { return each.param.name; });

TEST(ItemCosineScorerTest, EqualsTheFormula) {
  const Log log = MakeLog();
  const auto all = *MakeItemCosineScorer(log.offsets, log.rows, kItems, 0);
  const auto best = *MakeItemCosineScorer(log.offsets, log.rows, kItems, 5);
  std::vector<float> right(kItems), found(kItems), cut(kItems);
  for (std::size_t m = 0; m + 1 < log.offsets.size(); ++m) {
    const auto history =
        std::span(log.rows).subspan(log.offsets[m], log.offsets[m + 1] - log.offsets[m]);
    if (std::find(history.begin(), history.end(), 3u) == history.end()) continue;
    for (const std::uint32_t row : history) {
      if (row != 3) right[row] += 1 / std::sqrt(log.degrees[row] * log.degrees[3]);
    }
  }
  const std::vector<std::uint32_t> rows = {3};
  const std::vector<float> weights = {1};
  all->Score(rows, weights, found);
  best->Score(rows, weights, cut);
  int kept = 0;
  for (std::uint32_t row = 0; row < kItems; ++row) {
    EXPECT_NEAR(found[row], right[row], 1e-5);
    if (cut[row] == 0) continue;
    EXPECT_EQ(cut[row], found[row]);
    ++kept;
  }
  EXPECT_EQ(kept, 5);
}

TEST(ItemCosineScorerTest, RefusesALogThatDoesNotHoldTogether) {
  const std::vector<std::uint32_t> rows = {0, 1};
  const auto refuses = [&](std::vector<std::uint64_t> offsets, std::uint32_t items) {
    EXPECT_FALSE(MakeItemCosineScorer(offsets, rows, items).ok());
  };
  refuses({}, 2);
  refuses({1, 2}, 2);
  refuses({0, 1}, 2);
  refuses({0, 2, 1, 2}, 2);
  refuses({0, 2}, 1);
}

TEST(GraphFilterScorerTest, EqualsTheFormula) {
  GraphFilterArrays arrays = MakeGraphFilter();
  for (std::size_t i = 0; i < arrays.item_embeddings.size(); i += 3) {
    arrays.item_embeddings[i] += 0.1f;
  }
  const Log log = MakeLog();
  const std::size_t members = log.offsets.size() - 1;
  Eigen::MatrixXd normal = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(members), kItems);
  for (std::size_t m = 0; m < members; ++m) {
    const auto size = static_cast<double>(log.offsets[m + 1] - log.offsets[m]);
    for (auto at = log.offsets[m]; at < log.offsets[m + 1]; ++at) {
      normal(static_cast<Eigen::Index>(m), log.rows[at]) =
          1 / std::sqrt(size * log.degrees[log.rows[at]]);
    }
  }
  Eigen::MatrixXd vectors(kItems, 2);
  Eigen::VectorXd root(kItems);
  for (std::uint32_t row = 0; row < kItems; ++row) {
    vectors.row(row) << arrays.item_embeddings[2 * row], arrays.item_embeddings[2 * row + 1];
    root(row) = std::sqrt(log.degrees[row]);
  }
  Eigen::RowVectorXd history = Eigen::RowVectorXd::Zero(kItems);
  history(4) = 1;
  history(25) = 0.5;
  const Eigen::RowVectorXd right = history * normal.transpose() * normal +
                                   0.3 * (history * root.cwiseInverse().asDiagonal() * vectors *
                                          vectors.transpose() * root.asDiagonal());
  std::vector<float> found(kItems);
  (*MakeGraphFilterScorer(arrays))
      ->Score(std::vector<std::uint32_t>{4, 25}, std::vector<float>{1.0f, 0.5f}, found);
  for (std::uint32_t row = 0; row < kItems; ++row) EXPECT_NEAR(found[row], right(row), 1e-5);
}

TEST(GraphFilterScorerTest, RefusesArraysThatDoNotHoldTogether) {
  const auto refuses = [](const std::function<void(GraphFilterArrays*)>& damage) {
    GraphFilterArrays arrays = MakeGraphFilter();
    damage(&arrays);
    EXPECT_FALSE(MakeGraphFilterScorer(arrays).ok());
  };
  refuses([](auto* a) { a->item_embeddings.pop_back(); });
  refuses([](auto* a) { a->item_embeddings[0] = std::nanf(""); });
  refuses([](auto* a) { a->member_rows[0] = kItems; });
  refuses([](auto* a) { a->member_offsets.pop_back(); });
  refuses([](auto* a) { a->low_pass = -1; });
}

TEST(ItemListScorerTest, RefusesListsThatDoNotHoldTogether) {
  const auto refuses = [](const std::function<void(ListBlockArrays*)>& damage) {
    ListBlockArrays lists = MakeLists();
    damage(&lists);
    EXPECT_FALSE(MakeItemListScorer("lists", kItems, lists).ok());
  };
  refuses([](auto* l) { l->offsets.pop_back(); });
  refuses([](auto* l) { l->targets[3] = kItems; });
  refuses([](auto* l) { l->values[3] = std::nanf(""); });
  refuses([](auto* l) { l->values.pop_back(); });
}

TEST(ImplicitAlsScorerTest, FoldsInTheLeastSquaresSolution) {
  ImplicitAlsArrays arrays = MakeAls();
  for (std::size_t i = 0; i < arrays.item_embeddings.size(); i += 3)
    arrays.item_embeddings[i] += 0.1f;
  // Minimises Σ_j c_j (p_j − x·y_j)² + λ|x|² over all items, written down directly.
  const std::vector<std::uint32_t> rows = {4, 25};
  const std::vector<float> weights = {1.0f, 0.5f};
  Eigen::Matrix2d left = arrays.regularisation * Eigen::Matrix2d::Identity();
  Eigen::Vector2d right = Eigen::Vector2d::Zero();
  const auto embedding = [&](std::uint32_t row) {
    return Eigen::Vector2d(arrays.item_embeddings[2 * row], arrays.item_embeddings[2 * row + 1]);
  };
  for (std::uint32_t row = 0; row < kItems; ++row) {
    double confidence = 1, preference = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] != row) continue;
      confidence += arrays.confidence * weights[i];
      preference = 1;
    }
    left += confidence * embedding(row) * embedding(row).transpose();
    right += confidence * preference * embedding(row);
  }
  const Eigen::Vector2d member = left.inverse() * right;
  std::vector<float> found(kItems);
  (*MakeImplicitAlsScorer(arrays))->Score(rows, weights, found);
  for (std::uint32_t row = 0; row < kItems; ++row) {
    EXPECT_NEAR(found[row], member.dot(embedding(row)), 1e-5);
  }
}

TEST(ImplicitAlsScorerTest, RefusesArraysThatDoNotHoldTogether) {
  const auto refuses = [](const std::function<void(ImplicitAlsArrays*)>& damage) {
    ImplicitAlsArrays arrays = MakeAls();
    damage(&arrays);
    EXPECT_FALSE(MakeImplicitAlsScorer(arrays).ok());
  };
  refuses([](auto* a) { a->item_embeddings.pop_back(); });
  refuses([](auto* a) { a->item_embeddings[0] = std::nanf(""); });
  refuses([](auto* a) { a->confidence = 0; });
  refuses([](auto* a) { a->regularisation = std::nan(""); });
}

}  // namespace
}  // namespace cofilter::models
