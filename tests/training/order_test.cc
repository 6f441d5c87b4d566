// What order and time add: directed lists, the trend's half-life, and whether the search sees them.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "tests/training/made_data.h"
#include "training/directed_neighbours.h"
#include "training/parameter_search.h"
#include "training/trend_half_life.h"
#include "training/validation_part.h"

namespace cofilter::training {
namespace {

Eigen::MatrixXd Dense(const models::ListBlockArrays& lists, std::size_t items) {
  Eigen::MatrixXd b =
      Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(items), static_cast<Eigen::Index>(items));
  for (std::size_t i = 0; i < items; ++i) {
    for (std::uint64_t at = lists.offsets[i]; at < lists.offsets[i + 1]; ++at)
      b(static_cast<Eigen::Index>(i), lists.targets[at]) = lists.values[at];
  }
  return b;
}

// Everybody goes an item or two on from a start of their own: what was taken together does not tell
// which came first.
data::Dataset Paths(std::size_t members, std::size_t items, data::Order order) {
  SeededRandom random(5);
  std::vector<std::vector<std::uint32_t>> histories(members);
  for (std::vector<std::uint32_t>& history : histories) {
    const std::size_t start = random.Below(items);
    const std::size_t steps = 2 + random.Below(2);
    for (std::size_t step = 0; step < steps; ++step)
      history.push_back(static_cast<std::uint32_t>((start + step) % items));
  }
  return MakeDataset(histories, items, order);
}

TEST(DirectedNeighboursTest, AgreesWithTheFormula) {
  const data::Dataset dataset = GroupedDataset(60, 30, 3, 8, data::Order::kSequence);
  const InteractionMatrix matrix = BuildInteractionMatrix(dataset);
  DirectedNeighboursSettings settings;
  settings.neighbours = 1000;
  settings.half_life_steps = 2;
  settings.longest_step = 3;
  settings.backward_share = 0.25;
  settings.member_exponent = 0.7;
  runtime::ThreadPool pool(2);
  const Eigen::MatrixXd found = Dense(TrainDirectedNeighbours(matrix, settings, &pool), 30);
  Eigen::MatrixXd expected = Eigen::MatrixXd::Zero(30, 30);
  for (std::size_t m = 0; m < dataset.members(); ++m) {
    const auto history = dataset.of(m);
    const double share = std::pow(static_cast<double>(history.size()), -0.7);
    for (std::size_t from = 0; from < history.size(); ++from) {
      for (std::size_t to = from + 1; to < history.size() && to - from <= 3; ++to) {
        const double value = share * std::exp2(-(static_cast<double>(to - from) - 1) / 2);
        expected(history[from].item, history[to].item) += value;
        expected(history[to].item, history[from].item) += 0.25 * value;
      }
    }
  }
  expected /= matrix.mean_degree();
  EXPECT_LT((found - expected).cwiseAbs().maxCoeff(), 1e-5);
}

TEST(DirectedNeighboursTest, SameBitsOnAnyNumberOfThreads) {
  const InteractionMatrix matrix =
      BuildInteractionMatrix(GroupedDataset(300, 200, 4, 3, data::Order::kSequence));
  DirectedNeighboursSettings settings;
  settings.neighbours = 5;
  runtime::ThreadPool one(1), three(3);
  const models::ListBlockArrays a = TrainDirectedNeighbours(matrix, settings, &one);
  const models::ListBlockArrays b = TrainDirectedNeighbours(matrix, settings, &three);
  EXPECT_EQ(a.offsets, b.offsets);
  EXPECT_EQ(a.targets, b.targets);
  EXPECT_EQ(a.values, b.values);
  for (std::size_t i = 0; i < 200; ++i) EXPECT_LE(a.offsets[i + 1] - a.offsets[i], 10u);
}

// One event an hour. With `fashion`, all of a day is of the day's item; without, each item has its
// share of all days.
data::Dataset Hours(std::size_t days, bool fashion) {
  SeededRandom random(3);
  data::Dataset dataset;
  dataset.order = data::Order::kTime;
  for (std::size_t i = 0; i < 200; ++i) dataset.item_ids.push_back(absl::StrFormat("i%05d", i));
  for (std::size_t hour = 0; hour < 24 * days; ++hour) {
    const std::size_t item =
        fashion ? (hour / 24 * 7 + random.Below(10)) % 200
                : static_cast<std::size_t>(200 * random.Uniform() * random.Uniform());
    const runtime::Time at{std::chrono::hours(hour)};
    dataset.member_ids.push_back(absl::StrFormat("m%05d", hour));
    dataset.interactions.push_back({static_cast<std::uint32_t>(item), 1.0f, at});
    dataset.offsets.push_back(dataset.interactions.size());
    dataset.cutoff = at;
  }
  return dataset;
}

TEST(TrendHalfLifeTest, IsShortWhereFashionRulesAndLongWhereItDoesNot) {
  runtime::ThreadPool one(1), three(3);
  const data::Dataset fashion = Hours(200, true), steady = Hours(200, false);
  EXPECT_LE(FitTrendHalfLife(fashion, &one), 3);
  EXPECT_GE(FitTrendHalfLife(steady, &one), 60);
  EXPECT_EQ(FitTrendHalfLife(fashion, &one), FitTrendHalfLife(fashion, &three));
}

TEST(TrendHalfLifeTest, CountsHalveWithAgeAndEndAtTheMoment) {
  data::Dataset dataset = MakeDataset({{0, 1, 2}}, 4, data::Order::kTime);  // days 1, 2 and 3
  const runtime::Time second_day{std::chrono::hours(48)};
  EXPECT_EQ(DecayedCounts(dataset, second_day, 1), (std::vector<float>{0.5f, 1, 0, 0}));
  EXPECT_EQ(CountsUntil(dataset, second_day), (std::vector<float>{1, 1, 0, 0}));
  EXPECT_EQ(MomentAt(dataset, 0.5), second_day);
}

TEST(ValidationPartTest, NewcomersAreLeftOutWhole) {
  const data::Dataset dataset = Paths(500, 40, data::Order::kSequence);
  const ValidationPart part = HoldOutValidation(dataset, 0.2, 1);
  EXPECT_EQ(part.newcomers.size(), 50u);
  for (const std::uint32_t member : part.newcomers) {
    EXPECT_TRUE(part.train.of(member).empty());
    EXPECT_TRUE(part.held_out[member].empty());
  }
}

TEST(OrderSearchTest, SeesThatOneThingFollowsAnother) {
  runtime::ThreadPool pool(2);
  TrainingSettings settings;
  settings.rank = 8;
  settings.given.lists = models::ListKind::kLocal;
  PartTimer timer({}, "");
  const auto choice =
      ChooseParameters(settings, Paths(600, 150, data::Order::kSequence), &pool, &timer);
  ASSERT_TRUE(choice.ok()) << choice.status();
  EXPECT_GT(choice->relative_directed, 0);
  EXPECT_EQ(choice->point.trend_exponent, 0) << "times are unknown";
  bool told = false;
  for (const PartGain& gain : choice->gains) {
    if (gain.part != "directed lists") continue;
    told = true;
    EXPECT_GT(gain.with.ndcg, gain.without.ndcg + 0.05);
  }
  EXPECT_TRUE(told);
  ASSERT_EQ(choice->evidence.size(), 2u) << "nobody has more than three events";
  for (const EvidenceGain& gain : choice->evidence) {
    EXPECT_GT(gain.with.accuracy(), gain.popularity.accuracy()) << gain.events;
    EXPECT_GE(gain.members, 10u);
  }
}

TEST(OrderSearchTest, LeavesOutWhatIsGivenAsNothing) {
  runtime::ThreadPool pool(2);
  TrainingSettings settings;
  settings.rank = 8;
  settings.given.lists = models::ListKind::kLocal;
  settings.given.directed = 0;
  settings.given.by_rank = 0;
  settings.given.prior_events = 0;
  PartTimer timer({}, "");
  const auto choice =
      ChooseParameters(settings, Paths(300, 60, data::Order::kSequence), &pool, &timer);
  ASSERT_TRUE(choice.ok()) << choice.status();
  EXPECT_EQ(choice->relative_directed, 0);
  EXPECT_EQ(choice->point.by_rank, 0);
  EXPECT_EQ(choice->point.prior_events, 0);
}

}  // namespace
}  // namespace cofilter::training
