// What everybody does, beside what the member did: trend factors, the popularity prior, and how
// much a history says.
#ifndef COFILTER_MODELS_TREND_AND_PRIOR_H_
#define COFILTER_MODELS_TREND_AND_PRIOR_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/large_page_allocator.h"
#include "models/operator_views.h"
#include "models/popularity_scales.h"

namespace cofilter::models {

// f of each row. Shapes: trend and degrees [items]. Returns [items].
std::vector<float> TrendFactors(std::span<const float> trend, std::span<const float> degrees,
                                double exponent);

// The formulas are those of operator_parameters.h. What the parameters switch off is not made.
// Thread-safety: immutable after creation.
class TrendAndPrior {
 public:
  // Cost: one pass over all list entries and embeddings where there is a prior.
  TrendAndPrior(const OperatorViews& views, const PopularityScales& scales, std::size_t padded);

  // f of each row, 0 past the last row; nullptr: no trend. Shape: [padded].
  const float* factors() const { return factors_.empty() ? nullptr : factors_.data(); }
  // π of each row at the notch, 0 past the last row; nullptr: no prior. Shape: [padded].
  const float* prior(int notch) const { return priors_[static_cast<std::size_t>(notch)]; }
  // ρ of a row, and of an item that brings its embedding, with its source scale.
  double MassOf(std::uint32_t row) const { return masses_[row]; }
  double MassOf(std::span<const float> embedding, double source_scale) const;

 private:
  void MakeFactors(const OperatorViews& views, std::size_t padded);
  void MakePriors(const OperatorViews& views, std::size_t padded);
  void MakeMasses(const OperatorViews& views, const PopularityScales& scales);

  LargePageVector<float> factors_;
  LargePageVector<float> prior_tables_;
  std::array<const float*, kNotches> priors_{};
  std::vector<double> masses_;      // [items]
  std::vector<double> mass_query_;  // Σ_j rel_j^-q_g V_j, [dim]
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_TREND_AND_PRIOR_H_
