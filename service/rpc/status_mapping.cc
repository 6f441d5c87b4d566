// absl::Status to grpc::Status.
#include "service/rpc/status_mapping.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace cofilter::service {

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  // Both number the canonical codes alike.
  return grpc::Status(static_cast<grpc::StatusCode>(status.raw_code()),
                      std::string(status.message()));
}

absl::Status WithFieldPrefix(std::string_view prefix, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(absl::string_view(prefix.data(), prefix.size()),
                                                  status.message()));
}

}  // namespace cofilter::service
