// The limits of requests, field by field.
#include "service/recommend/request_checks.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "data/event.h"
#include "data/field_checks.h"
#include "runtime/status_macros.h"

namespace cofilter::service {
namespace {

absl::Status CheckCount(std::string_view field, std::uint32_t count) {
  if (count <= kMaxCount) return absl::OkStatus();
  return data::FieldError(field, absl::StrCat(count),
                          absl::StrCat("1 to ", kMaxCount, ", or 0 for the surface's own"));
}

absl::Status CheckDial(std::string_view field, const std::optional<double>& dial) {
  if (!dial.has_value() || (*dial >= 0 && *dial <= 1)) return absl::OkStatus();
  return data::FieldError(field, absl::StrCat(*dial), "a number from 0 to 1");
}

absl::Status CheckReasons(std::uint32_t max_reasons) {
  if (max_reasons <= kMaxReasons) return absl::OkStatus();
  return data::FieldError("max_reasons", absl::StrCat(max_reasons),
                          absl::StrCat("at most ", kMaxReasons));
}

absl::Status CheckIds(std::string_view field, const std::vector<std::string>& ids,
                      std::size_t most) {
  if (ids.size() > most) {
    return data::FieldError(field, absl::StrCat(ids.size(), " entries"),
                            absl::StrCat("at most ", most));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    // The name of the entry is made only where it is needed: there may be a thousand.
    if (!data::ValidateId(field, ids[i]).ok()) {
      return data::ValidateId(absl::StrCat(std::string(field), "[", i, "]"), ids[i]);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckRequest(const RecommendRequest& request) {
  COFILTER_RETURN_IF_ERROR(data::ValidateId("member_id", request.member_id));
  COFILTER_RETURN_IF_ERROR(data::ValidateId("surface", request.surface));
  COFILTER_RETURN_IF_ERROR(CheckCount("count", request.count));
  COFILTER_RETURN_IF_ERROR(
      CheckIds("exclude_item_ids", request.exclude_item_ids, kMaxExcludedItems));
  COFILTER_RETURN_IF_ERROR(
      CheckIds("candidate_item_ids", request.candidate_item_ids, kMaxCandidateItems));
  COFILTER_RETURN_IF_ERROR(CheckIds("topics", request.topics, kMaxTopics));
  COFILTER_RETURN_IF_ERROR(data::ValidateText("language", request.language, 64));
  for (const data::ItemKind kind : request.kinds) {
    if (data::ItemKindName(kind).empty()) {
      return data::FieldError("kinds", absl::StrCat(static_cast<int>(kind)),
                              "any of news, article, course, material, video, activity");
    }
  }
  COFILTER_RETURN_IF_ERROR(CheckDial("dial", request.dial));
  return CheckReasons(request.max_reasons);
}

absl::Status CheckRequest(const PageRequest& request) {
  COFILTER_RETURN_IF_ERROR(data::ValidateId("member_id", request.member_id));
  if (request.surfaces.empty() || request.surfaces.size() > kMaxPageSurfaces) {
    return data::FieldError("surfaces", absl::StrCat(request.surfaces.size(), " entries"),
                            absl::StrCat("1 to ", kMaxPageSurfaces));
  }
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < request.surfaces.size(); ++i) {
    const SurfaceRequest& surface = request.surfaces[i];
    const std::string field = absl::StrCat("surfaces[", i, "].");
    COFILTER_RETURN_IF_ERROR(data::ValidateId(field + "surface", surface.surface));
    COFILTER_RETURN_IF_ERROR(CheckCount(field + "count", surface.count));
    COFILTER_RETURN_IF_ERROR(CheckDial(field + "dial", surface.dial));
    if (!names.insert(surface.surface).second) {
      return data::FieldError(field + "surface", surface.surface, "each surface once");
    }
  }
  COFILTER_RETURN_IF_ERROR(
      CheckIds("exclude_item_ids", request.exclude_item_ids, kMaxExcludedItems));
  return CheckReasons(request.max_reasons);
}

absl::Status CheckRequest(const SimilarRequest& request) {
  COFILTER_RETURN_IF_ERROR(data::ValidateId("item_id", request.item_id));
  COFILTER_RETURN_IF_ERROR(data::ValidateId("surface", request.surface));
  COFILTER_RETURN_IF_ERROR(CheckCount("count", request.count));
  if (!request.member_id.empty()) {
    COFILTER_RETURN_IF_ERROR(data::ValidateId("member_id", request.member_id));
  }
  COFILTER_RETURN_IF_ERROR(
      CheckIds("exclude_item_ids", request.exclude_item_ids, kMaxExcludedItems));
  return CheckDial("dial", request.dial);
}

}  // namespace cofilter::service
