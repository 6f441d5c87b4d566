// What a request runs on: who calls, for which organisation, by when it must be answered.
#ifndef COFILTER_SERVICE_REQUEST_CONTEXT_H_
#define COFILTER_SERVICE_REQUEST_CONTEXT_H_

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "data/member.h"
#include "runtime/clock.h"
#include "service/identity/role.h"

namespace cofilter::service {

struct RequestContext {
  std::string organisation;
  // Whom the token names: a member's is the member_id. For the audit log; in the server's own log
  // only where the caller is no member.
  std::string caller;
  RoleSet roles;
  // Subtrees in which this call may act; {"/"}: everywhere. Bound only when nothing but the roles
  // editor and approver opens the call.
  std::vector<std::string> org_units;
  const runtime::Clock* clock = nullptr;          // never null in use
  runtime::Time deadline = runtime::Time::max();  // by `clock`
  std::string trace_id;  // 32 hexadecimal digits, from traceparent or made here
};

// Whether this call may act on these units: each must lie in one of `context.org_units`. No unit
// means the whole organisation. Errors: PERMISSION_DENIED.
inline absl::Status CheckScope(const RequestContext& context,
                               std::span<const std::string> org_units) {
  static const std::vector<std::string> everywhere = {"/"};
  if (org_units.empty()) org_units = everywhere;
  const bool within = std::all_of(org_units.begin(), org_units.end(), [&](const auto& unit) {
    return std::any_of(
        context.org_units.begin(), context.org_units.end(),
        [&](const std::string& subtree) { return data::OrgUnitWithin(unit, subtree); });
  });
  if (within) return absl::OkStatus();
  return absl::PermissionDeniedError("this lies beyond the caller's part of the organisation");
}

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_REQUEST_CONTEXT_H_
