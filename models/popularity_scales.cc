// Powers of relative popularity.
#include "models/popularity_scales.h"

#include <algorithm>
#include <cmath>

namespace cofilter::models {
namespace {

std::vector<double> ExponentsOf(const OperatorParameters& parameters) {
  std::vector<double> exponents = {0.0, parameters.global.source_exponent};
  const auto add = [&](const std::array<double, kNotches>& more) {
    exponents.insert(exponents.end(), more.begin(), more.end());
  };
  add(parameters.global.target_exponent);
  for (const ListBlockParameters& list : parameters.lists) {
    exponents.push_back(list.source_exponent);
    add(list.target_exponent);
  }
  std::sort(exponents.begin(), exponents.end());
  exponents.erase(std::unique(exponents.begin(), exponents.end()), exponents.end());
  return exponents;
}

}  // namespace

double PopularityScale(double rel, double exponent) {
  return std::clamp(std::pow(rel, -exponent), 1e-18, 1e18);
}

PopularityScales::PopularityScales(std::span<const float> degrees,
                                   const OperatorParameters& parameters, std::size_t padded)
    : padded_(padded),
      exponents_(ExponentsOf(parameters)),
      tables_(exponents_.size() * padded, 0.0f) {
  double sum = 0;
  for (const float degree : degrees) sum += degree;
  const double mean = sum / static_cast<double>(std::max<std::size_t>(degrees.size(), 1));
  for (std::size_t row = 0; row < degrees.size(); ++row) {
    const double rel = sum > 0 ? std::max<double>(degrees[row], 1.0) / mean : 1.0;
    for (std::size_t e = 0; e < exponents_.size(); ++e) {
      tables_[e * padded_ + row] = static_cast<float>(PopularityScale(rel, exponents_[e]));
    }
  }
}

const float* PopularityScales::Table(double exponent) const {
  const auto at = std::lower_bound(exponents_.begin(), exponents_.end(), exponent);
  return tables_.data() + static_cast<std::size_t>(at - exponents_.begin()) * padded_;
}

}  // namespace cofilter::models
