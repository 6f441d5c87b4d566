// Write calls that carry a request_id are done once: a repeated call gets the first one's answer.
#ifndef COFILTER_SERVICE_RPC_IDEMPOTENCY_H_
#define COFILTER_SERVICE_RPC_IDEMPOTENCY_H_

#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "service/store/store.h"

namespace cofilter::service {

// Only answers are remembered, not errors. A crash between a write and its remembering lets a
// repeated call write once more: the writes that use this are upserts and revisioned pointers,
// which bear it. Thread-safety: all calls from any thread.
class Idempotency {
 public:
  explicit Idempotency(IdempotencyStore* store) : store_(store) {}

  // Does `work`, which fills `response`, unless this request_id was answered before.
  // With an empty request_id, or with validate_only (which writes nothing), just does it.
  // Errors: INVALID_ARGUMENT when request_id is no UUID; ALREADY_EXISTS when it named another
  // method or other content; ABORTED while the first call is still at work; UNAVAILABLE; what
  // `work` gives.
  absl::Status Once(std::string_view method, std::string_view request_id, bool validate_only,
                    const google::protobuf::Message& request, google::protobuf::Message* response,
                    const std::function<absl::Status()>& work);

 private:
  absl::Status FindOrDo(std::string_view method, std::string_view request_id,
                        const google::protobuf::Message& request,
                        google::protobuf::Message* response,
                        const std::function<absl::Status()>& work);

  IdempotencyStore* const store_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> at_work_;
};

// OK for an empty one and for a UUID (8-4-4-4-12 hexadecimal digits).
absl::Status CheckRequestId(std::string_view request_id);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_IDEMPOTENCY_H_
