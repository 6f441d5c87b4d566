// The weight of each item of a history, from its confidence, rank and age.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "models/operator.h"

namespace cofilter::models {

std::vector<float> HistoryWeights(const HistoryWeightParameters& parameters,
                                  std::span<const float> confidence,
                                  std::span<const double> age_days) {
  const std::size_t n = std::min(confidence.size(), age_days.size());
  // Ages count from the latest item, so that the same history weighs the same whenever it is asked
  // about: members come back after a week or a year, and the clock tells nothing of what they did.
  double latest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < n; ++i) {
    if (confidence[i] > 0) latest = std::min(latest, age_days[i]);
  }
  const auto age = [&](std::size_t i) { return std::max(0.0, age_days[i] - latest); };

  std::vector<std::uint32_t> latest_first(n);
  std::iota(latest_first.begin(), latest_first.end(), 0u);
  std::stable_sort(latest_first.begin(), latest_first.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return age(a) < age(b); });

  std::vector<float> weights(confidence.size(), 0.0f);
  std::uint32_t rank = 0;
  for (const std::uint32_t i : latest_first) {
    if (!(confidence[i] > 0) || !std::isfinite(confidence[i])) continue;  // takes no rank
    if (rank == parameters.limit) break;
    weights[i] = static_cast<float>(confidence[i] * std::pow(1.0 + rank, -parameters.by_rank) *
                                    std::pow(1.0 + age(i), -parameters.by_age));
    ++rank;
  }
  return weights;
}

}  // namespace cofilter::models
