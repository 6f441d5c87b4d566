// Sends commands to the nodes they are for, in one round trip a node, and follows redirections.
#ifndef COFILTER_SERVICE_STORE_REDIS_CLIENT_H_
#define COFILTER_SERVICE_STORE_REDIS_CLIENT_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/store/redis/command.h"
#include "service/store/redis/connection.h"
#include "service/store/redis/topology.h"

namespace cofilter::service::redis {

class Node;

struct ClientOptions {
  TopologyOptions topology;
  std::chrono::milliseconds read_timeout{250};    // of a round trip that only reads
  std::chrono::milliseconds write_timeout{2000};  // of one that writes
  // After a failure a node is left alone for so long, twice as long after each further one, up to
  // the most, a quarter more or less by chance; meanwhile calls fail at once.
  std::chrono::milliseconds first_pause{50};
  std::chrono::milliseconds longest_pause{800};
  // Where commands write: how many replicas must have them too, and how long that is waited for.
  int replicas = 0;
  std::chrono::milliseconds replica_timeout{100};
};

enum class Access {
  kRead,          // does nothing: sent again when a connection breaks
  kWrite,         // an answer that is lost leaves open whether it was done
  kDurableWrite,  // waits for replicas, too, where they are asked for
};

// One answer a command: what Redis said, or why it said nothing. Errors: UNAVAILABLE when a node is
// away, full, read-only or in trouble; FAILED_PRECONDITION for what Redis refuses otherwise, in its
// words; ABORTED and RESOURCE_EXHAUSTED as our scripts say; DATA_LOSS for a key of another type or
// with damaged bytes.
struct Answers {
  std::vector<absl::StatusOr<Reply>> replies;
  bool replicated =
      false;  // durable writes only: all of it is on as many replicas as asked for (≥ 1)
};

// Thread-safety: all calls from any thread.
class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();

  Answers Run(std::span<const Command> commands, Access access);
  absl::StatusOr<Reply> RunOne(const Command& command, Access access);

  // Runs the command on every master. Errors: the first.
  absl::StatusOr<std::vector<Reply>> RunOnMasters(const Command& command, Access access);

  // Grows whenever a node failed: what was known of the data may not hold any more.
  std::uint64_t failures() const { return failures_.load(std::memory_order_acquire); }

 private:
  struct Round;

  std::shared_ptr<Node> NodeAt(const Endpoint& endpoint);
  void Perform(std::span<const Command> commands, Access access, Deadline deadline, Round& round);
  // An exchange that failed; connection: null when none could be had. Whether another connection
  // may do better at once.
  bool NoteBroken(Node& node, const Connection* connection, bool fresh, const absl::Status& why,
                  Deadline deadline);
  // Whether the command is to be sent again, and what that takes.
  bool Again(const Command& command, std::size_t index, const Reply& reply, Round& round);
  std::chrono::milliseconds TimeoutOf(Access access) const {
    return access == Access::kRead ? options_.read_timeout : options_.write_timeout;
  }

  const ClientOptions options_;
  Topology topology_;
  std::atomic<std::uint64_t> failures_{0};
  std::mutex nodes_mutex_;
  std::map<Endpoint, std::shared_ptr<Node>> nodes_;
};

// What an error answer means. Exposed for tests.
absl::Status StatusOfError(std::string_view error);

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_CLIENT_H_
