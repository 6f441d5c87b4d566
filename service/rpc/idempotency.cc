// What is remembered of an answer: "<method>\n<digest of the request>\n<serialised answer>".
#include "service/rpc/idempotency.h"

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "runtime/digest.h"
#include "runtime/status_macros.h"

namespace cofilter::service {
namespace {

std::string DigestOf(const google::protobuf::Message& request) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    request.SerializeToCodedStream(&coded);
  }
  return runtime::Hex(runtime::Sha256(std::string_view(bytes)));
}

}  // namespace

absl::Status CheckRequestId(std::string_view request_id) {
  if (request_id.empty()) return absl::OkStatus();
  bool right = request_id.size() == 36;
  for (std::size_t i = 0; right && i < request_id.size(); ++i) {
    const char c = request_id[i];
    const bool dash_place = i == 8 || i == 13 || i == 18 || i == 23;
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    right = dash_place ? c == '-' : digit;
  }
  if (right) return absl::OkStatus();
  return data::FieldError("request_id", request_id,
                          "a UUID such as 123e4567-e89b-42d3-a456-426614174000");
}

absl::Status Idempotency::Once(std::string_view method, std::string_view request_id,
                               bool validate_only, const google::protobuf::Message& request,
                               google::protobuf::Message* response,
                               const std::function<absl::Status()>& work) {
  COFILTER_RETURN_IF_ERROR(CheckRequestId(request_id));
  if (request_id.empty() || validate_only) return work();
  {
    std::lock_guard lock(mutex_);
    if (!at_work_.emplace(request_id).second) {
      return absl::AbortedError("a call with this request_id is still at work; repeat it later");
    }
  }
  const absl::Status status = FindOrDo(method, request_id, request, response, work);
  std::lock_guard lock(mutex_);
  at_work_.erase(at_work_.find(request_id));
  return status;
}

absl::Status Idempotency::FindOrDo(std::string_view method, std::string_view request_id,
                                   const google::protobuf::Message& request,
                                   google::protobuf::Message* response,
                                   const std::function<absl::Status()>& work) {
  std::string head(method);
  head += '\n';
  const std::size_t method_end = head.size();
  head += DigestOf(request);
  head += '\n';
  const absl::StatusOr<std::string> found = store_->Find(request_id);
  if (found.ok()) {
    if (found->compare(0, head.size(), head) != 0) {
      const bool same_method = found->compare(0, method_end, head, 0, method_end) == 0;
      return absl::AlreadyExistsError(
          absl::StrCat("request_id was used by a call ",
                       same_method ? "with other content" : "of another method"));
    }
    if (!response->ParseFromArray(found->data() + head.size(),
                                  static_cast<int>(found->size() - head.size()))) {
      return absl::DataLossError("the answer remembered for request_id cannot be read");
    }
    return absl::OkStatus();
  }
  if (!absl::IsNotFound(found.status())) return found.status();
  COFILTER_RETURN_IF_ERROR(work());
  head += response->SerializeAsString();
  // The write is done: without its memory a repeated call writes once more, which is no reason to
  // fail this one.
  store_->Remember(request_id, head).IgnoreError();
  return absl::OkStatus();
}

}  // namespace cofilter::service
