// Blocked products and orthonormalisation by the Gram matrix.
#include "training/tall_matrix.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include "training/seeded_random.h"

namespace cofilter::training {
namespace {

constexpr std::size_t kRowBlock = 2048;
// Blocks whose partial results are held at a time, so that memory does not grow with the rows.
constexpr std::size_t kBlocksAtOnce = 16;

// Adds up body(begin, rows) over blocks of rows, in block order.
template <typename Body>
Eigen::MatrixXd SumOverBlocks(std::size_t rows, Eigen::Index height, Eigen::Index width,
                              runtime::ThreadPool* pool, const Body& body) {
  Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(height, width);
  std::vector<Eigen::MatrixXf> partial(kBlocksAtOnce);
  for (std::size_t first = 0; first < rows; first += kBlocksAtOnce * kRowBlock) {
    const std::size_t count = std::min(rows - first, kBlocksAtOnce * kRowBlock);
    pool->ParallelFor(count, kRowBlock, [&](std::size_t block, std::size_t begin, std::size_t end) {
      partial[block].setZero(height, width);
      body(static_cast<Eigen::Index>(first + begin), static_cast<Eigen::Index>(end - begin),
           &partial[block]);
    });
    for (std::size_t block = 0; block * kRowBlock < count; ++block) {
      sum += partial[block].cast<double>();
    }
  }
  return sum;
}

}  // namespace

Eigen::MatrixXd GramOf(const TallMatrix& a, runtime::ThreadPool* pool) {
  Eigen::MatrixXd gram = SumOverBlocks(
      static_cast<std::size_t>(a.rows()), a.cols(), a.cols(), pool,
      [&a](Eigen::Index begin, Eigen::Index rows, Eigen::MatrixXf* partial) {
        partial->selfadjointView<Eigen::Lower>().rankUpdate(a.middleRows(begin, rows).transpose());
      });
  gram.triangularView<Eigen::StrictlyUpper>() = gram.transpose();
  return gram;
}

Eigen::MatrixXd CrossGram(const TallMatrix& a, const TallMatrix& b, runtime::ThreadPool* pool) {
  return SumOverBlocks(static_cast<std::size_t>(a.rows()), a.cols(), b.cols(), pool,
                       [&](Eigen::Index begin, Eigen::Index rows, Eigen::MatrixXf* partial) {
                         partial->noalias() =
                             a.middleRows(begin, rows).transpose() * b.middleRows(begin, rows);
                       });
}

TallMatrix TimesRight(const TallMatrix& a, const Eigen::MatrixXf& right,
                      runtime::ThreadPool* pool) {
  TallMatrix product(a.rows(), right.cols());
  pool->ParallelFor(static_cast<std::size_t>(a.rows()), kRowBlock,
                    [&](std::size_t, std::size_t begin, std::size_t end) {
                      const auto first = static_cast<Eigen::Index>(begin);
                      const auto rows = static_cast<Eigen::Index>(end - begin);
                      product.middleRows(first, rows).noalias() = a.middleRows(first, rows) * right;
                    });
  return product;
}

TallMatrix Orthonormalised(const TallMatrix& a, runtime::ThreadPool* pool) {
  const Eigen::MatrixXd gram = GramOf(a, pool);
  const Eigen::LLT<Eigen::MatrixXd> cholesky(gram);
  if (cholesky.info() == Eigen::Success) {
    const Eigen::VectorXd pivots = Eigen::MatrixXd(cholesky.matrixL()).diagonal();
    if (pivots.minCoeff() > 1e-3 * pivots.maxCoeff()) {
      const Eigen::MatrixXd inverse = cholesky.matrixU().solve(
          Eigen::MatrixXd(Eigen::MatrixXd::Identity(gram.rows(), gram.cols())));
      return TimesRight(a, inverse.cast<float>(), pool);
    }
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(gram);
  const double largest = gram.rows() == 0 ? 0 : eigen.eigenvalues().maxCoeff();
  std::vector<Eigen::Index> kept;
  for (Eigen::Index k = gram.rows(); k-- > 0;) {
    if (eigen.eigenvalues()[k] > 0 && eigen.eigenvalues()[k] > largest * 1e-8) kept.push_back(k);
  }
  Eigen::MatrixXf right(gram.rows(), static_cast<Eigen::Index>(kept.size()));
  for (std::size_t k = 0; k < kept.size(); ++k) {
    right.col(static_cast<Eigen::Index>(k)) =
        (eigen.eigenvectors().col(kept[k]) / std::sqrt(eigen.eigenvalues()[kept[k]])).cast<float>();
  }
  return TimesRight(a, right, pool);
}

TallMatrix RandomTallMatrix(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  SeededRandom random(seed);
  TallMatrix matrix(rows, columns);
  for (Eigen::Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = random.Normal();
  return matrix;
}

}  // namespace cofilter::training
