// Member and Preferences.
#include "service/rpc/convert_member.h"

#include <array>
#include <bitset>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "runtime/status_macros.h"
#include "service/rpc/convert_time.h"
#include "service/rpc/wire_checks.h"

namespace cofilter::service {
namespace {

enum Field { kPersonalised, kMutedTopics, kNotInterested, kPreviewByName, kFieldCount };
constexpr std::array<std::string_view, kFieldCount> kFieldNames = {
    "personalised", "muted_topics", "not_interested_item_ids", "preview_by_name"};

absl::StatusOr<std::bitset<kFieldCount>> FieldsToChange(
    const v1::UpdatePreferencesRequest& request) {
  std::bitset<kFieldCount> fields;
  const v1::Preferences& preferences = request.preferences();
  if (request.update_mask().paths().empty()) {
    fields[kPersonalised] = preferences.has_personalised();
    fields[kMutedTopics] = !preferences.muted_topics().empty();
    fields[kNotInterested] = !preferences.not_interested_item_ids().empty();
    fields[kPreviewByName] = preferences.has_preview_by_name();
    return fields;
  }
  for (int i = 0; i < request.update_mask().paths_size(); ++i) {
    const std::string& path = request.update_mask().paths(i);
    if (path == "*") return fields.set();
    const auto found = std::find(kFieldNames.begin(), kFieldNames.end(), path);
    if (found == kFieldNames.end()) {
      return data::FieldError(
          absl::StrCat("update_mask.paths[", i, "]"), path,
          "personalised, muted_topics, not_interested_item_ids, preview_by_name or *");
    }
    fields.set(static_cast<std::size_t>(found - kFieldNames.begin()));
  }
  return fields;
}

}  // namespace

absl::StatusOr<data::Member> FromProto(const v1::Member& member) {
  data::Member out;
  out.member_id = member.member_id();
  out.org_unit = member.org_unit();
  out.cohorts.assign(member.cohorts().begin(), member.cohorts().end());
  if (member.has_required()) {
    data::CreditRequirement required;
    required.credits = member.required().credits();
    if (!member.required().has_due_at())
      return data::FieldError("required.due_at", "", "the time to reach them by");
    COFILTER_ASSIGN_OR_RETURN(required.due_at,
                              FromProto("required.due_at", member.required().due_at()));
    out.required = required;
  }
  COFILTER_RETURN_IF_ERROR(data::ValidateMember(out));
  return out;
}

void ToProto(const data::Member& member, v1::Member* out) {
  out->set_member_id(member.member_id);
  out->set_org_unit(member.org_unit);
  for (const std::string& cohort : member.cohorts) out->add_cohorts(cohort);
  if (member.required) {
    out->mutable_required()->set_credits(member.required->credits);
    ToProto(member.required->due_at, out->mutable_required()->mutable_due_at());
  }
}

void ToProto(std::string_view member_id, const Preferences& preferences, v1::Preferences* out) {
  out->set_member_id(std::string(member_id));
  out->set_personalised(preferences.personalised);
  for (const std::string& topic : preferences.muted_topics) out->add_muted_topics(topic);
  for (const std::string& id : preferences.not_interested_item_ids)
    out->add_not_interested_item_ids(id);
  out->set_preview_by_name(preferences.preview_by_name);
  out->set_etag(preferences.etag);
}

absl::StatusOr<Preferences> ApplyUpdate(const v1::UpdatePreferencesRequest& request,
                                        Preferences current) {
  const v1::Preferences& update = request.preferences();
  COFILTER_RETURN_IF_ERROR(CheckIds("preferences.muted_topics", update.muted_topics()));
  COFILTER_RETURN_IF_ERROR(
      CheckIds("preferences.not_interested_item_ids", update.not_interested_item_ids()));
  COFILTER_RETURN_IF_ERROR(
      data::ValidateText("preferences.etag", update.etag(), data::kMaxIdBytes));
  COFILTER_ASSIGN_OR_RETURN(const std::bitset<kFieldCount> fields, FieldsToChange(request));
  if (fields[kPersonalised])
    current.personalised = !update.has_personalised() || update.personalised();
  if (fields[kMutedTopics])
    current.muted_topics.assign(update.muted_topics().begin(), update.muted_topics().end());
  if (fields[kNotInterested]) {
    current.not_interested_item_ids.assign(update.not_interested_item_ids().begin(),
                                           update.not_interested_item_ids().end());
  }
  if (fields[kPreviewByName]) current.preview_by_name = update.preview_by_name();
  current.etag = update.etag();
  return current;
}

}  // namespace cofilter::service
