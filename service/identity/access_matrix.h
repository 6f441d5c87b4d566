// Who may make which call: one table, which docs/access.md repeats.
#ifndef COFILTER_SERVICE_IDENTITY_ACCESS_MATRIX_H_
#define COFILTER_SERVICE_IDENTITY_ACCESS_MATRIX_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "service/identity/role.h"

namespace cofilter::service {

// What a subtree of the organisation means for a call by an editor or approver. A call by a role
// without a subtree (operator, auditor, backend) is not concerned.
enum class Scope : std::uint8_t {
  kNone,      // the same for all units
  kRequired,  // the request's org units must lie in the caller's subtrees; none named: all, refused
  kGiven,     // those that are named must; none named: the call's own code looks (CheckScope)
  kByHandler,  // what is acted on is named by an id: the call's own code looks (CheckScope)
};

struct CallAccess {
  std::string_view method;  // "cofilter.v1.EventService/RecordEvents"
  RoleSet roles;            // one of them is enough
  Scope scope = Scope::kNone;
};

// Every call of the contract. A call that is missing is open to nobody.
std::span<const CallAccess> AccessMatrix();
// nullptr: not in the table.
const CallAccess* FindAccess(std::string_view method);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_IDENTITY_ACCESS_MATRIX_H_
