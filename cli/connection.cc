// Turns the server's answers into statuses and JSON.
#include "cli/connection.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"

namespace cofilter::cli {

absl::Status ToStatus(const grpc::Status& status, const std::string& server) {
  if (status.ok()) return absl::OkStatus();
  std::string message = status.error_message();
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    message = absl::StrCat("the server at ", server, " does not answer (", message,
                           "); name it with --server or COFILTER_SERVER");
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), message);
}

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  return status.ok() ? json : std::string("{}");
}

}  // namespace cofilter::cli
