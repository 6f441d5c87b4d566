// What evaluation asks of any model: a score for every item from a history. Baselines implement it
// too.
#ifndef COFILTER_MODELS_SCORER_H_
#define COFILTER_MODELS_SCORER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "models/operator.h"
#include "models/operator_arrays.h"

namespace cofilter::models {

// A history as scorers take it. Shapes: rows and weights [n], rows < items, weights > 0.
struct ScoredHistory {
  std::span<const std::uint32_t> rows;
  std::span<const float> weights;
};

// Thread-safety: immutable after creation; Score from any thread.
class Scorer {
 public:
  virtual ~Scorer() = default;
  virtual std::string_view name() const = 0;
  virtual std::uint32_t items() const = 0;
  // Higher is better; always finite. Items of the history are scored like any other: the caller
  // leaves them out. Shapes: rows and weights [n], rows < items, weights > 0; scores [items].
  virtual void Score(std::span<const std::uint32_t> rows, std::span<const float> weights,
                     std::span<float> scores) const = 0;
  // Many histories at once, for scorers whose work is a matrix product; equal to Score up to
  // rounding. Shapes: histories [n]; scores [n × items], row-major.
  virtual void ScoreMany(std::span<const ScoredHistory> histories, std::span<float> scores) const;
};

// The same list for everybody: degrees. Shape: degrees [items].
std::unique_ptr<const Scorer> MakePopularityScorer(std::span<const float> degrees);

// The operator at one notch of the dial. The operator is the caller's and must outlive the scorer.
std::unique_ptr<const Scorer> MakeOperatorScorer(const Operator& model, int notch);

// Sums of cosines between item columns: score(j) = Σ_i w_i |U_i ∩ U_j| / sqrt(d_i d_j), the best
// `neighbours` j of each i (0: all that share a member). Shapes: interactions of member m are
// rows[offsets[m] .. offsets[m+1]), rows < items, each at most once. Errors: INVALID_ARGUMENT when
// the offsets or rows do not hold together. Cost: Σ_m |H_m|² additions once.
absl::StatusOr<std::unique_ptr<const Scorer>> MakeItemCosineScorer(
    std::span<const std::uint64_t> offsets, std::span<const std::uint32_t> rows,
    std::uint32_t items, std::uint32_t neighbours = 200);

// Sums of item-to-item weights: score(j) = Σ_i w_i S_ij. Errors: INVALID_ARGUMENT when the lists do
// not hold together.
absl::StatusOr<std::unique_ptr<const Scorer>> MakeItemListScorer(std::string name,
                                                                 std::uint32_t items,
                                                                 ListBlockArrays lists);

// GF-CF: score = r R̃ᵀR̃ + α r D_i^-½ V Vᵀ D_i^½, R̃ = D_u^-½ R D_i^-½, V its right singular vectors.
// Shapes: interactions of training member m are member_rows[member_offsets[m] ..
// member_offsets[m+1]), rows < items, each at most once; item_embeddings (V) [items × dim],
// row-major.
// Source: Shen et al., "How powerful is graph convolution for recommendation?", CIKM 2021.
struct GraphFilterArrays {
  std::uint32_t items = 0;
  std::uint32_t dim = 0;
  std::vector<std::uint64_t> member_offsets = {0};
  std::vector<std::uint32_t> member_rows;
  std::vector<float> item_embeddings;
  double low_pass = 0.3;  // α ≥ 0; 0: two hops alone
};
// Errors: INVALID_ARGUMENT. Cost of a call: items × dim, and the histories of all members who share
// an item.
absl::StatusOr<std::unique_ptr<const Scorer>> MakeGraphFilterScorer(GraphFilterArrays arrays);

// Implicit ALS (Hu, Koren, Volinsky 2008): what training makes of it.
// Shapes: item_embeddings [items × dim], row-major.
struct ImplicitAlsArrays {
  std::uint32_t items = 0;
  std::uint32_t dim = 0;
  std::vector<float> item_embeddings;
  double confidence = 10;  // α: an interaction of weight w counts 1 + α w, a missing one 1; > 0
  double regularisation = 0.1;  // λ > 0
};
// Folds a member in by solving (YᵀY + Yᵀ(C − I)Y + λI) x = YᵀC p, then scores Y x.
// Errors: INVALID_ARGUMENT. Cost of a call: n dim² + dim³ / 3 + items × dim.
absl::StatusOr<std::unique_ptr<const Scorer>> MakeImplicitAlsScorer(ImplicitAlsArrays arrays);

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_SCORER_H_
