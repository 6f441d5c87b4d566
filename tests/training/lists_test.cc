// List blocks against the formulas, written out densely.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "tests/training/made_data.h"
#include "training/list_selection.h"
#include "training/local_neighbours.h"
#include "training/ridge.h"
#include "training/seeded_random.h"

namespace cofilter::training {
namespace {

Eigen::MatrixXd Dense(const data::Dataset& dataset) {
  Eigen::MatrixXd m = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(dataset.members()),
                                            static_cast<Eigen::Index>(dataset.items()));
  for (std::size_t u = 0; u < dataset.members(); ++u) {
    for (const data::Interaction& interaction : dataset.of(u))
      m(static_cast<Eigen::Index>(u), interaction.item) = interaction.weight;
  }
  return m;
}

Eigen::MatrixXd Dense(const models::ListBlockArrays& lists, std::size_t items) {
  Eigen::MatrixXd b =
      Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(items), static_cast<Eigen::Index>(items));
  for (std::size_t i = 0; i < items; ++i) {
    for (std::uint64_t at = lists.offsets[i]; at < lists.offsets[i + 1]; ++at)
      b(static_cast<Eigen::Index>(i), lists.targets[at]) = lists.values[at];
  }
  return b;
}

data::Dataset WeightedDataset() {
  data::Dataset dataset = GroupedDataset(80, 40, 4, 7);
  for (std::size_t k = 0; k < dataset.interactions.size(); k += 3)
    dataset.interactions[k].weight = 0.25f;
  return dataset;
}

void ExpectSame(const models::ListBlockArrays& a, const models::ListBlockArrays& b) {
  EXPECT_EQ(a.offsets, b.offsets);
  EXPECT_EQ(a.targets, b.targets);
  EXPECT_EQ(a.values, b.values);
}

TEST(ListSelectorTest, KeepsTheUnionOfBothScales) {
  const std::vector<float> even = {1, 1, 1, 1}, tail = {1, 1, 1, 10};
  ListSelector selector({even, tail}, 1);
  std::vector<ListCandidate> row = {{3, 0.2f}, {2, -0.9f}, {0, 0.5f}};
  selector.Cut(&row);
  ASSERT_EQ(row.size(), 2u);
  EXPECT_EQ(row[0].target, 2u);  // the strongest by |value|
  EXPECT_EQ(row[1].target, 3u);  // the strongest of the tail
}

TEST(ListSelectorTest, TiesGoToTheLowerRow) {
  const std::vector<float> even(4, 1.0f);
  ListSelector selector({even}, 2);
  std::vector<ListCandidate> row = {{3, 1}, {1, 1}, {2, 1}};
  selector.Cut(&row);
  ASSERT_EQ(row.size(), 2u);
  EXPECT_EQ(row[0].target, 1u);
  EXPECT_EQ(row[1].target, 2u);
}

TEST(ListSelectorTest, ADenseRowIsCutAsASparseOne) {
  const std::size_t items = 3000;
  SeededRandom random(11);
  std::vector<float> even(items, 1.0f), tail(items), values(items);
  for (std::size_t j = 0; j < items; ++j) {
    tail[j] = 1 + static_cast<float>(j % 97);
    // Many equal strengths, many zeros, both signs.
    values[j] = std::round(4 * random.Normal()) / 4 * (j % 5 == 0 ? 0.0f : 1.0f);
  }
  for (const std::uint32_t neighbours : {1u, 40u, 700u, 2900u, 5000u}) {
    ListSelector selector({even, tail}, neighbours);
    std::vector<ListCandidate> sparse, dense;
    for (std::uint32_t j = 0; j < items; ++j) {
      if (values[j] != 0) sparse.push_back({j, values[j]});
    }
    selector.Cut(&sparse);
    selector.CutDense(values, &dense);
    ASSERT_EQ(dense.size(), sparse.size()) << neighbours;
    for (std::size_t k = 0; k < dense.size(); ++k) {
      EXPECT_EQ(dense[k].target, sparse[k].target);
      EXPECT_EQ(dense[k].value, sparse[k].value);
    }
  }
}

TEST(LocalNeighboursTest, AgreesWithTheFormula) {
  const data::Dataset dataset = WeightedDataset();
  runtime::ThreadPool pool(2);
  LocalNeighboursSettings settings;
  settings.neighbours = 1000;
  const InteractionMatrix matrix = BuildInteractionMatrix(dataset);
  const Eigen::MatrixXd found =
      Dense(TrainLocalNeighbours(matrix, settings, &pool), dataset.items());
  const Eigen::MatrixXd m = Dense(dataset);
  Eigen::MatrixXd expected =
      m.transpose() * m.rowwise().sum().cwiseInverse().asDiagonal() * m / matrix.mean_degree();
  expected.diagonal().setZero();
  EXPECT_LT((found - expected).cwiseAbs().maxCoeff(), 1e-6);
}

TEST(LocalNeighboursTest, SameBitsOnAnyNumberOfThreads) {
  const InteractionMatrix matrix = BuildInteractionMatrix(GroupedDataset(300, 200, 4, 3));
  LocalNeighboursSettings settings;
  settings.neighbours = 5;
  runtime::ThreadPool one(1), three(3);
  const models::ListBlockArrays a = TrainLocalNeighbours(matrix, settings, &one);
  ExpectSame(a, TrainLocalNeighbours(matrix, settings, &three));
  for (std::size_t i = 0; i < 200; ++i) {
    EXPECT_LE(a.offsets[i + 1] - a.offsets[i], 10u);
    EXPECT_TRUE(std::is_sorted(a.targets.begin() + static_cast<long>(a.offsets[i]),
                               a.targets.begin() + static_cast<long>(a.offsets[i + 1])));
  }
}

TEST(LocalNeighboursTest, AnItemReadAloneHasNoNeighbours) {
  runtime::ThreadPool pool(1);
  const models::ListBlockArrays lists =
      TrainLocalNeighbours(BuildInteractionMatrix(MakeDataset({{0}, {0}}, 1)), {}, &pool);
  EXPECT_THAT(lists.offsets, testing::ElementsAre(0, 0));
}

// The weights that minimise the ridge's own objective, item by item: no use of the inverse of the
// whole.
Eigen::MatrixXd RidgeByRegression(const Eigen::MatrixXd& m, const RidgeSettings& settings,
                                  double lambda) {
  const Eigen::VectorXd d = m.colwise().sum().transpose();
  const Eigen::MatrixXd x =
      m.rowwise().sum().array().pow(-settings.member_exponent / 2).matrix().asDiagonal() * m *
      d.array().pow(-settings.item_exponent).matrix().asDiagonal();
  Eigen::MatrixXd e = Eigen::MatrixXd::Zero(m.cols(), m.cols());
  for (Eigen::Index j = 0; j < m.cols(); ++j) {
    Eigen::MatrixXd others = x;
    others.col(j).setZero();
    Eigen::MatrixXd system = others.transpose() * others;
    system.diagonal().array() += lambda;
    e.col(j) = system.ldlt().solve(others.transpose() * x.col(j));
    e(j, j) = 0;
  }
  return d.array().pow(-settings.item_exponent).matrix().asDiagonal() * e *
         d.array().pow(settings.item_exponent).matrix().asDiagonal();
}

TEST(RidgeTest, AgreesWithRegressionsItemByItem) {
  const data::Dataset dataset = WeightedDataset();
  runtime::ThreadPool pool(2);
  RidgeSettings settings;
  settings.lambda = 0.7;
  settings.neighbours = 1000;
  const auto lists = TrainRidge(BuildInteractionMatrix(dataset), settings, &pool);
  ASSERT_TRUE(lists.ok()) << lists.status();
  EXPECT_LT((Dense(*lists, dataset.items()) - RidgeByRegression(Dense(dataset), settings, 0.7))
                .cwiseAbs()
                .maxCoeff(),
            1e-4);
}

TEST(RidgeTest, RelativeLambdaFollowsTheDiagonal) {
  const data::Dataset dataset = WeightedDataset();
  const Eigen::MatrixXd m = Dense(dataset);
  RidgeSettings settings;
  settings.lambda = 2;
  settings.lambda_is_relative = true;
  settings.neighbours = 1000;
  const Eigen::MatrixXd x =
      m.rowwise().sum().array().pow(-settings.member_exponent / 2).matrix().asDiagonal() * m *
      m.colwise().sum().transpose().array().pow(-settings.item_exponent).matrix().asDiagonal();
  const double lambda = 2 * x.colwise().squaredNorm().mean();
  runtime::ThreadPool pool(2);
  const auto lists = TrainRidge(BuildInteractionMatrix(dataset), settings, &pool);
  ASSERT_TRUE(lists.ok());
  EXPECT_LT((Dense(*lists, dataset.items()) - RidgeByRegression(m, settings, lambda))
                .cwiseAbs()
                .maxCoeff(),
            1e-4);
}

TEST(RidgeTest, SameBitsOnAnyNumberOfThreads) {
  const InteractionMatrix matrix = BuildInteractionMatrix(GroupedDataset(300, 300, 4, 5));
  RidgeSettings settings;
  settings.neighbours = 20;
  runtime::ThreadPool one(1), three(3);
  const auto a = TrainRidge(matrix, settings, &one), b = TrainRidge(matrix, settings, &three);
  ASSERT_TRUE(a.ok() && b.ok());
  ExpectSame(*a, *b);
}

TEST(RidgeTest, OneItemAndNoItem) {
  runtime::ThreadPool pool(1);
  EXPECT_THAT(TrainRidge(BuildInteractionMatrix(MakeDataset({{0}}, 1)), {}, &pool)->offsets,
              testing::ElementsAre(0, 0));
  EXPECT_THAT(TrainRidge(BuildInteractionMatrix(data::Dataset()), {}, &pool)->offsets,
              testing::ElementsAre(0));
}

}  // namespace
}  // namespace cofilter::training
