// rel^-exponent of every item, made once for each exponent that an operator uses.
#ifndef COFILTER_MODELS_POPULARITY_SCALES_H_
#define COFILTER_MODELS_POPULARITY_SCALES_H_

#include <cstddef>
#include <span>
#include <vector>

#include "models/large_page_allocator.h"
#include "models/operator_parameters.h"

namespace cofilter::models {

// rel_j = max(d_j, 1) / mean(d). An item without interactions counts as one with a single
// interaction: it can be scored (through its embedding), and no power of 0 arises. A catalogue
// without any interaction has rel 1 everywhere. Powers are kept within [1e-18, 1e18].
// Thread-safety: immutable after creation.
class PopularityScales {
 public:
  // Makes the tables of all exponents that the parameters name, and of exponent 0. Each is `padded`
  // long.
  PopularityScales(std::span<const float> degrees, const OperatorParameters& parameters,
                   std::size_t padded);

  // rel^-exponent of each row, 0 past the last row. The exponent is one that the parameters name,
  // or 0. Shape: [padded].
  const float* Table(double exponent) const;

 private:
  std::size_t padded_;
  std::vector<double> exponents_;  // ascending, unique
  LargePageVector<float> tables_;  // [exponents × padded]
};

// rel^-exponent for one rel, bounded as above.
double PopularityScale(double rel, double exponent);

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_POPULARITY_SCALES_H_
