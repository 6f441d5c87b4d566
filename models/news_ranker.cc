// Terms, their scales, and the checks of the parameters.
#include "models/news_ranker.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::models {
namespace {

constexpr double kFewClicks = 0.05;
constexpr double kFewImpressions = 10;

// Written so that NaN fails.
absl::Status CheckRange(const std::string& name, double value, double low, double high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " is ", value, "; right: ", low, " to ", high));
}

absl::Status CheckWeights(const std::string& name, const NewsTermValues& weights) {
  constexpr double kLargest = 1000;
  for (std::size_t t = 0; t < kNewsTerms; ++t) {
    const auto term = static_cast<NewsTerm>(t);
    const bool rises = term == NewsTerm::kClickRate || term == NewsTerm::kClicks;
    COFILTER_RETURN_IF_ERROR(CheckRange(absl::StrCat(name, ".", std::string(NewsTermName(term))),
                                        weights[t], rises ? 0 : -kLargest,
                                        term == NewsTerm::kExposure ? 0 : kLargest));
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view NewsTermName(NewsTerm term) {
  constexpr std::array<std::string_view, kNewsTerms> kNames = {
      "click_rate", "clicks", "placement", "exposure", "operator", "content"};
  return kNames[static_cast<std::size_t>(term)];
}

absl::Status NewsRankerParameters::Validate() const {
  COFILTER_RETURN_IF_ERROR(CheckRange("ranker.prior_clicks", prior_clicks, 1e-6, 1e6));
  COFILTER_RETURN_IF_ERROR(
      CheckRange("ranker.prior_impressions", prior_impressions, prior_clicks, 1e9));
  for (const std::size_t half_life :
       {rate_half_life, clicks_half_life, placement_half_life, exposure_half_life}) {
    if (half_life >= kCounterCount) {
      return absl::InvalidArgumentError(absl::StrCat("ranker half-life is number ", half_life,
                                                     "; right: 0 to ", kCounterCount - 1));
    }
  }
  COFILTER_RETURN_IF_ERROR(
      CheckRange("ranker.freshness_half_life_hours", freshness_half_life_hours, 0, 1e6));
  COFILTER_RETURN_IF_ERROR(CheckWeights("ranker.given_weights", given_weights));
  return CheckWeights("ranker.pool_weights", pool_weights);
}

NewsCounts NewsCountsOf(const NewsRankerParameters& parameters,
                        const ItemCountsByHalfLife& counts) {
  return {counts[parameters.rate_half_life].clicks, counts[parameters.rate_half_life].impressions,
          counts[parameters.clicks_half_life].clicks,
          counts[parameters.placement_half_life].placements,
          counts[parameters.exposure_half_life].impressions};
}

double NewsOperatorDivisor(const NewsCounts& counts) {
  return counts.rate_impressions + kFewImpressions;
}

NewsTermValues NewsTermsOf(const NewsRankerParameters& parameters, const NewsCounts& counts,
                           double operator_score, double content_match) {
  return {std::log((counts.rate_clicks + parameters.prior_clicks) /
                   (counts.rate_impressions + parameters.prior_impressions)),
          std::log(counts.clicks + kFewClicks),
          std::log1p(counts.placements),
          std::log1p(counts.exposures),
          operator_score / NewsOperatorDivisor(counts),
          content_match};
}

double NewsFreshness(const NewsRankerParameters& parameters, double age_hours) {
  if (!(parameters.freshness_half_life_hours > 0)) return 1;
  return std::exp2(-std::max(0.0, age_hours) / parameters.freshness_half_life_hours);
}

NewsTermValues NewsScales(std::span<const NewsTermValues> terms, const NewsTermValues& weights) {
  NewsTermValues scales{};
  if (terms.empty()) return scales;
  const auto count = static_cast<double>(terms.size());
  for (std::size_t t = 0; t < kNewsTerms; ++t) {
    double mean = 0;
    for (const NewsTermValues& values : terms) mean += values[t];
    mean /= count;
    double squares = 0;
    double largest = 0;
    for (const NewsTermValues& values : terms) {
      squares += (values[t] - mean) * (values[t] - mean);
      largest = std::max(largest, std::fabs(values[t]));
    }
    const double deviation = std::sqrt(squares / count);
    // Below that it is rounding.
    scales[t] = deviation > 1e-9 * largest ? weights[t] / deviation : 0;
  }
  return scales;
}

void AppendNewsPool(const ItemCounters& counters, std::vector<std::uint32_t>* out) {
  constexpr std::size_t kHour = 1, kFourHours = 3;
  static_assert(kCounterHalfLives[kHour] == 1 && kCounterHalfLives[kFourHours] == 4);
  const std::size_t first = out->size();
  counters.Top(ItemCounters::Count::kClicks, kHour, 250, out);
  counters.Top(ItemCounters::Count::kClicks, kFourHours, 125, out);
  counters.Top(ItemCounters::Count::kPlacements, kHour, 125, out);
  const auto begin = out->begin() + static_cast<std::ptrdiff_t>(first);
  std::sort(begin, out->end());
  out->erase(std::unique(begin, out->end()), out->end());
}

}  // namespace cofilter::models
