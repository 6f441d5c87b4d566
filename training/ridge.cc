// Gram matrix, Cholesky factor, inverse by column blocks, rows cut to their strongest weights.
#include "training/ridge.h"

#include <cmath>
#include <utility>
#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "absl/strings/str_cat.h"
#include "training/list_selection.h"

namespace cofilter::training {
namespace {

constexpr std::size_t kGramBlock = 16;
constexpr std::size_t kSolveBlock = 128;
constexpr std::size_t kRowBlock = 32;

std::vector<double> Powers(const std::vector<float>& sums, double exponent) {
  std::vector<double> powers(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i)
    powers[i] = sums[i] > 0 ? std::pow(sums[i], exponent) : 0;
  return powers;
}

Eigen::MatrixXd NormalisedGram(const InteractionMatrix& matrix, const RidgeSettings& settings,
                               const std::vector<double>& item_scale, runtime::ThreadPool* pool) {
  // Both of the two factors X carry D_u^-a/2.
  const std::vector<double> member_scale = Powers(matrix.member_sums, -settings.member_exponent);
  const auto items = static_cast<Eigen::Index>(matrix.items());
  Eigen::MatrixXd gram(items, items);
  pool->ParallelFor(
      matrix.items(), kGramBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
          auto column = gram.col(static_cast<Eigen::Index>(i));
          column.setZero();
          for (const MatrixEntry& reader : matrix.item(i)) {
            const double step = reader.weight * member_scale[reader.row] * item_scale[i];
            for (const MatrixEntry& other : matrix.member(reader.row)) {
              column[other.row] += step * other.weight * item_scale[other.row];
            }
          }
        }
      });
  return gram;
}

}  // namespace

absl::StatusOr<models::ListBlockArrays> TrainRidge(const InteractionMatrix& matrix,
                                                   const RidgeSettings& settings,
                                                   runtime::ThreadPool* pool) {
  const std::size_t items = matrix.items();
  if (items == 0) return JoinListRows({});
  Eigen::MatrixXd gram =
      NormalisedGram(matrix, settings, Powers(matrix.item_sums, -settings.item_exponent), pool);
  const double lambda =
      settings.lambda * (settings.lambda_is_relative ? gram.diagonal().mean() : 1.0);
  gram.diagonal().array() += lambda;
  const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> factor(gram);
  if (factor.info() != Eigen::Success) {
    return absl::FailedPreconditionError(absl::StrCat("the ridge with lambda ", lambda,
                                                      " cannot be solved; right: a larger lambda"));
  }
  // P is symmetric: its column j serves as its row j. In single precision, which the weights have
  // anyway.
  const auto size = static_cast<Eigen::Index>(items);
  Eigen::MatrixXf inverse(size, size);
  pool->ParallelFor(items, kSolveBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
    const auto first = static_cast<Eigen::Index>(begin);
    const auto width = static_cast<Eigen::Index>(end - begin);
    Eigen::MatrixXd unit = Eigen::MatrixXd::Zero(size, width);
    unit.middleRows(first, width).setIdentity();
    factor.solveInPlace(unit);
    inverse.middleCols(first, width) = unit.cast<float>();
  });
  const Eigen::VectorXf diagonal = inverse.diagonal();

  std::vector<float> degrees(items);
  for (std::size_t i = 0; i < items; ++i) degrees[i] = static_cast<float>(matrix.degree(i));
  const std::vector<float> low = RelativeDegreePowers(degrees, -settings.target_exponent_low);
  const std::vector<float> high = RelativeDegreePowers(degrees, -settings.target_exponent_high);
  const std::vector<double> back = Powers(matrix.item_sums, settings.item_exponent);
  std::vector<ListRows> blocks((items + kRowBlock - 1) / kRowBlock);
  pool->ParallelFor(items, kRowBlock, [&](std::size_t block, std::size_t begin, std::size_t end) {
    ListSelector selector({low, high}, settings.neighbours);
    std::vector<ListCandidate> row;
    for (std::size_t i = begin; i < end; ++i) {
      row.clear();
      for (std::size_t j = 0; j < items; ++j) {
        const auto at = static_cast<Eigen::Index>(j);
        const double value = back[i] > 0
                                 ? -static_cast<double>(inverse(at, static_cast<Eigen::Index>(i))) /
                                       diagonal[at] * back[j] / back[i]
                                 : 0;
        if (j != i && value != 0)
          row.push_back({static_cast<std::uint32_t>(j), static_cast<float>(value)});
      }
      selector.Cut(&row);
      blocks[block].Append(row);
    }
  });
  return JoinListRows(std::move(blocks));
}

}  // namespace cofilter::training
