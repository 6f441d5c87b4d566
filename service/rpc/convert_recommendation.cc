// Recommendation requests and answers.
#include "service/rpc/convert_recommendation.h"

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "runtime/status_macros.h"
#include "service/recommend/request_checks.h"
#include "service/rpc/wire_checks.h"

namespace cofilter::service {
namespace {

static_assert(v1::LEVEL_EMPTY == static_cast<int>(Level::kEmpty));
static_assert(v1::SOURCE_POPULAR_IN_UNIT == static_cast<int>(Source::kPopularInUnit));
static_assert(v1::SCORE_LINE_KIND_RULE == static_cast<int>(LineKind::kRule));
static_assert(v1::SCORE_LINE_KIND_CONTENT_MATCH == static_cast<int>(LineKind::kContentMatch));
static_assert(v1::DROP_REASON_SOURCE == static_cast<int>(DropReason::kSource));

// The Recommender checks what it is asked; here is what its types cannot hold.
absl::StatusOr<std::uint32_t> Unsigned(std::string_view field, std::int32_t value,
                                       std::string_view right) {
  if (value < 0) return data::FieldError(field, absl::StrCat(value), right);
  return static_cast<std::uint32_t>(value);
}

absl::StatusOr<std::uint32_t> CountOf(std::string_view field, std::int32_t count) {
  return Unsigned(field, count, absl::StrCat("1 to ", kMaxCount, ", or 0 for the surface's own"));
}

template <class Request>
absl::StatusOr<std::uint32_t> ReasonsOf(const Request& request) {
  if (!request.has_max_reasons()) return RecommendRequest().max_reasons;
  return Unsigned("max_reasons", request.max_reasons(), absl::StrCat("at most ", kMaxReasons));
}

template <class Request>
std::optional<double> DialOf(const Request& request) {
  return request.has_dial() ? std::optional<double>(request.dial()) : std::nullopt;
}

std::vector<std::string> Texts(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

// What RecommendItems and StreamRecommendations share.
template <class Request>
absl::StatusOr<RecommendRequest> ListRequest(const Request& request) {
  RecommendRequest out;
  out.surface = request.surface();
  COFILTER_ASSIGN_OR_RETURN(out.count, CountOf("count", request.count()));
  out.exclude_item_ids = Texts(request.exclude_item_ids());
  out.topics = Texts(request.topics());
  out.language = request.language();
  COFILTER_ASSIGN_OR_RETURN(out.kinds, KindsFromProto("kinds", request.kinds()));
  out.dial = DialOf(request);
  COFILTER_ASSIGN_OR_RETURN(out.max_reasons, ReasonsOf(request));
  return out;
}

void ToProto(const RecommendedItem& item, v1::RecommendedItem* out) {
  out->set_item_id(item.item_id);
  out->set_rank(static_cast<std::int32_t>(item.rank));
  out->set_score(item.score);
  out->set_source(static_cast<v1::Source>(item.source));
  for (const ScoreLine& line : item.lines) {
    v1::ScoreLine* const added = out->add_lines();
    added->set_kind(static_cast<v1::ScoreLineKind>(line.kind));
    added->set_value(line.value);
  }
  for (const Reason& reason : item.reasons) {
    v1::Reason* const added = out->add_reasons();
    added->set_item_id(reason.item_id);
    added->set_contribution(reason.contribution);
  }
  out->set_remainder(item.remainder);
  out->set_rule_id(item.rule_id);
}

void ToProto(const StageTrace& stage, v1::StageTrace* out) {
  out->set_stage(stage.stage);
  out->set_in(static_cast<std::int32_t>(stage.in));
  out->set_out(static_cast<std::int32_t>(stage.out));
  for (const auto& [reason, count] : stage.drops) {
    v1::StageTrace::Drop* const added = out->add_drops();
    added->set_reason(static_cast<v1::DropReason>(reason));
    added->set_count(static_cast<std::int32_t>(count));
  }
}

}  // namespace

absl::StatusOr<RecommendRequest> FromProto(const v1::RecommendItemsRequest& request) {
  COFILTER_ASSIGN_OR_RETURN(RecommendRequest out, ListRequest(request));
  out.member_id = request.member_id();
  out.page_token = request.page_token();
  out.explain_stages = request.explain_stages();
  out.candidate_item_ids = Texts(request.candidate_item_ids());
  return out;
}

absl::StatusOr<RecommendRequest> FromProto(const v1::StreamRecommendationsRequest& request) {
  const int chosen = (request.member_ids().empty() ? 0 : 1) + (request.org_unit().empty() ? 0 : 1) +
                     (request.cohort().empty() ? 0 : 1);
  if (chosen != 1) {
    return data::FieldError("member_ids, org_unit, cohort", absl::StrCat(chosen, " given"),
                            "exactly one of them");
  }
  COFILTER_RETURN_IF_ERROR(CheckIds("member_ids", request.member_ids(), 10000));
  COFILTER_RETURN_IF_ERROR(data::ValidateOrgUnit("org_unit", request.org_unit()));
  COFILTER_RETURN_IF_ERROR(data::ValidateText("cohort", request.cohort(), data::kMaxIdBytes));
  COFILTER_ASSIGN_OR_RETURN(RecommendRequest out, ListRequest(request));
  // Before the first list is made, and when nobody is chosen too.
  RecommendRequest checked = out;
  checked.member_id.assign(1, '-');
  COFILTER_RETURN_IF_ERROR(CheckRequest(checked));
  return out;
}

absl::StatusOr<PageRequest> FromProto(const v1::RecommendPageRequest& request) {
  PageRequest out;
  out.member_id = request.member_id();
  for (int i = 0; i < request.surfaces_size(); ++i) {
    SurfaceRequest& surface = out.surfaces.emplace_back();
    surface.surface = request.surfaces(i).surface();
    COFILTER_ASSIGN_OR_RETURN(surface.count, CountOf(absl::StrCat("surfaces[", i, "].count"),
                                                     request.surfaces(i).count()));
    surface.dial = DialOf(request.surfaces(i));
  }
  out.exclude_item_ids = Texts(request.exclude_item_ids());
  COFILTER_ASSIGN_OR_RETURN(out.max_reasons, ReasonsOf(request));
  out.explain_stages = request.explain_stages();
  return out;
}

absl::StatusOr<SimilarRequest> FromProto(const v1::RecommendSimilarItemsRequest& request) {
  SimilarRequest out;
  out.item_id = request.item_id();
  out.surface = request.surface();
  COFILTER_ASSIGN_OR_RETURN(out.count, CountOf("count", request.count()));
  out.member_id = request.member_id();
  out.exclude_item_ids = Texts(request.exclude_item_ids());
  out.dial = DialOf(request);
  return out;
}

void ToProto(const Recommendation& recommendation, v1::Recommendation* out) {
  out->set_recommendation_id(recommendation.recommendation_id);
  out->set_surface(recommendation.surface);
  v1::Revisions* const revisions = out->mutable_revisions();
  revisions->set_model(static_cast<std::int64_t>(recommendation.revisions.model));
  revisions->set_catalogue(recommendation.revisions.catalogue);
  revisions->set_rules(recommendation.revisions.rules);
  revisions->set_configuration(recommendation.revisions.configuration);
  out->set_level(static_cast<v1::Level>(recommendation.level));
  out->set_seen_items_excluded(recommendation.seen_items_excluded);
  out->set_personalised_off(recommendation.personalised_off);
  out->set_dial(recommendation.dial);
  out->mutable_items()->Reserve(static_cast<int>(recommendation.items.size()));
  for (const RecommendedItem& item : recommendation.items) ToProto(item, out->add_items());
  for (const StageTrace& stage : recommendation.stages) ToProto(stage, out->add_stages());
  out->set_unknown_history_items(static_cast<std::int32_t>(recommendation.unknown_history_items));
}

}  // namespace cofilter::service
