// Conjugate gradient on the buckets that occur.
#include "training/feature_regression.h"

#include <cmath>

namespace cofilter::training {
namespace {

constexpr std::size_t kBlock = 256;

struct SparseEntry {
  std::uint32_t row;
  float value;
};

// Rows of sparse entries, both ways.
struct SparseRows {
  std::vector<std::uint64_t> offsets = {0};
  std::vector<SparseEntry> entries;

  std::size_t rows() const { return offsets.size() - 1; }
  // to = this · from.
  void Times(const TallMatrix& from, TallMatrix* to, runtime::ThreadPool* pool) const {
    to->resize(static_cast<Eigen::Index>(rows()), from.cols());
    pool->ParallelFor(rows(), kBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) {
        auto out = to->row(static_cast<Eigen::Index>(r));
        out.setZero();
        for (std::uint64_t at = offsets[r]; at < offsets[r + 1]; ++at) {
          out += entries[at].value * from.row(entries[at].row);
        }
      }
    });
  }
};

SparseRows Transposed(const SparseRows& by_row, std::size_t columns) {
  SparseRows by_column;
  by_column.offsets.assign(columns + 1, 0);
  for (const SparseEntry& entry : by_row.entries) ++by_column.offsets[entry.row + 1];
  for (std::size_t c = 0; c < columns; ++c) by_column.offsets[c + 1] += by_column.offsets[c];
  by_column.entries.resize(by_row.entries.size());
  std::vector<std::uint64_t> next(by_column.offsets.begin(), by_column.offsets.end() - 1);
  for (std::size_t r = 0; r < by_row.rows(); ++r) {
    for (std::uint64_t at = by_row.offsets[r]; at < by_row.offsets[r + 1]; ++at) {
      const SparseEntry& entry = by_row.entries[at];
      by_column.entries[next[entry.row]++] = {static_cast<std::uint32_t>(r), entry.value};
    }
  }
  return by_column;
}

// Sums of a ∘ b by column, in double.
Eigen::ArrayXd ColumnDots(const TallMatrix& a, const TallMatrix& b) {
  Eigen::ArrayXd sums = Eigen::ArrayXd::Zero(a.cols());
  for (Eigen::Index r = 0; r < a.rows(); ++r) {
    sums += (a.row(r).array() * b.row(r).array()).cast<double>().transpose();
  }
  return sums;
}

}  // namespace

TallMatrix SolveFeatureRegression(std::span<const SparseFeatures> features,
                                  std::span<const float> confidence, const TallMatrix& targets,
                                  std::uint32_t buckets, double lambda, std::uint32_t iterations,
                                  runtime::ThreadPool* pool) {
  // Buckets that occur, renumbered; rows scaled by the root of their confidence.
  std::vector<std::uint32_t> dense(buckets, 0), used;
  std::vector<bool> seen(buckets, false);
  for (const SparseFeatures& row : features) {
    for (const auto& [bucket, value] : row) seen[bucket] = true;
  }
  for (std::uint32_t bucket = 0; bucket < buckets; ++bucket) {
    if (!seen[bucket]) continue;
    dense[bucket] = static_cast<std::uint32_t>(used.size());
    used.push_back(bucket);
  }
  SparseRows x;
  TallMatrix y = targets;
  for (std::size_t r = 0; r < features.size(); ++r) {
    const float root = std::sqrt(confidence[r]);
    for (const auto& [bucket, value] : features[r])
      x.entries.push_back({dense[bucket], value * root});
    x.offsets.push_back(x.entries.size());
    y.row(static_cast<Eigen::Index>(r)) *= root;
  }
  const SparseRows xt = Transposed(x, used.size());

  const auto height = static_cast<Eigen::Index>(used.size());
  Eigen::VectorXf inverse_diagonal(height);
  for (std::size_t b = 0; b < used.size(); ++b) {
    double sum = lambda;
    for (std::uint64_t at = xt.offsets[b]; at < xt.offsets[b + 1]; ++at) {
      sum += static_cast<double>(xt.entries[at].value) * xt.entries[at].value;
    }
    inverse_diagonal[static_cast<Eigen::Index>(b)] = static_cast<float>(1 / sum);
  }
  TallMatrix solution = TallMatrix::Zero(height, targets.cols());
  TallMatrix residual, rows, applied;
  xt.Times(y, &residual, pool);
  TallMatrix conditioned = inverse_diagonal.asDiagonal() * residual;
  TallMatrix direction = conditioned;
  Eigen::ArrayXd norm = ColumnDots(residual, conditioned);
  const Eigen::ArrayXd start = norm;
  for (std::uint32_t iteration = 0; iteration < iterations && height > 0; ++iteration) {
    if ((norm <= 1e-6 * start).all()) break;
    x.Times(direction, &rows, pool);
    xt.Times(rows, &applied, pool);
    applied += static_cast<float>(lambda) * direction;
    const Eigen::ArrayXd curvature = ColumnDots(direction, applied);
    const Eigen::ArrayXf step = (curvature > 0).select(norm / curvature, 0.0).cast<float>();
    solution.noalias() += direction * step.matrix().asDiagonal();
    residual.noalias() -= applied * step.matrix().asDiagonal();
    conditioned = inverse_diagonal.asDiagonal() * residual;
    const Eigen::ArrayXd next = ColumnDots(residual, conditioned);
    const Eigen::ArrayXf turn = (norm > 0).select(next / norm, 0.0).cast<float>();
    direction = conditioned + direction * turn.matrix().asDiagonal();
    norm = next;
  }
  TallMatrix map = TallMatrix::Zero(static_cast<Eigen::Index>(buckets), targets.cols());
  for (std::size_t b = 0; b < used.size(); ++b) {
    map.row(used[b]) = solution.row(static_cast<Eigen::Index>(b));
  }
  return map;
}

}  // namespace cofilter::training
