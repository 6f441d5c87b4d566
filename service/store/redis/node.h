// One server: its idle connections, and whether it is worth asking now.
#ifndef COFILTER_SERVICE_STORE_REDIS_NODE_H_
#define COFILTER_SERVICE_STORE_REDIS_NODE_H_

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/store/redis/connection.h"

namespace cofilter::service::redis {

struct Pause {
  std::chrono::milliseconds first{50};
  std::chrono::milliseconds longest{800};
};

// Thread-safety: all calls from any thread.
class Node {
 public:
  Node(Endpoint endpoint, ConnectionOptions options, Pause pause)
      : endpoint_(std::move(endpoint)), options_(std::move(options)), pause_(pause) {}

  const Endpoint& endpoint() const { return endpoint_; }

  // A connection for one bundle; *fresh: it was just made. Errors: UNAVAILABLE at once while the
  // node is left alone.
  absl::StatusOr<std::unique_ptr<Connection>> Take(bool* fresh);
  // Every answer was read.
  void GiveBack(std::unique_ptr<Connection> connection);
  void DropIdle();
  // The node did not answer. Its idle connections go, too.
  void NoteFailure(const absl::Status& why);

 private:
  const Endpoint endpoint_;
  const ConnectionOptions options_;
  const Pause pause_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
  int failures_ = 0;  // in a row
  std::chrono::steady_clock::time_point asked_again_at_{};
  absl::Status last_failure_;
};

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_NODE_H_
