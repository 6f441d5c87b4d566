// The ridge by a polynomial, against the exact one, and the parts that it is made of.
#include "training/large_ridge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include <Eigen/Dense>

#include "tests/training/made_data.h"
#include "training/gather_rows.h"
#include "training/gram_system.h"
#include "training/inverse_polynomial.h"
#include "training/seeded_random.h"

namespace cofilter::training {
namespace {

data::Dataset WeightedDataset() {
  data::Dataset dataset = GroupedDataset(80, 40, 4, 7);
  for (std::size_t k = 0; k < dataset.interactions.size(); k += 3)
    dataset.interactions[k].weight = 0.25f;
  return dataset;
}

RidgeSettings Relative(double lambda) {
  RidgeSettings settings;
  settings.member_exponent = 1;
  settings.lambda = lambda;
  settings.lambda_is_relative = true;
  settings.neighbours = 1000;
  return settings;
}

// A as the header defines it, by place.
Eigen::MatrixXd DenseSystem(const data::Dataset& dataset, const RidgeSettings& settings,
                            const GramSystem& system) {
  const auto items = static_cast<Eigen::Index>(dataset.items());
  Eigen::MatrixXd m = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(dataset.members()), items);
  for (std::size_t u = 0; u < dataset.members(); ++u) {
    for (const data::Interaction& interaction : dataset.of(u))
      m(static_cast<Eigen::Index>(u), interaction.item) = interaction.weight;
  }
  const auto power = [](const Eigen::VectorXd& sums, double exponent) -> Eigen::VectorXd {
    return sums.unaryExpr(
        [exponent](double sum) { return sum > 0 ? std::pow(sum, exponent) : 0.0; });
  };
  const Eigen::VectorXd member_sums = m.rowwise().sum(), item_sums = m.colwise().sum().transpose();
  const Eigen::MatrixXd x = power(member_sums, -settings.member_exponent / 2).asDiagonal() * m *
                            power(item_sums, -settings.item_exponent).asDiagonal();
  Eigen::MatrixXd gram = x.transpose() * x;
  gram.diagonal().array() += settings.lambda * gram.diagonal().mean();
  const Eigen::VectorXd scale = gram.diagonal().cwiseSqrt().cwiseInverse();
  const Eigen::MatrixXd scaled = scale.asDiagonal() * gram * scale.asDiagonal();
  Eigen::MatrixXd by_place(items, items);
  for (Eigen::Index i = 0; i < items; ++i) {
    for (Eigen::Index j = 0; j < items; ++j) {
      by_place(i, j) = scaled(system.items_by_place()[static_cast<std::size_t>(i)],
                              system.items_by_place()[static_cast<std::size_t>(j)]);
    }
  }
  return by_place;
}

TEST(GatherRowsTest, AddsWeightedRowsAtAnyAddress) {
  constexpr std::size_t kStride = 19;
  std::vector<float> rows(5 * kStride);
  for (std::size_t k = 0; k < rows.size(); ++k) rows[k] = static_cast<float>(k);
  const std::vector<MatrixEntry> entries = {{3, 2}, {0, 1}, {3, -1}};
  float out[17] = {};
  GatherRows<16>(
      std::span<const MatrixEntry>(entries), [](const MatrixEntry& entry) { return entry.weight; },
      rows.data() + 1, kStride, out + 1);
  for (std::size_t c = 0; c < 16; ++c)
    EXPECT_EQ(out[c + 1], rows[3 * kStride + 1 + c] + rows[1 + c]);
  EXPECT_EQ(out[0], 0);
}

TEST(GramSystemTest, MultipliesAsTheDenseMatrixDoes) {
  const data::Dataset dataset = WeightedDataset();
  const RidgeSettings settings = Relative(3);
  const GramSystem system(BuildInteractionMatrix(dataset), settings);
  const Eigen::MatrixXd a = DenseSystem(dataset, settings, system);
  EXPECT_LT((a.diagonal().array() - 1).abs().maxCoeff(), 1e-6);
  EXPECT_GE(Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(a).eigenvalues()[0],
            system.least_eigenvalue() - 1e-9);

  GramSystem::Block block = system.MakeBlock();
  system.ApplyToUnits(0.5f, 2.0f, 10, 20, &block);
  const Eigen::MatrixXd once = 2 * (a - 0.5 * Eigen::MatrixXd::Identity(40, 40)).middleCols(10, 20);
  const auto difference = [&block](const Eigen::MatrixXd& expected) {
    double worst = 0;
    for (Eigen::Index i = 0; i < expected.rows(); ++i) {
      for (Eigen::Index c = 0; c < expected.cols(); ++c) {
        worst = std::max(worst,
                         std::abs(expected(i, c) -
                                  block.columns[static_cast<std::size_t>(i) * GramSystem::kColumns +
                                                static_cast<std::size_t>(c)]));
      }
    }
    return worst;
  };
  EXPECT_LT(difference(once), 1e-5);
  system.Apply(-0.25f, &block);
  EXPECT_LT(difference((a + 0.25 * Eigen::MatrixXd::Identity(40, 40)) * once), 1e-5);
}

TEST(InversePolynomialTest, TheSpectrumHasTheMomentsOfTheMatrix) {
  const data::Dataset dataset = GroupedDataset(400, 300, 4, 9);
  const RidgeSettings settings = Relative(3);
  const GramSystem system(BuildInteractionMatrix(dataset), settings);
  const Eigen::MatrixXd a = DenseSystem(dataset, settings, system);
  double mass = 0, first = 0, second = 0;
  for (const SpectrumPoint& point : MeasureSpectrum(system, 1)) {
    mass += point.share;
    first += point.share * point.eigenvalue;
    second += point.share * point.eigenvalue * point.eigenvalue;
  }
  EXPECT_NEAR(mass, 1, 1e-6);
  EXPECT_NEAR(first, a.trace() / 300, 0.1);
  EXPECT_NEAR(second, (a * a).trace() / 300, 0.35 * (a * a).trace() / 300);
}

TEST(InversePolynomialTest, ALowerToleranceTakesMoreDegreesAndKeepsIt) {
  std::vector<SpectrumPoint> spectrum;
  for (int k = 0; k < 50; ++k) spectrum.push_back({0.5 + 0.1 * k, 0.02});
  std::size_t degree = 0;
  for (const double tolerance : {0.1, 0.01, 0.001, 1e-6}) {
    const InversePolynomial inverse = FitInverse(spectrum, tolerance, 64);
    EXPECT_LE(inverse.relative_error, tolerance);
    EXPECT_GT(inverse.degree(), degree);
    degree = inverse.degree();
    double error = 0, norm = 0;
    for (const SpectrumPoint& point : spectrum) {
      const double wanted = 1 / point.eigenvalue;
      error += point.share * std::pow(inverse.At(point.eigenvalue) - wanted, 2);
      norm += point.share * wanted * wanted;
    }
    EXPECT_NEAR(std::sqrt(error / norm), inverse.relative_error, 1e-9);
  }
  EXPECT_GT(FitInverse(spectrum, 1e-6, 3).relative_error, 1e-6);
}

TEST(LargeRidgeTest, AgreesWithTheExactRidge) {
  const InteractionMatrix matrix = BuildInteractionMatrix(WeightedDataset());
  runtime::ThreadPool pool(2);
  LargeRidgeSettings settings;
  settings.ridge = Relative(2);
  settings.tolerance = 1e-5;
  const auto exact = TrainRidge(matrix, settings.ridge, &pool);
  const auto found = TrainLargeRidge(matrix, settings, &pool);
  ASSERT_TRUE(exact.ok() && found.ok()) << found.status();
  Eigen::MatrixXd difference = Eigen::MatrixXd::Zero(40, 40);
  double largest = 0;
  for (const auto& [lists, sign] : {std::pair{&*exact, 1.0}, std::pair{&*found, -1.0}}) {
    for (std::size_t i = 0; i < 40; ++i) {
      for (std::uint64_t at = lists->offsets[i]; at < lists->offsets[i + 1]; ++at) {
        difference(static_cast<Eigen::Index>(i), lists->targets[at]) += sign * lists->values[at];
        largest = std::max(largest, std::abs(static_cast<double>(lists->values[at])));
      }
    }
  }
  EXPECT_LT(difference.cwiseAbs().maxCoeff(), 1e-3 * largest);
}

TEST(LargeRidgeTest, SameBitsOnAnyNumberOfThreads) {
  const InteractionMatrix matrix = BuildInteractionMatrix(GroupedDataset(300, 300, 4, 5));
  LargeRidgeSettings settings;
  settings.ridge = Relative(10);
  settings.ridge.neighbours = 20;
  runtime::ThreadPool one(1), three(3);
  const auto a = TrainLargeRidge(matrix, settings, &one);
  const auto b = TrainLargeRidge(matrix, settings, &three);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->offsets, b->offsets);
  EXPECT_EQ(a->targets, b->targets);
  EXPECT_EQ(a->values, b->values);
  for (std::size_t i = 0; i < 300; ++i) {
    EXPECT_LE(a->offsets[i + 1] - a->offsets[i], 40u);
    EXPECT_TRUE(std::is_sorted(a->targets.begin() + static_cast<long>(a->offsets[i]),
                               a->targets.begin() + static_cast<long>(a->offsets[i + 1])));
  }
}

TEST(LargeRidgeTest, OneItemAndNoItem) {
  runtime::ThreadPool pool(1);
  const LargeRidgeSettings settings;
  EXPECT_THAT(
      TrainLargeRidge(BuildInteractionMatrix(MakeDataset({{0}}, 1)), settings, &pool)->offsets,
      testing::ElementsAre(0, 0));
  EXPECT_THAT(TrainLargeRidge(BuildInteractionMatrix(data::Dataset()), settings, &pool)->offsets,
              testing::ElementsAre(0));
}

TEST(LargeRidgeTest, RefusesALambdaThatNoPolynomialServes) {
  runtime::ThreadPool pool(1);
  LargeRidgeSettings settings;
  settings.ridge = Relative(1e-3);
  settings.tolerance = 1e-6;
  const auto refused =
      TrainLargeRidge(BuildInteractionMatrix(GroupedDataset(400, 300, 4, 5)), settings, &pool);
  ASSERT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.status().message()), testing::HasSubstr("lambda"));
}

}  // namespace
}  // namespace cofilter::training
