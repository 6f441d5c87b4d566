// What evaluation asks of any model: a score for every item from a history. Baselines implement it
// too.
#ifndef COFILTER_MODELS_SCORER_H_
#define COFILTER_MODELS_SCORER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "models/operator.h"

namespace cofilter::models {

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
