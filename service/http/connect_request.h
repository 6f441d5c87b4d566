// What a request asks for by the Connect protocol, or why it asks for nothing.
#ifndef COFILTER_SERVICE_HTTP_CONNECT_REQUEST_H_
#define COFILTER_SERVICE_HTTP_CONNECT_REQUEST_H_

#include <google/protobuf/descriptor.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "service/http/json_codec.h"
#include "service/http/message.h"

namespace cofilter::service::http {

// The methods of some services by their paths, "/package.Service/Method".
class MethodTable {
 public:
  // Full names; REQUIRES: each is linked into the program.
  explicit MethodTable(const std::vector<std::string>& services);

  // nullptr: there is no such method.
  const google::protobuf::MethodDescriptor* Find(std::string_view path) const;
  // "/package.Service/", one a service.
  const std::vector<std::string>& prefixes() const { return prefixes_; }

 private:
  std::map<std::string, const google::protobuf::MethodDescriptor*, std::less<>> methods_;
  std::vector<std::string> prefixes_;
};

enum class Codec { kJson, kProto };

struct ConnectCall {
  const google::protobuf::MethodDescriptor* method = nullptr;
  Codec codec = Codec::kJson;
  std::optional<std::chrono::milliseconds> timeout;  // > 0
  std::string message;                               // as it came: JSON or bytes
};

// Everything but the message itself: path, verb, content type, protocol version, compression,
// timeout, size. The response is the protocol's refusal.
std::variant<ConnectCall, Response> ReadConnectCall(const MethodTable& methods, Request request,
                                                    std::size_t message_limit);

// The message as bytes. Errors: as JsonCodec::ToBytes.
absl::StatusOr<std::string> MessageBytes(const JsonCodec& json, ConnectCall& call);

std::string_view ContentTypeOf(Codec codec);

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_CONNECT_REQUEST_H_
