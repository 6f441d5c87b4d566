// Where the parts of the Redis store read and write.
#ifndef COFILTER_SERVICE_STORE_REDIS_DATABASE_H_
#define COFILTER_SERVICE_STORE_REDIS_DATABASE_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/clock.h"
#include "service/store/event_log.h"
#include "service/store/redis/client.h"
#include "service/store/redis/key_names.h"
#include "service/store/redis/scripts.h"

namespace cofilter::service::redis {

// The layout of the keys that this program writes and reads.
inline constexpr int kLayout = 1;

// Thread-safety: all calls from any thread.
class Database {
 public:
  Database(const ClientOptions& options, KeyNames names, const runtime::Clock& clock);

  const KeyNames& names() const { return names_; }
  const Scripts& scripts() const { return scripts_; }
  runtime::Time Now() const { return clock_.Now(); }
  std::string NowText() const { return std::to_string(Now().time_since_epoch().count()); }

  // As Client::Run, after the check that the data are ours: of the layout this program knows, and
  // of the store that was found first. Every answer has the error when they are not.
  Answers Run(std::span<const Command> commands, Access access);
  absl::StatusOr<Reply> RunOne(const Command& command, Access access);
  absl::StatusOr<std::vector<Reply>> RunOnMasters(const Command& command, Access access) {
    return client_.RunOnMasters(command, access);
  }
  // Errors: UNAVAILABLE; FAILED_PRECONDITION when the data are not ours.
  absl::Status CheckStore();

  // What an acknowledged write is worth now.
  Durability durability(bool replicated) const {
    if (replicated) return Durability::kReplicated;
    return every_write_synced_.load(std::memory_order_relaxed) ? Durability::kLocalSync
                                                               : Durability::kMemory;
  }
  // Asks the masters whether they sync every write. Where they do not say, they do not.
  void AskDurability();

  void OnChange(std::function<void()> listener);
  void NotifyChange();

 private:
  Client client_;
  const KeyNames names_;
  const Scripts& scripts_ = Scripts::Get();
  const runtime::Clock& clock_;
  std::atomic<bool> every_write_synced_{false};
  const std::chrono::milliseconds patience_;  // with another thread's check
  std::timed_mutex check_mutex_;
  std::atomic<std::uint64_t> checked_at_{~std::uint64_t{0}};  // the client's failures by then
  std::string store_id_;                                      // as first seen; under check_mutex_
  std::mutex listener_mutex_;  // held while the listener runs, so that OnChange waits for it
  std::function<void()> listener_;
};

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_DATABASE_H_
