// The shared store: one Redis, a Redis that sentinels watch, or a Redis Cluster.
#ifndef COFILTER_SERVICE_STORE_REDIS_REDIS_STORE_H_
#define COFILTER_SERVICE_STORE_REDIS_REDIS_STORE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/clock.h"
#include "service/store/redis/client.h"
#include "service/store/redis/options.h"
#include "service/store/store.h"

namespace cofilter::service {

struct RedisStoreOptions {
  redis::ClientOptions client;
  std::string prefix = "cofilter";       // of every key; 1..64 bytes without '{', '}' and ':'
  std::string organisation = "default";  // whose data this store shows; 1..256 bytes
  const runtime::Clock* clock = &runtime::SystemClock::Instance();  // outlives the store

  std::size_t max_queued_events = 262144;  // past it Record answers RESOURCE_EXHAUSTED
  // In the log; past it, too, until an export was verified and the log trimmed. An event takes
  // about 120 bytes there.
  std::size_t max_logged_events = 50'000'000;
  std::size_t max_waiting_receipts = 4096;    // past it receipts are dropped and counted
  std::chrono::hours receipts_kept{24 * 30};  // Redis drops older receipts

  // Errors: INVALID_ARGUMENT naming the option.
  absl::Status Validate() const;
};

// Thread-safety: all calls from any thread. Several processes may have the same store open.
class RedisStore {
 public:
  // A Redis that is away is no error: calls answer UNAVAILABLE until it comes.
  // Errors: INVALID_ARGUMENT; FAILED_PRECONDITION when the data there have a layout that this
  // program does not know; PERMISSION_DENIED when Redis does not take the password.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const RedisStoreOptions& options);

  // Drops events up to `upto` from the log, a few thousand at a time. The caller answers for it
  // that they are exported and that the export was read back. What they did to members' state
  // stays, and a repetition of one is still known. Returns how many went.
  static absl::StatusOr<std::uint64_t> TrimLog(const RedisStoreOptions& options, Sequence upto);
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_REDIS_REDIS_STORE_H_
