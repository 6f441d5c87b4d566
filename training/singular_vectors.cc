// Randomised subspace iteration with Rayleigh and Ritz at its end.
#include "training/singular_vectors.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <Eigen/Eigenvalues>

#include "training/gather_rows.h"

namespace cofilter::training {
namespace {

// Columns multiplied at a time: bounds the members' side to so many floats a member.
constexpr Eigen::Index kColumns = 64;
constexpr std::size_t kMemberBlock = 512;
constexpr std::size_t kItemBlock = 256;
// A direction with a smaller singular value is rounding.
constexpr double kLeastValue = 1e-3;

std::vector<float> InverseRoots(const std::vector<float>& sums) {
  std::vector<float> roots(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) roots[i] = sums[i] > 0 ? 1 / std::sqrt(sums[i]) : 0;
  return roots;
}

class NormalisedMatrix {
 public:
  explicit NormalisedMatrix(const InteractionMatrix& matrix)
      : matrix_(matrix),
        member_scale_(InverseRoots(matrix.member_sums)),
        item_scale_(InverseRoots(matrix.item_sums)) {}

  // XᵀX · block. Shapes: block [items × l] → [items × l].
  TallMatrix GramTimes(const TallMatrix& block, runtime::ThreadPool* pool) const {
    TallMatrix result(block.rows(), block.cols());
    TallMatrix members(static_cast<Eigen::Index>(matrix_.members()),
                       std::min(kColumns, block.cols()));
    for (Eigen::Index first = 0; first < block.cols(); first += kColumns) {
      const Eigen::Index width = std::min(kColumns, block.cols() - first);
      pool->ParallelFor(matrix_.members(), kMemberBlock,
                        [&](std::size_t, std::size_t begin, std::size_t end) {
                          for (std::size_t m = begin; m < end; ++m) {
                            Gather(matrix_.member(m), item_scale_, member_scale_[m], block, first,
                                   width, &members, static_cast<Eigen::Index>(m), 0);
                          }
                        });
      pool->ParallelFor(matrix_.items(), kItemBlock,
                        [&](std::size_t, std::size_t begin, std::size_t end) {
                          for (std::size_t i = begin; i < end; ++i) {
                            Gather(matrix_.item(i), member_scale_, item_scale_[i], members, 0,
                                   width, &result, static_cast<Eigen::Index>(i), first);
                          }
                        });
    }
    return result;
  }

 private:
  // to[row, at ..] = scale Σ_entries weight · scales[entry] · from[entry, first ..].
  static void Gather(std::span<const MatrixEntry> entries, const std::vector<float>& scales,
                     float scale, const TallMatrix& from, Eigen::Index first, Eigen::Index width,
                     TallMatrix* to, Eigen::Index row, Eigen::Index at) {
    float sum[kColumns] = {};
    const float* const values = from.data() + first;
    const auto factor = [&scales](const MatrixEntry& entry) {
      return entry.weight * scales[entry.row];
    };
    if (width == kColumns) {
      GatherRows<kColumns>(entries, factor, values, static_cast<std::size_t>(from.cols()), sum);
    } else {
      for (const MatrixEntry& entry : entries) {
        const float by = factor(entry);
        const float* const row_values = values + entry.row * from.cols();
        for (Eigen::Index c = 0; c < width; ++c) sum[c] += by * row_values[c];
      }
    }
    float* out = to->data() + row * to->cols() + at;
    for (Eigen::Index c = 0; c < width; ++c) out[c] = scale * sum[c];
  }

  const InteractionMatrix& matrix_;
  const std::vector<float> member_scale_;
  const std::vector<float> item_scale_;
};

}  // namespace

SingularVectors TrainSingularVectors(const InteractionMatrix& matrix,
                                     const SingularVectorsSettings& settings,
                                     runtime::ThreadPool* pool) {
  const auto items = static_cast<Eigen::Index>(matrix.items());
  const Eigen::Index most = std::min(items, static_cast<Eigen::Index>(matrix.members()));
  const Eigen::Index wanted = std::min<Eigen::Index>(settings.rank, most);
  const Eigen::Index carried = std::min<Eigen::Index>(wanted + settings.oversampling, most);
  SingularVectors vectors{TallMatrix(items, 0), Eigen::VectorXd(0)};
  if (carried == 0) return vectors;

  const NormalisedMatrix normalised(matrix);
  TallMatrix basis = Orthonormalised(RandomTallMatrix(items, carried, settings.seed), pool);
  for (std::uint32_t round = 0; round < settings.rounds && basis.cols() > 0; ++round) {
    basis = Orthonormalised(normalised.GramTimes(basis, pool), pool);
  }
  // Once more, since the last columns were nearly dependent before.
  basis = Orthonormalised(basis, pool);
  if (basis.cols() == 0) return vectors;
  const Eigen::MatrixXd projected = CrossGram(basis, normalised.GramTimes(basis, pool), pool);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(0.5 *
                                                             (projected + projected.transpose()));
  Eigen::Index rank = 0;
  while (rank < std::min(wanted, basis.cols()) &&
         eigen.eigenvalues()[basis.cols() - 1 - rank] > kLeastValue * kLeastValue) {
    ++rank;
  }
  vectors.items = TimesRight(
      basis, eigen.eigenvectors().rightCols(rank).rowwise().reverse().cast<float>(), pool);
  vectors.values = eigen.eigenvalues().tail(rank).reverse().cwiseSqrt();
  return vectors;
}

}  // namespace cofilter::training
