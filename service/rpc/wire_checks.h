// The checks that requests share. Each error is INVALID_ARGUMENT and names the field, the value and
// what is right.
#ifndef COFILTER_SERVICE_RPC_WIRE_CHECKS_H_
#define COFILTER_SERVICE_RPC_WIRE_CHECKS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cofilter/v1/types.pb.h"
#include "data/item.h"
#include "google/protobuf/repeated_field.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace cofilter::service {

inline constexpr int kMaxPageSize = 1000;
inline constexpr int kDefaultPageSize = 50;

// 0..high; 0 is the default.
absl::Status CheckCount(std::string_view field, std::int32_t count, std::int32_t high);
// At most `most` ids, each 1 to 256 bytes.
absl::Status CheckIds(std::string_view field,
                      const google::protobuf::RepeatedPtrField<std::string>& ids, int most = 1000);
absl::StatusOr<std::vector<data::ItemKind>> KindsFromProto(
    std::string_view field, const google::protobuf::RepeatedField<int>& kinds);
// 1 to 1,024 bytes of text.
absl::Status CheckReasonText(std::string_view field, std::string_view text);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_WIRE_CHECKS_H_
