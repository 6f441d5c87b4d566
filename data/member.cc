// The checks of a member, and what lies under what in the organisation.
#include "data/member.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "data/event.h"
#include "data/field_checks.h"
#include "runtime/status_macros.h"

namespace cofilter::data {

absl::Status ValidateMember(const Member& member) {
  COFILTER_RETURN_IF_ERROR(ValidateId("member_id", member.member_id));
  COFILTER_RETURN_IF_ERROR(ValidateOrgUnit("org_unit", member.org_unit));
  if (member.cohorts.size() > kMaxListEntries) {
    return FieldError("cohorts", absl::StrCat(member.cohorts.size(), " entries"),
                      absl::StrCat("at most ", kMaxListEntries));
  }
  for (const std::string& cohort : member.cohorts) {
    COFILTER_RETURN_IF_ERROR(ValidateId("cohorts", cohort));
  }
  if (member.required.has_value()) {
    const double credits = member.required->credits;
    if (!(std::isfinite(credits) && credits > 0)) {
      return FieldError("required_credits", absl::StrCat(credits), "more than 0");
    }
    if (member.required->due_at == runtime::Time{}) {
      return FieldError("required_due_at", "", "the time by which the credits are due");
    }
  }
  return absl::OkStatus();
}

bool OrgUnitWithin(std::string_view path, std::string_view subtree) {
  if (subtree == "/") return true;
  if (subtree.empty() || !path.starts_with(subtree)) return false;
  return path.size() == subtree.size() || path[subtree.size()] == '/';
}

}  // namespace cofilter::data
