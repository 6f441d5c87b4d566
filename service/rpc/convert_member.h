// Members and their preferences between the contract and the product, checked.
#ifndef COFILTER_SERVICE_RPC_CONVERT_MEMBER_H_
#define COFILTER_SERVICE_RPC_CONVERT_MEMBER_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "cofilter/v1/member_service.pb.h"
#include "data/member.h"
#include "service/store/member_state.h"

namespace cofilter::service {

// Errors: INVALID_ARGUMENT that names the field within the member: "org_unit …".
absl::StatusOr<data::Member> FromProto(const v1::Member& member);
void ToProto(const data::Member& member, v1::Member* out);

void ToProto(std::string_view member_id, const Preferences& preferences, v1::Preferences* out);
// `current` with what the request changes, by its mask. Errors: INVALID_ARGUMENT that names the
// field.
absl::StatusOr<Preferences> ApplyUpdate(const v1::UpdatePreferencesRequest& request,
                                        Preferences current);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_CONVERT_MEMBER_H_
