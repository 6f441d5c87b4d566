// protobuf's own conversion, over the descriptors of the program.
#include "service/http/json_codec.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include "absl/strings/str_cat.h"

namespace cofilter::service::http {
namespace {

constexpr char kTypePrefix[] = "type.googleapis.com";

std::string TypeUrl(const google::protobuf::Descriptor& type) {
  return absl::StrCat(kTypePrefix, "/", type.full_name());
}

}  // namespace

JsonCodec::JsonCodec()
    : resolver_(google::protobuf::util::NewTypeResolverForDescriptorPool(
          kTypePrefix, google::protobuf::DescriptorPool::generated_pool())) {}

absl::StatusOr<std::string> JsonCodec::ToBytes(const google::protobuf::Descriptor& type,
                                               std::string_view json) const {
  std::string bytes;
  const auto status = google::protobuf::util::JsonToBinaryString(
      resolver_.get(), TypeUrl(type), google::protobuf::StringPiece(json.data(), json.size()),
      &bytes);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the JSON is no ", type.full_name(), ": ", status.message().as_string()));
  }
  return bytes;
}

absl::StatusOr<std::string> JsonCodec::ToJson(const google::protobuf::Descriptor& type,
                                              std::string_view bytes) const {
  std::string json;
  const auto status = google::protobuf::util::BinaryToJsonString(resolver_.get(), TypeUrl(type),
                                                                 std::string(bytes), &json);
  if (!status.ok()) {
    return absl::InternalError(absl::StrCat("no JSON can be made of the ", type.full_name(), ": ",
                                            status.message().as_string()));
  }
  return json;
}

}  // namespace cofilter::service::http
