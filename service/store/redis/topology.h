// Which node holds a slot.
#ifndef COFILTER_SERVICE_STORE_REDIS_TOPOLOGY_H_
#define COFILTER_SERVICE_STORE_REDIS_TOPOLOGY_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/store/redis/command.h"
#include "service/store/redis/connection.h"
#include "service/store/redis/options.h"

namespace cofilter::service::redis {

struct TopologyOptions {
  Mode mode = Mode::kSingle;
  std::vector<Endpoint> addresses;  // at least one
  std::string sentinel_master;      // with kSentinel: the name the sentinels watch
  Credentials sentinel_credentials;
  ConnectionOptions connection;
  std::chrono::milliseconds refresh_interval{100};  // at the least, between two questions
};

// Thread-safety: all calls from any thread.
class Topology {
 public:
  explicit Topology(TopologyOptions options);

  // The master of the slot. Errors: UNAVAILABLE when nobody says who that is.
  absl::StatusOr<Endpoint> NodeFor(std::uint16_t slot);
  // All masters that are known.
  std::vector<Endpoint> Masters();

  // A redirection: from now on the slot is there.
  void Moved(std::uint16_t slot, const Endpoint& endpoint);
  // What is known may be wrong: the next question is put to the servers.
  void Suspect() { suspected_.store(true, std::memory_order_release); }

 private:
  struct Map {
    std::vector<Endpoint> nodes;
    std::array<std::int16_t, kSlotCount> slots{};  // into nodes; −1: nobody
  };
  std::shared_ptr<const Map> Current();
  void RefreshIfSuspected();
  absl::StatusOr<std::shared_ptr<const Map>> Ask(const Endpoint& endpoint) const;
  absl::StatusOr<std::shared_ptr<const Map>> AskCluster(Connection& connection,
                                                        Deadline deadline) const;
  absl::StatusOr<std::shared_ptr<const Map>> AskSentinel(Connection& connection,
                                                         Deadline deadline) const;

  const TopologyOptions options_;
  std::atomic<bool> suspected_{false};
  std::mutex refresh_mutex_;  // one question at a time
  std::chrono::steady_clock::time_point refreshed_{};
  absl::Status refusal_;  // why the last question had no answer; under map_mutex_
  std::mutex map_mutex_;
  std::shared_ptr<const Map> map_;
};

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_TOPOLOGY_H_
