// Ranges of the training settings.
#include "training/training_settings.h"

#include <bit>

#include "absl/strings/str_cat.h"
#include "models/operator_views.h"
#include "runtime/status_macros.h"
#include "training/large_ridge.h"

namespace cofilter::training {
namespace {

template <typename Number>
absl::Status CheckRange(const char* entry, Number value, Number low, Number high) {
  if (value >= low && value <= high) return absl::OkStatus();  // NaN fails
  return absl::InvalidArgumentError(
      absl::StrCat(entry, " is ", value, "; right: ", low, " to ", high));
}

template <typename Number>
absl::Status CheckRange(const char* entry, const std::optional<Number>& value, Number low,
                        Number high) {
  return value.has_value() ? CheckRange(entry, *value, low, high) : absl::OkStatus();
}

}  // namespace

std::uint32_t DefaultRank(std::size_t items, Profile profile) {
  if (items <= 6000) return 64;
  return items <= 20'000 || profile == Profile::kFast ? 256 : 512;
}

RidgeSettings TrainingSettings::RidgeFor(std::size_t items) const {
  RidgeSettings settings;
  // Long histories say less about any one of many items, and many items need more smoothing.
  constexpr std::size_t kManyItems = 10'000;
  if (items > kManyItems) {
    settings.member_exponent = 1;
    settings.lambda = 10;
    settings.lambda_is_relative = true;
  }
  if (RidgeIsLarge(items)) settings.neighbours = 300;  // they bound the time of a call
  settings.member_exponent = ridge.member_exponent.value_or(settings.member_exponent);
  settings.item_exponent = ridge.item_exponent.value_or(settings.item_exponent);
  settings.lambda = ridge.lambda.value_or(settings.lambda);
  settings.lambda_is_relative = ridge.lambda_is_relative.value_or(settings.lambda_is_relative);
  settings.neighbours = ridge.neighbours.value_or(settings.neighbours);
  return settings;
}

bool TrainingSettings::MayUseRidge(std::size_t items, std::size_t interactions) const {
  if (items == 0) return false;
  if (!RidgeIsLarge(items) || profile == Profile::kThorough) return true;
  return profile == Profile::kAuto && LargeRidgeWork(interactions, items) <= ridge_budget * 1e9;
}

absl::Status TrainingSettings::Validate() const {
  if (!models::IsOperatorName(name)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "name is \"", name, "\"; right: 1 to 32 of lower-case letters, digits, - and _"));
  }
  COFILTER_RETURN_IF_ERROR(CheckRange("rank", rank, 0u, models::kMaxDim));
  COFILTER_RETURN_IF_ERROR(CheckRange("oversampling", oversampling, 0u, models::kMaxDim));
  COFILTER_RETURN_IF_ERROR(CheckRange("rounds", rounds, 1u, 100u));
  COFILTER_RETURN_IF_ERROR(CheckRange("neighbours", neighbours, 1u, 10'000u));
  COFILTER_RETURN_IF_ERROR(CheckRange("pair_limit", pair_limit, 2u, 100'000u));
  COFILTER_RETURN_IF_ERROR(CheckRange("history_limit", history_limit, 1u, 1'000'000u));
  COFILTER_RETURN_IF_ERROR(CheckRange("ridge_member_exponent", ridge.member_exponent, 0.0, 2.0));
  COFILTER_RETURN_IF_ERROR(CheckRange("ridge_item_exponent", ridge.item_exponent, 0.0, 1.0));
  COFILTER_RETURN_IF_ERROR(CheckRange("lambda", ridge.lambda, 1e-6, 1e9));
  COFILTER_RETURN_IF_ERROR(CheckRange("ridge_neighbours", ridge.neighbours, 1u, 10'000u));
  COFILTER_RETURN_IF_ERROR(CheckRange("directed_neighbours", directed_neighbours, 1u, 10'000u));
  COFILTER_RETURN_IF_ERROR(CheckRange("ridge_max_items", ridge_max_items, 0u, 20'000u));
  COFILTER_RETURN_IF_ERROR(CheckRange("ridge_tolerance", ridge_tolerance, 1e-6, 0.5));
  COFILTER_RETURN_IF_ERROR(CheckRange("ridge_budget", ridge_budget, 0.0, 1e9));
  if (content_buckets != 0 && (!std::has_single_bit(content_buckets) || content_buckets < 256 ||
                               content_buckets > models::kMaxBuckets)) {
    return absl::InvalidArgumentError(absl::StrCat("content_buckets is ", content_buckets,
                                                   "; right: 0, or a power of two from 256 to ",
                                                   models::kMaxBuckets));
  }
  COFILTER_RETURN_IF_ERROR(CheckRange("content_lambda", content_lambda, 0.0, 1e9));
  if (trend_half_life_days != 0) {
    COFILTER_RETURN_IF_ERROR(CheckRange("trend_half_life_days", trend_half_life_days, 1e-3, 1e5));
  }
  COFILTER_RETURN_IF_ERROR(CheckRange("search_members", search_members, 1u, 1'000'000u));
  COFILTER_RETURN_IF_ERROR(CheckRange("search_share", search_share, 0.01, 0.9));
  COFILTER_RETURN_IF_ERROR(CheckRange("p", given.p, -2.0, 2.0));
  COFILTER_RETURN_IF_ERROR(CheckRange("q", given.q, -2.0, 2.0));
  COFILTER_RETURN_IF_ERROR(CheckRange("global_weight", given.global_weight, 0.0, 1000.0));
  COFILTER_RETURN_IF_ERROR(CheckRange("pin", given.pin, -2.0, 2.0));
  COFILTER_RETURN_IF_ERROR(CheckRange("qo", given.qo, -2.0, 2.0));
  COFILTER_RETURN_IF_ERROR(CheckRange("by_rank", given.by_rank, 0.0, 4.0));
  COFILTER_RETURN_IF_ERROR(CheckRange("by_age", given.by_age, 0.0, 4.0));
  COFILTER_RETURN_IF_ERROR(CheckRange("directed", given.directed, 0.0, 10.0));
  COFILTER_RETURN_IF_ERROR(CheckRange("directed_p", given.directed_p, -2.0, 2.0));
  COFILTER_RETURN_IF_ERROR(CheckRange("directed_q", given.directed_q, -2.0, 2.0));
  COFILTER_RETURN_IF_ERROR(CheckRange("trend", given.trend, 0.0, 4.0));
  COFILTER_RETURN_IF_ERROR(CheckRange("prior_events", given.prior_events, 0.0, 1000.0));
  COFILTER_RETURN_IF_ERROR(CheckRange("dial_q", given.dial_q, 0.0, 2.0));
  COFILTER_RETURN_IF_ERROR(CheckRange("dial_qo", given.dial_qo, 0.0, 2.0));
  return CheckRange("dial_cost", dial_cost, 0.01, 0.5);
}

}  // namespace cofilter::training
