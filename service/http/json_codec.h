// Any message between its JSON and its bytes, by its descriptor: no code per message.
#ifndef COFILTER_SERVICE_HTTP_JSON_CODEC_H_
#define COFILTER_SERVICE_HTTP_JSON_CODEC_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/type_resolver.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace cofilter::service::http {

// protobuf's JSON: names in lowerCamelCase (snake_case is read too), 64-bit numbers as text, fields
// at their default left out. Thread-safety: all calls from any thread.
class JsonCodec {
 public:
  // Of the messages that are linked into the program.
  JsonCodec();

  // Errors: INVALID_ARGUMENT with protobuf's words: a field that does not exist, a wrong type, no
  // JSON, text that is no UTF-8, nesting deeper than 100.
  absl::StatusOr<std::string> ToBytes(const google::protobuf::Descriptor& type,
                                      std::string_view json) const;
  // Errors: INTERNAL for bytes that are no such message.
  absl::StatusOr<std::string> ToJson(const google::protobuf::Descriptor& type,
                                     std::string_view bytes) const;

 private:
  const std::unique_ptr<google::protobuf::util::TypeResolver> resolver_;
};

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_JSON_CODEC_H_
