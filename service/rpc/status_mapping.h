// Our status as gRPC's: the canonical codes are the same.
#ifndef COFILTER_SERVICE_RPC_STATUS_MAPPING_H_
#define COFILTER_SERVICE_RPC_STATUS_MAPPING_H_

#include <string_view>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace cofilter::service {

grpc::Status ToGrpc(const absl::Status& status);

// The same status with `prefix` before its message: "item_id is empty" → "events[3].item_id is
// empty".
absl::Status WithFieldPrefix(std::string_view prefix, const absl::Status& status);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_STATUS_MAPPING_H_
