// Evaluation against hand-computed figures and against an independent slow one; reports and the
// gate.
#include "training/evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "models/scorer.h"
#include "tests/training/made_data.h"
#include "training/evaluation_models.h"
#include "training/evaluation_page.h"
#include "training/evaluation_report.h"
#include "training/gate.h"
#include "training/ranked_list.h"
#include "training/trainer.h"

namespace cofilter::training {
namespace {

using testing::HasSubstr;
using testing::Not;

// Six items with degrees 4, 3, 2, 1, 1, 1; m0 to m3.
data::Split HandSplit() {
  data::Split split;
  split.train = MakeDataset({{0, 1, 2}, {0, 1}, {0, 1, 2, 3}, {0, 4, 5}}, 6);
  split.test = {{0, {"i00003", "i00004"}}, {1, {"i00002"}}, {3, {"i00001", "nowhere"}}};
  return split;
}

EvaluationSettings Two() {
  EvaluationSettings settings;
  settings.k = 2;
  settings.resamples = 100;
  return settings;
}

TEST(EvaluatorTest, PopularityByHand) {
  const data::Split split = HandSplit();
  runtime::ThreadPool pool(2);
  const auto scorer = TrainBaseline("popularity", split.train, 1, &pool);
  ASSERT_TRUE(scorer.ok());
  const auto found = Evaluate(*MakeScorerScores(**scorer), split, Two(), &pool);
  ASSERT_TRUE(found.ok()) << found.status();
  const Evaluation& e = (*found)[0];
  // m0 gets 3, 4 (ties by id): both hit. m1 gets 2, 3: one of one. m3 gets 1, 2: one of two, the
  // other unknown.
  EXPECT_NEAR(e.recall.mean, (1 + 1 + 0.5) / 3, 1e-6);
  const double ideal = 1 + 1 / std::log2(3.0);
  EXPECT_NEAR(e.ndcg.mean, (1 + 1 + 1 / ideal) / 3, 1e-6);
  EXPECT_NEAR(e.hit_rate.mean, 1, 1e-6);
  EXPECT_NEAR(e.reciprocal_rank.mean, 1, 1e-6);
  // 80 % of 6 rounds to 5: all but row 0 are tail.
  EXPECT_NEAR(e.tail_recall.mean, (1 + 1 + 0.5) / 3, 1e-6);
  EXPECT_EQ(e.head_recall.members, 0u);
  EXPECT_NEAR(e.coverage, 4.0 / 6, 1e-9);
  // Listed 0, 1, 2, 2, 1, 0 times.
  EXPECT_NEAR(e.gini, 2.0 * (3 * 1 + 4 * 1 + 5 * 2 + 6 * 2) / (6 * 6) - 7.0 / 6, 1e-9);
  EXPECT_EQ(e.members, 3u);
  EXPECT_EQ(e.test_items, 5u);
  EXPECT_EQ(e.unknown_items, 1u);
}

// Written from the definitions, with none of the evaluator's code.
std::map<std::string, double> SlowEvaluation(const models::Scorer& scorer, const data::Split& split,
                                             std::size_t k) {
  const data::Dataset& train = split.train;
  std::map<std::string, int> degree;
  for (const std::string& id : train.item_ids) degree[id] = 0;
  for (const data::Interaction& x : train.interactions) ++degree[train.item_ids[x.item]];
  std::vector<std::string> order = train.item_ids;
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    return degree[a] != degree[b] ? degree[a] < degree[b] : a > b;
  });
  const std::set<std::string> tail(
      order.begin(),
      order.begin() + static_cast<long>(std::llround(0.8 * static_cast<double>(order.size()))));
  std::map<std::string, double> sums;
  double tail_members = 0;
  std::map<std::string, double> listed;  // how often
  double interactions = 0;
  for (const auto& [id, count] : degree) interactions += count;
  for (const data::TestMember& member : split.test) {
    std::vector<std::uint32_t> rows;
    std::vector<float> weights;
    std::set<std::string> have;
    for (const data::Interaction& x : train.of(member.member)) {
      rows.push_back(x.item);
      weights.push_back(x.weight);
      have.insert(train.item_ids[x.item]);
    }
    std::vector<float> scores(train.items());
    scorer.Score(rows, weights, scores);
    std::vector<std::pair<double, std::string>> ranking;
    for (std::size_t i = 0; i < train.items(); ++i) {
      if (have.count(train.item_ids[i]) == 0) ranking.emplace_back(-scores[i], train.item_ids[i]);
    }
    std::sort(ranking.begin(), ranking.end());
    const std::set<std::string> wanted(member.items.begin(), member.items.end());
    double hits = 0, gain = 0, ideal = 0, first = 0, tail_hits = 0, tail_wanted = 0,
           tail_listed = 0, surprise = 0;
    for (const std::string& id : wanted) tail_wanted += tail.count(id) > 0 || degree.count(id) == 0;
    for (std::size_t r = 0; r < std::min(k, ranking.size()); ++r) {
      const std::string& id = ranking[r].second;
      listed[id] += 1;
      surprise += std::log2(interactions / std::max(degree[id], 1));
      tail_listed += static_cast<double>(tail.count(id));
      if (wanted.count(id) == 0) continue;
      if (hits++ == 0) first = 1.0 / static_cast<double>(r + 1);
      gain += 1 / std::log2(static_cast<double>(r) + 2);
      tail_hits += static_cast<double>(tail.count(id));
    }
    for (std::size_t r = 0; r < std::min(k, wanted.size()); ++r)
      ideal += 1 / std::log2(static_cast<double>(r) + 2);
    const auto n = static_cast<double>(split.test.size());
    sums["recall"] += hits / static_cast<double>(wanted.size()) / n;
    sums["ndcg"] += gain / ideal / n;
    sums["mrr"] += first / n;
    sums["novelty"] += surprise / static_cast<double>(std::min(k, ranking.size())) / n;
    sums["aplt"] += tail_listed / static_cast<double>(std::min(k, ranking.size())) / n;
    if (tail_wanted > 0) {
      sums["tail"] += tail_hits / tail_wanted;
      ++tail_members;
    }
  }
  sums["tail"] /= tail_members;
  sums["coverage"] = static_cast<double>(listed.size()) / static_cast<double>(train.items());
  // The mean difference between any two items, over twice the mean.
  double differences = 0, total = 0;
  for (const std::string& a : train.item_ids) {
    total += listed[a];
    for (const std::string& b : train.item_ids) differences += std::abs(listed[a] - listed[b]);
  }
  sums["gini"] = differences / (2 * static_cast<double>(train.items()) * total);
  return sums;
}

TEST(EvaluatorTest, AgreesWithAnIndependentEvaluation) {
  const data::Dataset dataset = GroupedDataset(300, 150, 5, 31);
  const auto split = data::SplitByHash(dataset, 3, 0.3);
  ASSERT_TRUE(split.ok()) << split.status();
  runtime::ThreadPool pool(2);
  for (const char* const name : {"popularity", "item-cosine", "implicit-als:dim=8", "ease:lambda=5",
                                 "graph-filter:rank=8"}) {
    const auto scorer = TrainBaseline(name, split->train, 1, &pool);
    ASSERT_TRUE(scorer.ok()) << scorer.status();
    EvaluationSettings settings;
    settings.k = 7;
    settings.resamples = 0;
    const auto found = Evaluate(*MakeScorerScores(**scorer), *split, settings, &pool);
    ASSERT_TRUE(found.ok()) << found.status();
    const Evaluation& e = (*found)[0];
    auto slow = SlowEvaluation(**scorer, *split, 7);
    EXPECT_NEAR(e.recall.mean, slow["recall"], 1e-6) << name;
    EXPECT_NEAR(e.ndcg.mean, slow["ndcg"], 1e-6) << name;
    EXPECT_NEAR(e.reciprocal_rank.mean, slow["mrr"], 1e-6) << name;
    EXPECT_NEAR(e.tail_recall.mean, slow["tail"], 1e-6) << name;
    EXPECT_NEAR(e.tail_share.mean, slow["aplt"], 1e-6) << name;
    EXPECT_NEAR(e.coverage, slow["coverage"], 1e-9) << name;
    EXPECT_NEAR(e.novelty.mean, slow["novelty"], 1e-5) << name;
    EXPECT_NEAR(e.gini, slow["gini"], 1e-9) << name;
  }
}

TEST(EvaluatorTest, OperatorScoresEqualScoreAllAtEveryNotch) {
  const data::Dataset dataset = GroupedDataset(120, 70, 3, 8, data::Order::kSequence);
  runtime::ThreadPool pool(1);
  TrainingSettings settings;
  settings.rank = 8;
  settings.search = false;
  settings.given.by_rank = 0.7;
  settings.given.global_weight = 0.5;
  settings.given.dial_qo = 0.3;
  const auto trained = TrainOperator(settings, dataset, {}, &pool);
  ASSERT_TRUE(trained.ok()) << trained.status();
  const auto model = models::Operator::FromArrays(trained->arrays);
  ASSERT_TRUE(model.ok());
  const std::vector<int> notches = {0, 3, 10};
  std::vector<std::span<const data::Interaction>> histories;
  for (std::size_t m = 0; m < 40; ++m) histories.push_back(dataset.of(m));
  std::size_t visits = 0;
  MakeOperatorScores(**model, dataset, notches)
      ->Score(histories, [&](std::size_t m, std::size_t variant, std::span<float> scores) {
        ++visits;
        std::vector<models::HistoryEntry> entries;
        const std::vector<float> confidence(histories[m].size(), 1);
        const std::vector<double> ages(histories[m].size(), 0);
        const std::vector<float> weights =
            models::HistoryWeights((*model)->parameters().history, confidence, ages);
        for (std::size_t h = 0; h < histories[m].size(); ++h)
          entries.push_back({histories[m][histories[m].size() - 1 - h].item, weights[h], {}});
        std::vector<float> expected;
        (*model)->ScoreAll((*model)->Fold(entries), notches[variant], &expected);
        const float largest = *std::max_element(expected.begin(), expected.end());
        for (std::size_t row = 0; row < expected.size(); ++row)
          ASSERT_NEAR(scores[row], expected[row], 1e-5 * largest) << row;
      });
  EXPECT_EQ(visits, 120u);
}

TEST(EvaluatorTest, MatchesRowsByIdWhenCataloguesDiffer) {
  data::Dataset dataset = GroupedDataset(100, 40, 2, 8);
  runtime::ThreadPool pool(1);
  TrainingSettings settings;
  settings.rank = 4;
  settings.search = false;
  const auto trained = TrainOperator(settings, dataset, {}, &pool);
  ASSERT_TRUE(trained.ok());
  const auto model = models::Operator::FromArrays(trained->arrays);
  // The evaluation knows one item more, that sorts first: every row moves by one.
  dataset.item_ids.insert(dataset.item_ids.begin(), "a-newer-item");
  for (data::Interaction& x : dataset.interactions) ++x.item;
  const std::span<const data::Interaction> history = dataset.of(0);
  MakeOperatorScores(**model, dataset, {0})
      ->Score({&history, 1}, [&](std::size_t, std::size_t, std::span<float> scores) {
        EXPECT_EQ(scores[0], kNotListed);
        std::vector<models::HistoryEntry> entries;
        for (std::size_t h = history.size(); h-- > 0;)
          entries.push_back({history[h].item - 1, 1, {}});
        std::vector<float> expected;
        (*model)->ScoreAll((*model)->Fold(entries), 0, &expected);
        for (std::size_t row = 0; row < expected.size(); ++row)
          EXPECT_NEAR(scores[row + 1], expected[row], 1e-5);
      });
}

TEST(EvaluatorTest, RaisesTheAlarmOnAPlantedLeak) {
  data::Split split = HandSplit();
  split.test[1].items.push_back("i00001");  // m1 has it in the training data
  runtime::ThreadPool pool(1);
  const auto scorer = TrainBaseline("popularity", split.train, 1, &pool);
  const auto found = Evaluate(*MakeScorerScores(**scorer), split, Two(), &pool);
  EXPECT_EQ(found.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(found.status().message()),
              HasSubstr("member \"m00001\" with item \"i00001\""));
  EvaluationSettings knowing = Two();
  knowing.allow_overlap = true;
  EXPECT_TRUE(Evaluate(*MakeScorerScores(**scorer), split, knowing, &pool).ok());
}

TEST(EvaluatorTest, RaisesTheAlarmOnAModelThatSawMore) {
  const data::Dataset all = GroupedDataset(100, 40, 2, 8);
  const auto split = data::SplitByHash(all, 1, 0.2);
  ASSERT_TRUE(split.ok());
  runtime::ThreadPool pool(1);
  TrainingSettings settings;
  settings.search = false;
  const auto cheat = models::Operator::FromArrays(TrainOperator(settings, all, {}, &pool)->arrays);
  EXPECT_THAT(std::string(CheckTrainedOn(**cheat, *split).message()),
              HasSubstr("knows the whole test"));
  const auto honest =
      models::Operator::FromArrays(TrainOperator(settings, split->train, {}, &pool)->arrays);
  EXPECT_TRUE(CheckTrainedOn(**honest, *split).ok());
  // Less than the training part is other data, too.
  data::Split more = *split;
  more.train = all;
  EXPECT_THAT(std::string(CheckTrainedOn(**honest, more).message()),
              HasSubstr("other data than the training part"));
  // Artifacts of earlier versions tell no digest: their degrees betray them.
  models::OperatorArrays old = TrainOperator(settings, all, {}, &pool)->arrays;
  old.facts.data_digest.clear();
  EXPECT_THAT(
      std::string(CheckTrainedOn(**models::Operator::FromArrays(std::move(old)), *split).message()),
      HasSubstr("it may have seen the test"));
}

TEST(EvaluatorTest, SaysWhenNobodyCanBeAsked) {
  data::Split split = HandSplit();
  split.test.clear();
  runtime::ThreadPool pool(1);
  const auto scorer = TrainBaseline("popularity", split.train, 1, &pool);
  EXPECT_EQ(Evaluate(*MakeScorerScores(**scorer), split, Two(), &pool).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(EvaluatorTest, GivenTestLeavesUnknownMembersOut) {
  data::Dataset test = MakeDataset({{2}, {3}}, 4);
  test.member_ids = {"m00001", "stranger"};
  const GivenSplit given = MakeSplit(MakeDataset({{0}, {1}}, 4), test);
  ASSERT_EQ(given.split.test.size(), 1u);
  EXPECT_EQ(given.split.test[0], (data::TestMember{1, {"i00002"}}));
  EXPECT_EQ(given.unknown_members, 1u);
}

TEST(EvaluationModelsTest, ParsesNotches) {
  EXPECT_THAT(*ParseNotches("0,5-7,10"), testing::ElementsAre(0, 5, 6, 7, 10));
  EXPECT_EQ(ParseNotches("all")->size(), 11u);
  for (const char* const wrong : {"", "11", "-1", "3-1", "x", "1-2-3"})
    EXPECT_FALSE(ParseNotches(wrong).ok()) << wrong;
}

Evaluation MadeEvaluation(double recall, double tail, double coverage) {
  Evaluation e;
  e.model = "news";
  e.notch = 0;
  e.k = 20;
  e.members = 1000;
  e.test_items = 5000;
  e.catalogue = 700;
  e.recall = {recall, recall - 0.001, recall + 0.001, 1000};
  e.ndcg = {recall, recall - 0.001, recall + 0.001, 1000};
  e.tail_recall = {tail, tail - 0.001, tail + 0.001, 800};
  e.coverage = coverage;
  e.gini = 0.5;
  return e;
}

TEST(EvaluationReportTest, SurvivesTheWayThroughJson) {
  const Evaluation e = MadeEvaluation(0.2, 0.1, 0.5);
  const auto back = EvaluationFromJson(EvaluationJson(e));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(EvaluationJson(*back), EvaluationJson(e));
}

TEST(EvaluatorTest, MemberOfWhomNothingIsKnownHasNoScores) {
  const data::Dataset dataset = GroupedDataset(80, 40, 4, 1);
  TrainingSettings settings;
  settings.search = false;
  settings.rank = 8;
  runtime::ThreadPool pool(1);
  auto trained = TrainOperator(settings, dataset, {}, &pool);
  ASSERT_TRUE(trained.ok()) << trained.status();
  ASSERT_GT(trained->arrays.parameters.global.weight, 0);
  const auto op = models::Operator::FromArrays(std::move(trained->arrays));
  ASSERT_TRUE(op.ok()) << op.status();
  const std::vector<std::span<const data::Interaction>> histories = {{}, dataset.of(0)};
  double unknown = 0;
  double known = 0;
  MakeOperatorScores(**op, dataset, {0})
      ->Score(histories, [&](std::size_t member, std::size_t, std::span<float> scores) {
        for (const float score : scores) (member == 0 ? unknown : known) += std::abs(score);
      });
  EXPECT_EQ(unknown, 0);
  EXPECT_GT(known, 0);
}

TEST(EvaluationReportTest, VarietyIsShownWhereItWasMeasured) {
  Evaluation e = MadeEvaluation(0.2, 0.1, 0.5);
  EXPECT_THAT(EvaluationTable({&e, 1}), Not(HasSubstr("topic")));
  e.topic_similarity = {0.31, 0.3, 0.32, 1000};
  e.topics = {7.25, 7, 7.5, 1000};
  const std::vector<Evaluation> both = {e, MadeEvaluation(0.1, 0.1, 0.5)};
  const std::string table = EvaluationTable(both);
  EXPECT_THAT(table, HasSubstr("topic similarity  topics\n"));
  EXPECT_THAT(table, HasSubstr("0.310"));
  EXPECT_THAT(table, HasSubstr("7.2"));
  EXPECT_THAT(table, Not(HasSubstr("embedding")));
  const std::vector<EvaluationChapter> chapters = {{"news", both, {}}};
  EXPECT_THAT(EvaluationPage("page", chapters), HasSubstr("topics in a list"));
  const auto back = EvaluationFromJson(EvaluationJson(e));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->topic_similarity.mean, 0.31);
  // A report of before there was such a measure.
  nlohmann::json old = EvaluationJson(e);
  for (const char* name : {"topic_similarity", "embedding_similarity", "topics"}) old.erase(name);
  const auto read = EvaluationFromJson(old);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->topics.members, 0u);
}

TEST(EvaluationReportTest, NamesTheFieldThatIsWrong) {
  nlohmann::json json = EvaluationJson(MadeEvaluation(0.2, 0.1, 0.5));
  json["tail_recall"]["mean"] = "much";
  EXPECT_THAT(std::string(EvaluationFromJson(json).status().message()),
              HasSubstr("tail_recall.mean"));
  json = EvaluationJson(MadeEvaluation(0.2, 0.1, 0.5));
  json.erase("coverage");
  EXPECT_THAT(std::string(EvaluationFromJson(json).status().message()), HasSubstr("coverage"));
}

TEST(EvaluationReportTest, TableHasARowAModel) {
  const std::vector<Evaluation> all = {MadeEvaluation(0.2, 0.1, 0.5),
                                       MadeEvaluation(0.1, 0.2, 0.5)};
  const std::string table = EvaluationTable(all);
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 4);
  EXPECT_THAT(table, HasSubstr(".2000 ±.0010"));
}

GateDecision Decide(const Evaluation& candidate, const std::optional<Evaluation>& current,
                    const std::optional<Evaluation>& popularity = {}) {
  const auto decision = DecideGate(candidate, current, popularity, GateSettings());
  EXPECT_TRUE(decision.ok()) << decision.status();
  EXPECT_FALSE(decision->reasons.empty());
  return *decision;
}

TEST(GateTest, AcceptsAnEqualModelAndABetterOne) {
  EXPECT_TRUE(Decide(MadeEvaluation(0.2, 0.1, 0.5), MadeEvaluation(0.2, 0.1, 0.5)).accept);
  EXPECT_TRUE(Decide(MadeEvaluation(0.22, 0.12, 0.6), MadeEvaluation(0.2, 0.1, 0.5)).accept);
}

TEST(GateTest, RefusesLostAccuracyHoweverGoodTheTail) {
  const GateDecision decision =
      Decide(MadeEvaluation(0.18, 0.2, 0.9), MadeEvaluation(0.2, 0.1, 0.5));
  EXPECT_FALSE(decision.accept);
  EXPECT_THAT(decision.reasons[0], HasSubstr("recall + NDCG went from 0.4000 to 0.3600 (-10.0 %)"));
}

TEST(GateTest, RefusesALostTailHoweverAccurate) {
  const GateDecision decision =
      Decide(MadeEvaluation(0.25, 0.05, 0.5), MadeEvaluation(0.2, 0.1, 0.5));
  EXPECT_FALSE(decision.accept);
  EXPECT_THAT(decision.reasons[0], HasSubstr("tail recall"));
}

TEST(GateTest, RefusesSmallLossesOfBoth) {
  // Each alone would pass: 2.5 % of the accuracy, 9 % of the tail.
  EXPECT_TRUE(Decide(MadeEvaluation(0.1945, 0.1, 0.5), MadeEvaluation(0.2, 0.1, 0.5)).accept);
  EXPECT_TRUE(Decide(MadeEvaluation(0.2, 0.091, 0.5), MadeEvaluation(0.2, 0.1, 0.5)).accept);
  EXPECT_FALSE(Decide(MadeEvaluation(0.1945, 0.091, 0.5), MadeEvaluation(0.2, 0.1, 0.5)).accept);
}

TEST(GateTest, RefusesLostCoverage) {
  EXPECT_FALSE(Decide(MadeEvaluation(0.2, 0.1, 0.3), MadeEvaluation(0.2, 0.1, 0.5)).accept);
}

TEST(GateTest, TakesNoiseForNoise) {
  Evaluation wide = MadeEvaluation(0.19, 0.1, 0.5);
  wide.recall.low = wide.ndcg.low = 0.17;
  wide.recall.high = wide.ndcg.high = 0.21;
  EXPECT_TRUE(Decide(wide, MadeEvaluation(0.2, 0.1, 0.5)).accept);
}

TEST(GateTest, FirstModelHasToReachPopularity) {
  EXPECT_TRUE(Decide(MadeEvaluation(0.2, 0.1, 0.5), std::nullopt).accept);
  EXPECT_TRUE(
      Decide(MadeEvaluation(0.2, 0.1, 0.5), std::nullopt, MadeEvaluation(0.1, 0, 0.1)).accept);
  EXPECT_FALSE(
      Decide(MadeEvaluation(0.1, 0.1, 0.5), std::nullopt, MadeEvaluation(0.2, 0, 0.1)).accept);
}

TEST(GateTest, KeepsWhatIsInServiceWhereTooFewMembersCanBeAsked) {
  Evaluation few = MadeEvaluation(0.9, 0.9, 0.9), current = MadeEvaluation(0.2, 0.1, 0.5);
  few.members = current.members = 29;
  EXPECT_FALSE(Decide(few, current).accept);
  EXPECT_TRUE(Decide(few, std::nullopt).accept);
}

TEST(GateTest, DoesNotCompareDifferentTests) {
  Evaluation other = MadeEvaluation(0.2, 0.1, 0.5);
  other.test_items = 4999;
  EXPECT_EQ(DecideGate(MadeEvaluation(0.2, 0.1, 0.5), other, {}, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace cofilter::training
