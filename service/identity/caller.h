// Who calls, as a verified token says.
#ifndef COFILTER_SERVICE_IDENTITY_CALLER_H_
#define COFILTER_SERVICE_IDENTITY_CALLER_H_

#include <string>
#include <vector>

#include "runtime/clock.h"
#include "service/identity/role.h"

namespace cofilter::service {

struct Caller {
  std::string subject;  // a member's is the member_id; 1 to 256 bytes
  RoleSet roles;
  // Subtrees in which an editor or approver may act; {"/"}: everywhere. Never empty.
  std::vector<std::string> org_units = {"/"};
  runtime::Time expires_at{};
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_IDENTITY_CALLER_H_
