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
  if (status.error_code() == grpc::StatusCode::UNAUTHENTICATED) {
    absl::StrAppend(&message,
                    "; name a token's file with --token-file or COFILTER_TOKEN_FILE: the "
                    "server keeps operator.token beside its store");
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), message);
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const Invocation& invocation) {
  ChannelOptions options{.server = invocation.server,
                         .token = invocation.token,
                         .tls = invocation.tls,
                         .ca = invocation.ca,
                         .client_certificate = invocation.client_certificate,
                         .client_key = invocation.client_key,
                         .insecure = invocation.insecure};
  // A file that was named goes before COFILTER_TOKEN.
  const bool named = !invocation.token_file.empty();
  if (options.token.empty() || named) {
    absl::StatusOr<std::string> token =
        ReadTokenFile(named ? invocation.token_file : std::string(kDefaultTokenFile));
    // Without a token of any kind the server says what it needs.
    if (!token.ok() && named) return token.status();
    if (token.ok()) options.token = *std::move(token);
  }
  return OpenChannel(options);
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
