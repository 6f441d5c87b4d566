// The one place where a call is let in: who calls, by the token; whether they may, by the access
// matrix; and that a member names nobody else.
#ifndef COFILTER_SERVICE_RPC_CALL_GUARD_H_
#define COFILTER_SERVICE_RPC_CALL_GUARD_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "grpcpp/server_context.h"
#include "service/identity/access_matrix.h"
#include "service/identity/authenticator.h"
#include "service/identity/caller.h"
#include "service/identity/denial.h"

namespace cofilter::service {

// The way to a field: each but the last is a message.
using FieldPath = std::vector<const google::protobuf::FieldDescriptor*>;

// Every field of these names in a message and in the messages below it.
std::vector<FieldPath> PathsTo(const google::protobuf::Descriptor& message,
                               std::initializer_list<std::string_view> names);

// A caller who was let in to one call.
struct Admitted {
  std::shared_ptr<const Caller> caller;
  // Nothing but the role member opens the call: only what is the caller's own may be asked for and
  // answered.
  bool own_only = false;
  // Nothing but editor and approver opens it: the caller's subtrees bind.
  bool scoped = false;
};

// Thread-safety: all calls from any thread. A denial is counted and logged, at most a few lines a
// second, without the member's id and without the token.
class CallGuard {
 public:
  // Ownership: the authenticator outlives it.
  explicit CallGuard(Authenticator* authenticator);

  // method: "cofilter.v1.EventService/RecordEvents". request: nullptr for a stream of requests,
  // which is open to no member.
  // Errors: UNAUTHENTICATED, PERMISSION_DENIED; the texts say what the caller can mend and nothing
  // of what the server knows.
  absl::StatusOr<Admitted> Admit(std::string_view method,
                                 const grpc::CallbackServerContext& context,
                                 const google::protobuf::Message* request);

  // What is about to be answered: whatever was asked for by another id than the member's (a
  // recommendation's) must be the member's own too.
  // Errors: NOT_FOUND, as for what does not exist.
  absl::Status CheckAnswer(std::string_view method, const Admitted& admitted,
                           const google::protobuf::Message& answer);

  // A call that was denied elsewhere: at the door of browsers, or by a handler.
  void Count(std::string_view method, Denial denial, const Caller* caller = nullptr);
  std::uint64_t denied(Denial denial) const {
    return denied_[static_cast<std::size_t>(denial)].load(std::memory_order_relaxed);
  }

 private:
  struct Method {
    const CallAccess* access = nullptr;
    std::vector<FieldPath> request_members;
    std::vector<FieldPath> request_units;
    std::vector<FieldPath> answer_members;
  };

  absl::Status Deny(std::string_view method, Denial denial, const Caller* caller);
  Denial CheckRequest(const Method& method, const Admitted& admitted,
                      const google::protobuf::Message& request) const;
  bool MayLog();

  Authenticator* const authenticator_;
  std::map<std::string, Method, std::less<>> methods_;
  std::array<std::atomic<std::uint64_t>, kDenialCount> denied_{};
  std::mutex log_mutex_;
  std::int64_t log_second_ = 0;
  int log_lines_ = 0;
  std::uint64_t log_left_out_ = 0;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_CALL_GUARD_H_
