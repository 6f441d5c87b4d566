// The score grid, the validation part, the parameter search and the trainer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "data/split.h"
#include "models/content_features.h"
#include "models/operator.h"
#include "tests/training/made_data.h"
#include "training/evaluator.h"
#include "training/parameter_search.h"
#include "training/score_grid.h"
#include "training/trainer.h"
#include "training/validation_part.h"

namespace cofilter::training {
namespace {

TrainingSettings SmallSettings() {
  TrainingSettings settings;
  settings.rank = 8;
  settings.oversampling = 8;
  settings.neighbours = 50;
  settings.ridge.neighbours = 50;
  settings.content_buckets = 1024;
  return settings;
}

TEST(ValidationPartTest, HoldsOutTheLatestWhereOrderIsKnown) {
  const data::Dataset dataset =
      MakeDataset({{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}, {3}, {4}}, 10, data::Order::kSequence);
  const ValidationPart part = HoldOutValidation(dataset, 0.2, 1);
  EXPECT_THAT(part.held_out[0],
              testing::ElementsAre(0));  // the median history is one long: only the last
  EXPECT_TRUE(part.held_out[1].empty());
  EXPECT_EQ(part.train.of(0).size(), 9u);
  EXPECT_EQ(part.train.of(1).size(), 1u);
  EXPECT_EQ(part.train.items(), 10u);
}

TEST(ValidationPartTest, HoldsOutAShareOfLongHistories) {
  const std::vector<std::uint32_t> history = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  const data::Dataset ordered = MakeDataset({history, history}, 10, data::Order::kSequence);
  EXPECT_THAT(HoldOutValidation(ordered, 0.2, 1).held_out[0], testing::ElementsAre(8, 9));
  const data::Dataset unordered = MakeDataset({history, history, history}, 10);
  const ValidationPart part = HoldOutValidation(unordered, 0.2, 1);
  for (std::size_t m = 0; m < 3; ++m) {
    EXPECT_EQ(part.held_out[m].size(), 2u);
    for (const data::Interaction& kept : part.train.of(m)) {
      EXPECT_THAT(part.held_out[m], testing::Not(testing::Contains(kept.item)));
    }
  }
  EXPECT_NE(HoldOutValidation(unordered, 0.2, 1).held_out,
            HoldOutValidation(unordered, 0.2, 2).held_out);
}

// The grid's scores are those that the operator would give: the same members, the same measures.
TEST(ScoreGridTest, AgreesWithTheOperator) {
  for (const data::Order order : {data::Order::kNone, data::Order::kTime}) {
    const data::Dataset dataset = GroupedDataset(150, 80, 4, 21, order);
    runtime::ThreadPool pool(2);
    TrainingSettings settings = SmallSettings();
    settings.search = false;
    settings.given.lists = models::ListKind::kLocal;
    settings.given.p = 0.7;
    settings.given.q = 0.2;
    settings.given.global_weight = 0.4;
    settings.given.pin = 0.5;
    settings.given.qo = -0.3;
    settings.given.by_rank = order == data::Order::kNone ? 0.0 : 0.5;
    settings.given.by_age = order == data::Order::kNone ? 0.0 : 0.25;
    if (order == data::Order::kTime) {
      settings.given.directed = 0.8;
      settings.given.directed_p = 0.9;
      settings.given.directed_q = 0.1;
      settings.given.trend = 0.5;
      settings.trend_half_life_days = 3;
    }
    settings.given.prior_events = 2;
    auto trained = TrainOperator(settings, dataset, {}, &pool);
    ASSERT_TRUE(trained.ok()) << trained.status();
    const models::OperatorArrays& arrays = trained->arrays;
    const TallMatrix embeddings = Eigen::Map<const TallMatrix>(
        arrays.embeddings.data(), 80, static_cast<Eigen::Index>(arrays.dim));
    const CatalogueFacts facts = MakeCatalogueFacts(data::ItemDegrees(dataset), dataset.item_ids);
    // What each member is asked for: two items that the member does not have.
    data::Split split;
    split.train = dataset;
    std::vector<GridMember> members;
    for (std::uint32_t m = 0; m < dataset.members(); ++m) {
      data::TestMember test{m, {}};
      GridMember member{dataset.of(m), {}};
      for (std::uint32_t item = m % 7; item < 80 && test.items.size() < 2; item += 11) {
        if (std::any_of(member.history.begin(), member.history.end(),
                        [&](const auto& have) { return have.item == item; }))
          continue;
        test.items.push_back(dataset.item_ids[item]);
        member.test.rows.push_back(item);
      }
      split.test.push_back(test);
      members.push_back(member);
    }
    ScoreGrid::Inputs inputs;
    for (const models::ListBlockArrays& list : arrays.lists) inputs.lists.push_back(&list);
    if (arrays.lists.size() > 1) inputs.directed = 1;
    inputs.trends = {arrays.trend};
    inputs.trend_base = arrays.degrees;
    inputs.embeddings = &embeddings;
    inputs.degrees = arrays.degrees;
    inputs.facts = &facts;
    inputs.order = order;
    inputs.now = dataset.cutoff;
    ScorePoint point{0, 0.7, 0.2, 0.4, 0.5, -0.3, *settings.given.by_rank, *settings.given.by_age};
    point.prior_events = 2;
    if (order == data::Order::kTime) {
      point.directed_weight = arrays.parameters.lists[1].weight;
      point.directed_source_exponent = 0.9;
      point.directed_target_exponent = 0.1;
      point.trend_exponent = 0.5;
    }
    const PointMeasures found = ScoreGrid(inputs).Measure({&point, 1}, members, 10, &pool)[0];

    const auto model = models::Operator::FromArrays(arrays);
    ASSERT_TRUE(model.ok()) << model.status();
    EvaluationSettings evaluation;
    evaluation.k = 10;
    evaluation.resamples = 0;
    const auto expected =
        Evaluate(*MakeOperatorScores(**model, dataset, {0}), split, evaluation, &pool);
    ASSERT_TRUE(expected.ok()) << expected.status();
    EXPECT_GT(found.recall, 0);
    EXPECT_NEAR(found.recall, (*expected)[0].recall.mean, 1e-6);
    EXPECT_NEAR(found.ndcg, (*expected)[0].ndcg.mean, 1e-6);
    EXPECT_NEAR(found.tail_recall, (*expected)[0].tail_recall.mean, 1e-6);
    EXPECT_NEAR(found.coverage, (*expected)[0].coverage, 1e-9);
  }
}

TEST(ParameterSearchTest, KeepsWhatIsGiven) {
  runtime::ThreadPool pool(2);
  TrainingSettings settings = SmallSettings();
  settings.given.lists = models::ListKind::kLocal;
  settings.given.q = 0.17;
  settings.given.pin = 0.33;
  PartTimer timer({}, "");
  const auto choice = ChooseParameters(settings, GroupedDataset(200, 60, 4, 5), &pool, &timer);
  ASSERT_TRUE(choice.ok()) << choice.status();
  EXPECT_EQ(choice->lists, models::ListKind::kLocal);
  EXPECT_EQ(choice->point.target_exponent, 0.17);
  EXPECT_EQ(choice->point.global_source_exponent, 0.33);
  EXPECT_GT(choice->tried.size(), 5u);
  for (const TriedPoint& tried : choice->tried) {
    EXPECT_EQ(tried.point.target_exponent, 0.17);
    EXPECT_LE(tried.measures.accuracy(),
              std::max_element(choice->tried.begin(), choice->tried.end(),
                               [](const auto& a, const auto& b) {
                                 return a.measures.accuracy() < b.measures.accuracy();
                               })
                  ->measures.accuracy());
  }
}

TEST(ParameterSearchTest, ChoosesTheBestOfWhatItTried) {
  runtime::ThreadPool pool(2);
  PartTimer timer({}, "");
  const auto choice =
      ChooseParameters(SmallSettings(), GroupedDataset(300, 60, 4, 6), &pool, &timer);
  ASSERT_TRUE(choice.ok()) << choice.status();
  double best = 0, chosen = -1;
  for (const TriedPoint& tried : choice->tried) {
    best = std::max(best, tried.measures.accuracy());
    ScorePoint point = tried.point;
    point.list = 0;
    if (tried.lists == choice->lists && point == choice->point) chosen = tried.measures.accuracy();
  }
  EXPECT_EQ(chosen, best);
}

TEST(ParameterSearchTest, SaysWhenThereAreTooFewMembers) {
  runtime::ThreadPool pool(1);
  PartTimer timer({}, "");
  const auto choice =
      ChooseParameters(SmallSettings(), MakeDataset({{0, 1}, {1, 2}}, 3), &pool, &timer);
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->validation_members, 0u);
  EXPECT_THAT(choice->why, testing::HasSubstr("only 2 members"));
}

TEST(TrainerTest, SameArraysOnAnyNumberOfThreads) {
  const data::Dataset dataset = GroupedDataset(400, 300, 5, 1, data::Order::kTime);
  const std::vector<data::Item> catalogue = GroupedCatalogue(300, 5);
  runtime::ThreadPool one(1), three(3);
  const auto a = TrainOperator(SmallSettings(), dataset, catalogue, &one);
  const auto b = TrainOperator(SmallSettings(), dataset, catalogue, &three);
  ASSERT_TRUE(a.ok() && b.ok()) << a.status() << b.status();
  EXPECT_EQ(a->report["parameters"], b->report["parameters"]);
  EXPECT_EQ(a->arrays.embeddings, b->arrays.embeddings);
  EXPECT_EQ(a->arrays.lists[0].values, b->arrays.lists[0].values);
  EXPECT_EQ(a->arrays.content.map, b->arrays.content.map);
  EXPECT_EQ(a->arrays.parameters.content.gain, b->arrays.parameters.content.gain);
  EXPECT_GT(a->arrays.parameters.content.gain, 0);
}

TEST(TrainerTest, FindsThePlantedGroups) {
  // Members read mostly within a group; most of what is listed for them must be of their group.
  const data::Dataset dataset = GroupedDataset(400, 120, 4, 13);
  runtime::ThreadPool pool(2);
  const auto trained = TrainOperator(SmallSettings(), dataset, {}, &pool);
  ASSERT_TRUE(trained.ok()) << trained.status();
  const auto model = models::Operator::FromArrays(trained->arrays);
  ASSERT_TRUE(model.ok()) << model.status();
  const std::unique_ptr<const MemberScores> scores = MakeOperatorScores(**model, dataset, {0});
  std::size_t own = 0, listed = 0;
  for (std::size_t m = 0; m < dataset.members(); ++m) {
    const std::span<const data::Interaction> history = dataset.of(m);
    scores->Score({&history, 1}, [&](std::size_t, std::size_t, std::span<float> of_items) {
      for (const data::Interaction& have : history) of_items[have.item] = kNotListed;
      std::vector<std::uint32_t> list;
      TopRows(of_items, 5, &list);
      for (const std::uint32_t row : list) own += row % 4 == m % 4;
      listed += list.size();
    });
  }
  EXPECT_GT(static_cast<double>(own), 0.9 * static_cast<double>(listed));
}

TEST(TrainerTest, DialRisesEvenly) {
  TrainingSettings settings = SmallSettings();
  settings.search = false;
  settings.given.q = 0.1;
  settings.given.dial_q = 0.5;
  runtime::ThreadPool pool(1);
  const auto trained = TrainOperator(settings, GroupedDataset(50, 30, 3, 2), {}, &pool);
  ASSERT_TRUE(trained.ok());
  const auto& dial = trained->arrays.parameters.lists[0].target_exponent;
  EXPECT_DOUBLE_EQ(dial[0], 0.1);
  EXPECT_DOUBLE_EQ(dial[5], 0.35);
  EXPECT_DOUBLE_EQ(dial[10], 0.6);
}

TEST(TrainerTest, TrendForgetsWithItsHalfLife) {
  TrainingSettings settings = SmallSettings();
  settings.search = false;
  settings.trend_half_life_days = 1;
  runtime::ThreadPool pool(1);
  // One member who read item 0 two days before item 2, and item 1 the day between.
  const auto trained =
      TrainOperator(settings, MakeDataset({{0, 1, 2}}, 3, data::Order::kTime), {}, &pool);
  ASSERT_TRUE(trained.ok()) << trained.status();
  EXPECT_THAT(trained->arrays.trend, testing::ElementsAre(0.25f, 0.5f, 1.0f));
}

TEST(TrainerTest, TrainsOnWhateverThereIs) {
  runtime::ThreadPool pool(1);
  const std::vector<data::Dataset> datasets = {
      data::Dataset(), MakeDataset({{0}}, 1), MakeDataset({{0}, {0}, {0}}, 1),
      MakeDataset({{0, 1, 2}}, 3), MakeDataset({{0}, {1}, {2}}, 3)};
  for (std::size_t d = 0; d < datasets.size(); ++d) {
    const auto trained = TrainOperator(SmallSettings(), datasets[d], GroupedCatalogue(3, 1), &pool);
    ASSERT_TRUE(trained.ok()) << d << ": " << trained.status();
    const auto model = models::Operator::FromArrays(trained->arrays);
    EXPECT_TRUE(model.ok()) << d << ": " << model.status();
  }
}

TEST(TrainerTest, RefusesSettingsOutOfRange) {
  runtime::ThreadPool pool(1);
  TrainingSettings settings;
  settings.given.p = 7;
  const auto trained = TrainOperator(settings, data::Dataset(), {}, &pool);
  EXPECT_EQ(trained.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(trained.status().message()),
              testing::HasSubstr("p is 7; right: -2 to 2"));
}

TEST(ContentTrainingTest, PlacesANewItemWithItsReaders) {
  const data::Dataset dataset = GroupedDataset(500, 150, 3, 4);
  runtime::ThreadPool pool(2);
  const auto trained = TrainOperator(SmallSettings(), dataset, GroupedCatalogue(150, 3), &pool);
  ASSERT_TRUE(trained.ok()) << trained.status();
  EXPECT_EQ(trained->report["content"]["items_with_text"], trained->arrays.item_ids.size());
  // Items held out of the choice are found by their text far oftener than by chance.
  const nlohmann::json& held_out = trained->report["content"]["held_out"];
  EXPECT_GT(held_out["recall"].get<double>(), 1.5 * held_out["by_chance"].get<double>());
  EXPECT_GE(held_out["tried"].size(), 3u);
  const auto model = models::Operator::FromArrays(trained->arrays);
  ASSERT_TRUE(model.ok()) << model.status();
  models::ContentFeatures features;
  features.title = "cooking tomorrow";
  features.topics = {"cooking"};  // group 1
  const auto item = (*model)->RelateContent(features);
  ASSERT_TRUE(item.has_value());
  std::array<double, 3> mean{};
  std::array<double, 3> of_rows{};
  std::size_t members = 0;
  for (std::size_t m = 0; m + 3 <= dataset.members(); m += 3, ++members) {
    for (std::size_t group = 0; group < 3; ++group) {
      std::vector<models::HistoryEntry> history;
      for (const data::Interaction& have : dataset.of(m + group))
        history.push_back({have.item, 1, {}});
      const models::FoldedHistory folded = (*model)->Fold(history);
      mean[group] += (*model)->ScoreForeign(folded, 0, *item);
      std::vector<float> all;
      (*model)->ScoreAll(folded, 0, &all);
      of_rows[group] += *std::max_element(all.begin(), all.end());
    }
  }
  EXPECT_GT(mean[1], 3 * std::abs(mean[0]));
  EXPECT_GT(mean[1], 3 * std::abs(mean[2]));
  // On the operator's scale: neither drowned by the best row nor far above it.
  EXPECT_GT(mean[1], 0.02 * of_rows[1]);
  EXPECT_LT(mean[1], 2 * of_rows[1]);
}

TEST(ContentTrainingTest, SaysWhyThereIsNoMap) {
  runtime::ThreadPool pool(1);
  const auto trained = TrainOperator(SmallSettings(), GroupedDataset(50, 20, 2, 1), {}, &pool);
  ASSERT_TRUE(trained.ok());
  EXPECT_EQ(trained->arrays.content.buckets, 0u);
  EXPECT_THAT(trained->report["content"]["why"].get<std::string>(),
              testing::HasSubstr("no items were given"));
}

}  // namespace
}  // namespace cofilter::training
