// Source: the Connect protocol, unary requests by POST and by GET, connectrpc.com/docs/protocol.
#include "service/http/connect_request.h"

#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "service/http/connect_error.h"
#include "service/http/router.h"
#include "service/http/url_text.h"

namespace cofilter::service::http {
namespace {

using google::protobuf::MethodDescriptor;

// A protocol's number of milliseconds has at most ten digits.
constexpr std::size_t kTimeoutDigits = 10;

Response Refuse(grpc::StatusCode code, const std::string& message) {
  return ErrorResponse(grpc::Status(code, message));
}

bool MayBeGet(const MethodDescriptor& method) {
  return method.options().idempotency_level() == google::protobuf::MethodOptions::NO_SIDE_EFFECTS;
}

std::optional<Codec> CodecNamed(std::string_view name) {
  if (name == "json") return Codec::kJson;
  if (name == "proto") return Codec::kProto;
  return std::nullopt;
}

// "application/json", "application/proto", perhaps with charset=utf-8.
std::optional<Codec> CodecOf(std::string_view content_type) {
  const std::size_t semicolon = std::min(content_type.find(';'), content_type.size());
  const std::string type = absl::AsciiStrToLower(
      absl::StripAsciiWhitespace(std::string(content_type.substr(0, semicolon))));
  const std::string parameter = absl::AsciiStrToLower(absl::StripAsciiWhitespace(
      std::string(content_type.substr(std::min(content_type.size(), semicolon + 1)))));
  if (!parameter.empty() && parameter != "charset=utf-8" && parameter != "charset=\"utf-8\"")
    return std::nullopt;
  constexpr std::string_view kPrefix = "application/";
  if (!type.starts_with(kPrefix)) return std::nullopt;
  return CodecNamed(std::string_view(type).substr(kPrefix.size()));
}

Response UnsupportedMediaType() {
  Response response = TextResponse(
      415, "right: application/json or application/proto, unary calls only over this door");
  response.headers.push_back({"accept-post", "application/json, application/proto"});
  return response;
}

std::optional<Response> CheckCompression(std::string_view name) {
  if (name.empty() || name == "identity") return std::nullopt;
  Response response =
      Refuse(grpc::StatusCode::UNIMPLEMENTED,
             absl::StrCat("compression ", data::ShowValue(name), " is unknown; right: identity"));
  response.headers.push_back({"accept-encoding", "identity"});
  return response;
}

std::optional<Response> ReadTimeout(const Headers& headers, ConnectCall* call) {
  const auto text = Find(headers, "connect-timeout-ms");
  if (!text) return std::nullopt;
  std::uint64_t milliseconds = 0;
  const auto [end, error] =
      std::from_chars(text->data(), text->data() + text->size(), milliseconds);
  if (text->empty() || text->size() > kTimeoutDigits || error != std::errc() ||
      end != text->data() + text->size()) {
    return Refuse(grpc::StatusCode::INVALID_ARGUMENT,
                  absl::StrCat("connect-timeout-ms ", data::ShowValue(*text),
                               " is wrong; right: milliseconds, 1 to 10 digits"));
  }
  if (milliseconds == 0) {
    return Refuse(grpc::StatusCode::DEADLINE_EXCEEDED, "the call came with no time left");
  }
  call->timeout = std::chrono::milliseconds(milliseconds);
  return std::nullopt;
}

std::optional<Response> ReadPost(Request& request, ConnectCall* call) {
  const std::optional<Codec> codec =
      CodecOf(Find(request.headers, "content-type").value_or(std::string_view()));
  if (!codec) return UnsupportedMediaType();
  call->codec = *codec;
  if (const auto version = Find(request.headers, "connect-protocol-version");
      version && *version != "1") {
    return Refuse(grpc::StatusCode::INVALID_ARGUMENT,
                  absl::StrCat("connect-protocol-version ", data::ShowValue(*version),
                               " is wrong; right: 1"));
  }
  if (auto refusal = CheckCompression(
          Find(request.headers, "content-encoding").value_or(std::string_view()))) {
    return refusal;
  }
  call->message = std::move(request.body);
  return std::nullopt;
}

std::optional<Response> ReadGet(const Request& request, ConnectCall* call) {
  const std::optional<QueryFields> fields = ParseQuery(request.query);
  if (!fields) {
    return Refuse(grpc::StatusCode::INVALID_ARGUMENT,
                  "the query has a % without two hexadecimal digits");
  }
  std::optional<std::string_view> message, encoding, base64, version, compression;
  for (const auto& [name, value] : *fields) {
    if (name == "message") message = value;
    if (name == "encoding") encoding = value;
    if (name == "base64") base64 = value;
    if (name == "connect") version = value;
    if (name == "compression") compression = value;
  }
  const std::optional<Codec> codec = CodecNamed(encoding.value_or(std::string_view()));
  if (!codec) return UnsupportedMediaType();
  call->codec = *codec;
  if (version && *version != "v1") {
    return Refuse(grpc::StatusCode::INVALID_ARGUMENT,
                  absl::StrCat("connect ", data::ShowValue(*version), " is wrong; right: v1"));
  }
  if (auto refusal = CheckCompression(compression.value_or(std::string_view()))) return refusal;
  if (!message) {
    return Refuse(grpc::StatusCode::INVALID_ARGUMENT,
                  "message is missing; right: the request in the query, {} when it is empty");
  }
  if (base64 == std::string_view("1")) {
    // Of either alphabet, with or without padding.
    const absl::string_view text(message->data(), message->size());
    if (!absl::WebSafeBase64Unescape(text, &call->message) &&
        !absl::Base64Unescape(text, &call->message)) {
      return Refuse(grpc::StatusCode::INVALID_ARGUMENT, "message is no base64");
    }
  } else {
    call->message = std::string(*message);
  }
  return std::nullopt;
}

}  // namespace

MethodTable::MethodTable(const std::vector<std::string>& services) {
  const auto& pool = *google::protobuf::DescriptorPool::generated_pool();
  for (const std::string& name : services) {
    const google::protobuf::ServiceDescriptor* service = pool.FindServiceByName(name);
    prefixes_.push_back(absl::StrCat("/", name, "/"));
    for (int n = 0; n < service->method_count(); ++n)
      methods_[absl::StrCat("/", name, "/", service->method(n)->name())] = service->method(n);
  }
}

const MethodDescriptor* MethodTable::Find(std::string_view path) const {
  const auto found = methods_.find(path);
  return found == methods_.end() ? nullptr : found->second;
}

std::string_view ContentTypeOf(Codec codec) {
  return codec == Codec::kJson ? "application/json" : "application/proto";
}

std::variant<ConnectCall, Response> ReadConnectCall(const MethodTable& methods, Request request,
                                                    std::size_t message_limit) {
  ConnectCall call;
  call.method = methods.Find(request.path);
  if (call.method == nullptr) return TextResponse(404, "there is no such method");
  const bool get = request.method == "GET";
  if (request.method != "POST" && !(get && MayBeGet(*call.method)))
    return MethodNotAllowed(MayBeGet(*call.method) ? "GET, POST" : "POST");
  if (call.method->client_streaming() || call.method->server_streaming())
    return UnsupportedMediaType();
  if (auto refusal = get ? ReadGet(request, &call) : ReadPost(request, &call))
    return *std::move(refusal);
  if (auto refusal = ReadTimeout(request.headers, &call)) return *std::move(refusal);
  if (request.too_large || call.message.size() > message_limit) {
    return Refuse(grpc::StatusCode::RESOURCE_EXHAUSTED,
                  absl::StrCat("the message is over the limit of ", message_limit, " bytes"));
  }
  return call;
}

absl::StatusOr<std::string> MessageBytes(const JsonCodec& json, ConnectCall& call) {
  if (call.codec == Codec::kProto) return std::move(call.message);
  return json.ToBytes(*call.method->input_type(), call.message);
}

}  // namespace cofilter::service::http
