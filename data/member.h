// A member as the backend describes it: an opaque id, a place in the organisation, coarse labels.
#ifndef COFILTER_DATA_MEMBER_H_
#define COFILTER_DATA_MEMBER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "runtime/clock.h"

namespace cofilter::data {

struct CreditRequirement {
  double credits = 0;  // > 0
  runtime::Time due_at{};
  bool operator==(const CreditRequirement&) const = default;
};

struct Member {
  std::string member_id;
  std::string org_unit;              // "/hq/research"; empty: unknown
  std::vector<std::string> cohorts;  // coarse labels set by the backend
  std::optional<CreditRequirement> required;
  bool operator==(const Member&) const = default;
};

absl::Status ValidateMember(const Member& member);
// "/a/b" is at or under "/a" and "/a/b", not under "/a/bc". The root "/" holds every path.
bool OrgUnitWithin(std::string_view path, std::string_view subtree);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_MEMBER_H_
