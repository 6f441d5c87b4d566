// Tables from the trend and the degrees of an operator.
#include "models/trend_and_prior.h"

#include <algorithm>
#include <cmath>

namespace cofilter::models {
namespace {

double Sum(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += value;
  return sum;
}

// In thousandths, with a fiftieth of one added: what keeps the quotient of two small shares sober.
double SoberShare(double count, double sum) { return (sum > 0 ? 1000 * count / sum : 0) + 0.02; }

}  // namespace

std::vector<float> TrendFactors(std::span<const float> trend, std::span<const float> degrees,
                                double exponent) {
  const double trend_sum = Sum(trend);
  const double degree_sum = Sum(degrees);
  std::vector<float> factors(degrees.size());
  for (std::size_t row = 0; row < factors.size(); ++row) {
    factors[row] = static_cast<float>(std::pow(
        SoberShare(trend[row], trend_sum) / SoberShare(degrees[row], degree_sum), exponent));
  }
  return factors;
}

TrendAndPrior::TrendAndPrior(const OperatorViews& views, const PopularityScales& scales,
                             std::size_t padded) {
  if (views.parameters.trend.exponent > 0) MakeFactors(views, padded);
  if (views.parameters.evidence.prior_events > 0) {
    MakePriors(views, padded);
    MakeMasses(views, scales);
  }
}

void TrendAndPrior::MakeFactors(const OperatorViews& views, std::size_t padded) {
  const std::vector<float> factors =
      TrendFactors(views.trend, views.degrees, views.parameters.trend.exponent);
  factors_.assign(factors.begin(), factors.end());
  factors_.resize(padded, 0.0f);
}

void TrendAndPrior::MakePriors(const OperatorViews& views, std::size_t padded) {
  // Where nothing is left of the trend, all that was ever counts.
  const std::span<const float> counts = Sum(views.trend) > 0 ? views.trend : views.degrees;
  const double sum = Sum(counts);
  const double degree_sum = Sum(views.degrees);
  const double mean = degree_sum / static_cast<double>(std::max<std::size_t>(views.items(), 1));
  const OperatorParameters& p = views.parameters;
  const std::array<double, kNotches>& dial =
      p.lists.empty() ? p.global.target_exponent : p.lists[0].target_exponent;
  prior_tables_.reserve(kNotches * padded);  // no table moves once it is pointed to
  for (std::size_t notch = 0; notch < kNotches; ++notch) {
    for (std::size_t same = 0; same < notch && priors_[notch] == nullptr; ++same) {
      if (dial[same] == dial[notch]) priors_[notch] = priors_[same];
    }
    if (priors_[notch] != nullptr) continue;
    priors_[notch] = prior_tables_.data() + prior_tables_.size();
    for (std::size_t row = 0; row < padded; ++row) {
      double prior = 0;
      if (row < views.items() && sum > 0) {
        const double rel = degree_sum > 0 ? std::max<double>(views.degrees[row], 1.0) / mean : 1.0;
        prior = counts[row] / sum * PopularityScale(rel, dial[notch] - dial[0]);
      }
      prior_tables_.push_back(static_cast<float>(prior));
    }
  }
}

void TrendAndPrior::MakeMasses(const OperatorViews& views, const PopularityScales& scales) {
  const OperatorParameters& p = views.parameters;
  // Nobody asks for what nobody ever took.
  const auto target_scales = [&](double exponent) {
    std::vector<float> targets(scales.Table(exponent), scales.Table(exponent) + views.items());
    for (std::size_t row = 0; row < targets.size(); ++row) {
      if (!(views.degrees[row] > 0)) targets[row] = 0;
    }
    return targets;
  };
  masses_.assign(views.items(), 0.0);
  for (std::size_t b = 0; b < views.lists.size(); ++b) {
    const ListBlockView& list = views.lists[b];
    const float* const sources = scales.Table(p.lists[b].source_exponent);
    const std::vector<float> targets = target_scales(p.lists[b].target_exponent[0]);
    for (std::size_t row = 0; row < views.items(); ++row) {
      double sum = 0;
      for (std::uint64_t at = list.offsets[row]; at < list.offsets[row + 1]; ++at) {
        sum += static_cast<double>(list.values[at]) * targets[list.targets[at]];
      }
      masses_[row] += p.lists[b].weight * sources[row] * sum;
    }
  }
  mass_query_.assign(views.dim, 0.0);
  const std::vector<float> targets = target_scales(p.global.target_exponent[0]);
  for (std::size_t row = 0; row < views.items(); ++row) {
    for (std::size_t d = 0; d < views.dim; ++d) {
      mass_query_[d] += static_cast<double>(targets[row]) * views.embeddings[row * views.dim + d];
    }
  }
  const float* const sources = scales.Table(p.global.source_exponent);
  for (std::size_t row = 0; row < views.items(); ++row) {
    masses_[row] += MassOf(views.embeddings.subspan(row * views.dim, views.dim),
                           p.global.weight * sources[row]);
  }
}

double TrendAndPrior::MassOf(std::span<const float> embedding, double source_scale) const {
  double sum = 0;
  for (std::size_t d = 0; d < embedding.size(); ++d) sum += embedding[d] * mass_query_[d];
  return source_scale * sum;
}

}  // namespace cofilter::models
