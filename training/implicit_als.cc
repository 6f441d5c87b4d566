// One exact solve a row, members and items by turns.
#include "training/implicit_als.h"

#include <cmath>

#include <Eigen/Cholesky>

#include "training/tall_matrix.h"

namespace cofilter::training {
namespace {

constexpr std::size_t kRowBlock = 64;
constexpr float kStartDeviation = 0.1f;

// Solves (FᵀF + α Σ w f fᵀ + λ I) x = Σ (1 + α w) f for each row of `to`; its entries name rows of
// F.
template <typename EntriesOf>
void SolveRows(const TallMatrix& fixed, const ImplicitAlsSettings& settings,
               const EntriesOf& entries_of, TallMatrix* to, runtime::ThreadPool* pool) {
  Eigen::MatrixXf base = GramOf(fixed, pool).cast<float>();
  base.diagonal().array() += static_cast<float>(settings.regularisation);
  const auto alpha = static_cast<float>(settings.confidence);
  pool->ParallelFor(static_cast<std::size_t>(to->rows()), kRowBlock,
                    [&](std::size_t, std::size_t begin, std::size_t end) {
                      Eigen::MatrixXf system(fixed.cols(), fixed.cols());
                      Eigen::VectorXf right(fixed.cols());
                      TallMatrix gathered;
                      for (std::size_t r = begin; r < end; ++r) {
                        const std::span<const MatrixEntry> entries = entries_of(r);
                        if (entries.empty()) {
                          to->row(static_cast<Eigen::Index>(r)).setZero();
                          continue;
                        }
                        right.setZero();
                        gathered.resize(static_cast<Eigen::Index>(entries.size()), fixed.cols());
                        for (std::size_t e = 0; e < entries.size(); ++e) {
                          const float extra = alpha * entries[e].weight;
                          right += (1 + extra) * fixed.row(entries[e].row).transpose();
                          gathered.row(static_cast<Eigen::Index>(e)) =
                              std::sqrt(extra) * fixed.row(entries[e].row);
                        }
                        system = base;
                        system.selfadjointView<Eigen::Lower>().rankUpdate(gathered.transpose());
                        to->row(static_cast<Eigen::Index>(r)) =
                            system.selfadjointView<Eigen::Lower>().llt().solve(right).transpose();
                      }
                    });
}

}  // namespace

models::ImplicitAlsArrays TrainImplicitAls(const InteractionMatrix& matrix,
                                           const ImplicitAlsSettings& settings,
                                           runtime::ThreadPool* pool) {
  TallMatrix items = kStartDeviation * RandomTallMatrix(static_cast<Eigen::Index>(matrix.items()),
                                                        settings.dim, settings.seed);
  TallMatrix members = TallMatrix::Zero(static_cast<Eigen::Index>(matrix.members()), settings.dim);
  for (std::uint32_t round = 0; round < settings.rounds; ++round) {
    SolveRows(
        items, settings, [&](std::size_t m) { return matrix.member(m); }, &members, pool);
    SolveRows(
        members, settings, [&](std::size_t i) { return matrix.item(i); }, &items, pool);
  }
  models::ImplicitAlsArrays arrays;
  arrays.items = static_cast<std::uint32_t>(matrix.items());
  arrays.dim = settings.dim;
  arrays.item_embeddings.assign(items.data(), items.data() + items.size());
  arrays.confidence = settings.confidence;
  arrays.regularisation = settings.regularisation;
  return arrays;
}

}  // namespace cofilter::training
