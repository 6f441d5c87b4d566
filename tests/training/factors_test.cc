// Singular vectors and implicit ALS against dense solvers.
#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "tests/training/made_data.h"
#include "training/implicit_als.h"
#include "training/singular_vectors.h"

namespace cofilter::training {
namespace {

Eigen::MatrixXd Normalised(const data::Dataset& dataset) {
  Eigen::MatrixXd m = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(dataset.members()),
                                            static_cast<Eigen::Index>(dataset.items()));
  for (std::size_t u = 0; u < dataset.members(); ++u) {
    for (const data::Interaction& interaction : dataset.of(u))
      m(static_cast<Eigen::Index>(u), interaction.item) = interaction.weight;
  }
  const Eigen::ArrayXd rows = m.rowwise().sum().array().max(1e-30).rsqrt();
  const Eigen::ArrayXd columns = m.colwise().sum().transpose().array().max(1e-30).rsqrt();
  return rows.matrix().asDiagonal() * m * columns.matrix().asDiagonal();
}

TEST(SingularVectorsTest, AgreeWithADenseDecomposition) {
  const data::Dataset dataset = GroupedDataset(200, 60, 5, 11);
  runtime::ThreadPool pool(2);
  SingularVectorsSettings settings;
  settings.rank = 6;
  settings.oversampling = 20;
  settings.rounds = 40;
  const SingularVectors found =
      TrainSingularVectors(BuildInteractionMatrix(dataset), settings, &pool);
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(Normalised(dataset), Eigen::ComputeThinV);
  ASSERT_EQ(found.items.cols(), 6);
  EXPECT_NEAR(found.values[0], 1, 1e-5);
  for (Eigen::Index k = 0; k < 6; ++k) EXPECT_NEAR(found.values[k], svd.singularValues()[k], 1e-4);
  // Vectors are unique up to turns within equal values: compare what they span.
  const Eigen::MatrixXd expected =
      svd.matrixV().leftCols(6) * svd.matrixV().leftCols(6).transpose();
  const Eigen::MatrixXd v = found.items.cast<double>();
  EXPECT_LT((v * v.transpose() - expected).norm(), 2e-2);
  EXPECT_LT((v.transpose() * v - Eigen::MatrixXd::Identity(6, 6)).norm(), 1e-4);
}

TEST(SingularVectorsTest, GivesFewerWhereTheMatrixHasFewer) {
  runtime::ThreadPool pool(1);
  SingularVectorsSettings settings;
  settings.rank = 10;
  // Two groups of members with identical histories: two directions in all.
  const SingularVectors found = TrainSingularVectors(
      BuildInteractionMatrix(MakeDataset({{0, 1}, {0, 1}, {0, 1}, {2, 3}, {2, 3}, {2, 3}}, 5)),
      settings, &pool);
  ASSERT_EQ(found.items.cols(), 2);
  EXPECT_NEAR(found.values[1], 1, 1e-5);
  EXPECT_FLOAT_EQ(found.items.row(4).norm(), 0);  // nobody read it
}

TEST(SingularVectorsTest, SameBitsOnAnyNumberOfThreads) {
  const InteractionMatrix matrix = BuildInteractionMatrix(GroupedDataset(3000, 2500, 10, 4));
  SingularVectorsSettings settings;
  settings.rank = 40;
  runtime::ThreadPool one(1), three(3);
  const SingularVectors a = TrainSingularVectors(matrix, settings, &one);
  const SingularVectors b = TrainSingularVectors(matrix, settings, &three);
  ASSERT_EQ(a.items.cols(), b.items.cols());
  EXPECT_TRUE((a.items.array() == b.items.array()).all());
}

TEST(SingularVectorsTest, EmptyMatrixAndOneItem) {
  runtime::ThreadPool pool(1);
  EXPECT_EQ(TrainSingularVectors(BuildInteractionMatrix(data::Dataset()), {}, &pool).items.size(),
            0);
  const SingularVectors one =
      TrainSingularVectors(BuildInteractionMatrix(MakeDataset({{0}}, 1)), {}, &pool);
  ASSERT_EQ(one.items.size(), 1);
  EXPECT_NEAR(std::abs(one.items(0, 0)), 1, 1e-6);
}

TEST(ImplicitAlsTest, ItemsSolveTheirNormalEquations) {
  // Half a round later nothing moves any more: the members that the items imply imply the items.
  const data::Dataset dataset = GroupedDataset(60, 30, 3, 2);
  const InteractionMatrix matrix = BuildInteractionMatrix(dataset);
  ImplicitAlsSettings settings;
  settings.dim = 4;
  settings.rounds = 300;
  runtime::ThreadPool pool(2);
  const models::ImplicitAlsArrays arrays = TrainImplicitAls(matrix, settings, &pool);
  const Eigen::MatrixXd y =
      Eigen::Map<const TallMatrix>(arrays.item_embeddings.data(), 30, 4).cast<double>();
  const auto solve = [&](const Eigen::MatrixXd& fixed,
                         std::span<const MatrixEntry> entries) -> Eigen::VectorXd {
    Eigen::MatrixXd a =
        fixed.transpose() * fixed + settings.regularisation * Eigen::MatrixXd::Identity(4, 4);
    Eigen::VectorXd b = Eigen::VectorXd::Zero(4);
    for (const MatrixEntry& entry : entries) {
      const Eigen::VectorXd f = fixed.row(entry.row).transpose();
      a += settings.confidence * entry.weight * f * f.transpose();
      b += (1 + settings.confidence * entry.weight) * f;
    }
    return a.ldlt().solve(b);
  };
  Eigen::MatrixXd x(60, 4);
  for (std::size_t m = 0; m < 60; ++m)
    x.row(static_cast<Eigen::Index>(m)) = solve(y, matrix.member(m)).transpose();
  double largest = 0;
  for (std::size_t i = 0; i < 30; ++i) {
    largest = std::max(
        largest,
        (solve(x, matrix.item(i)).transpose() - y.row(static_cast<Eigen::Index>(i))).norm());
  }
  EXPECT_LT(largest, 1e-2);
}

TEST(ImplicitAlsTest, SameBitsOnAnyNumberOfThreads) {
  const InteractionMatrix matrix = BuildInteractionMatrix(GroupedDataset(300, 200, 5, 9));
  ImplicitAlsSettings settings;
  settings.dim = 16;
  settings.rounds = 2;
  runtime::ThreadPool one(1), three(3);
  EXPECT_EQ(TrainImplicitAls(matrix, settings, &one).item_embeddings,
            TrainImplicitAls(matrix, settings, &three).item_embeddings);
}

TEST(TallMatrixTest, OrthonormalisesNearlyDependentColumns) {
  runtime::ThreadPool pool(2);
  TallMatrix a = RandomTallMatrix(5000, 6, 3);
  a.col(5) = a.col(0) + 1e-5f * a.col(1);
  const TallMatrix q = Orthonormalised(Orthonormalised(a, &pool), &pool);
  EXPECT_GE(q.cols(), 5);
  EXPECT_LT((q.transpose() * q - Eigen::MatrixXf::Identity(q.cols(), q.cols())).norm(), 1e-3);
}

}  // namespace
}  // namespace cofilter::training
