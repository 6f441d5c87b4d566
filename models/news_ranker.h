// The linear ranker of a surface where the moment counts: click rate, clicks, exposure, the
// operator and content, weighted as the log taught.
#ifndef COFILTER_MODELS_NEWS_RANKER_H_
#define COFILTER_MODELS_NEWS_RANKER_H_

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "models/item_counters.h"

namespace cofilter::models {

// The terms of the sum. Their order is that of the weights in a manifest: never reorder.
enum class NewsTerm : std::size_t {
  kClickRate = 0,  // ln((clicks + a) / (impressions + b)), slowly decayed
  kClicks = 1,     // ln(clicks + .05), quickly decayed
  kPlacement = 2,  // ln(1 + placements): what somebody else shows now
  kExposure = 3,   // ln(1 + impressions): what was shown much already
  kOperator = 4,   // the operator's score, fading with the item's age, over (impressions + 10)
  kContent = 5,    // mean cosine between the item's text and those of the history
};
inline constexpr std::size_t kNewsTerms = 6;
// "click_rate", "clicks", …: in manifests and reports.
std::string_view NewsTermName(NewsTerm term);

using NewsTermValues = std::array<double, kNewsTerms>;  // by NewsTerm

struct NewsRankerParameters {
  double prior_clicks = 1.8;       // a > 0
  double prior_impressions = 30;   // b > a
  std::size_t rate_half_life = 6;  // index into kCounterHalfLives, as the next three
  std::size_t clicks_half_life = 1;
  std::size_t placement_half_life = 1;
  std::size_t exposure_half_life = 4;
  double freshness_half_life_hours = 0;  // of the operator's term; 0: it does not fade
  // Of candidates that somebody chose (a list that is to be put in order), and of the pool that
  // the surface's own sources make: there the question is also what is on show at all.
  // An item must not be shown for having been shown: kClickRate ≥ 0, kClicks ≥ 0, kExposure ≤ 0.
  NewsTermValues given_weights{};
  NewsTermValues pool_weights{};

  // Errors: INVALID_ARGUMENT that names the parameter, the value and the range.
  absl::Status Validate() const;
};

// What an item's counters say at the four half-lives.
struct NewsCounts {
  double rate_clicks = 0, rate_impressions = 0;
  double clicks = 0;
  double placements = 0;
  double exposures = 0;
};
NewsCounts NewsCountsOf(const NewsRankerParameters& parameters, const ItemCountsByHalfLife& counts);

// The terms before any weight. `operator_score` has faded already.
NewsTermValues NewsTermsOf(const NewsRankerParameters& parameters, const NewsCounts& counts,
                           double operator_score, double content_match);
// What the operator's term divides its score by.
double NewsOperatorDivisor(const NewsCounts& counts);
// The share of the operator's score that is left at an age in hours, (0, 1].
double NewsFreshness(const NewsRankerParameters& parameters, double age_hours);

// weight / deviation of the term over the pool, 0 where it does not vary: a term counts by how far
// the item stands out among those it is compared with, on any log. The mean, the same for all,
// changes no order and is left out. Shape: terms [pool].
NewsTermValues NewsScales(std::span<const NewsTermValues> terms, const NewsTermValues& weights);

// The candidates that the moment brings, each once: what is clicked most now and in the last hours,
// and what somebody else shows. Appends to out. At most 500.
void AppendNewsPool(const ItemCounters& counters, std::vector<std::uint32_t>* out);

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_NEWS_RANKER_H_
