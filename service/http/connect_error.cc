// Source: the Connect protocol's error codes and its JSON for errors, connectrpc.com/docs/protocol.
#include "service/http/connect_error.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/unknown_field_set.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/escaping.h"

namespace cofilter::service::http {
namespace {

struct Code {
  std::string_view name;
  int status;
};
// By gRPC's number.
constexpr std::array<Code, 17> kCodes = {{{"unknown", 500},  // OK is no error
                                          {"canceled", 499},
                                          {"unknown", 500},
                                          {"invalid_argument", 400},
                                          {"deadline_exceeded", 504},
                                          {"not_found", 404},
                                          {"already_exists", 409},
                                          {"permission_denied", 403},
                                          {"resource_exhausted", 429},
                                          {"failed_precondition", 400},
                                          {"aborted", 409},
                                          {"out_of_range", 400},
                                          {"unimplemented", 501},
                                          {"internal", 500},
                                          {"unavailable", 503},
                                          {"data_loss", 500},
                                          {"unauthenticated", 401}}};

const Code& CodeOf(grpc::StatusCode code) {
  const auto number = static_cast<std::size_t>(code);
  return number < kCodes.size() ? kCodes[number]
                                : kCodes[static_cast<std::size_t>(grpc::StatusCode::UNKNOWN)];
}

// The details of a serialised google.rpc.Status: field 3, each an Any.
nlohmann::json DetailsOf(const std::string& serialised) {
  constexpr int kDetails = 3;
  nlohmann::json details = nlohmann::json::array();
  google::protobuf::UnknownFieldSet fields;
  if (serialised.empty() || !fields.ParseFromString(serialised)) return details;
  for (int n = 0; n < fields.field_count(); ++n) {
    const google::protobuf::UnknownField& field = fields.field(n);
    if (field.number() != kDetails ||
        field.type() != google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
      continue;
    }
    google::protobuf::Any any;
    if (!any.ParseFromString(field.length_delimited())) continue;
    std::string value;
    absl::Base64Escape(any.value(), &value);
    value.erase(value.find_last_not_of('=') + 1);  // the protocol's base64 has no padding
    details.push_back(
        {{"type", any.type_url().substr(any.type_url().rfind('/') + 1)}, {"value", value}});
  }
  return details;
}

}  // namespace

std::string_view ConnectCodeName(grpc::StatusCode code) { return CodeOf(code).name; }

int HttpStatusOf(grpc::StatusCode code) { return CodeOf(code).status; }

Response ErrorResponse(const grpc::Status& status) {
  nlohmann::json error = {{"code", ConnectCodeName(status.error_code())}};
  if (!status.error_message().empty()) error["message"] = status.error_message();
  nlohmann::json details = DetailsOf(status.error_details());
  if (!details.empty()) error["details"] = std::move(details);
  Response response;
  response.status = HttpStatusOf(status.error_code());
  response.headers = {{"content-type", "application/json"}, {"cache-control", "no-store"}};
  // A message that is no UTF-8 is shown with replacement characters rather than not at all.
  response.body = error.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return response;
}

}  // namespace cofilter::service::http
