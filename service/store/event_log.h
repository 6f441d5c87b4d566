// The event log: what members did, kept durably, each event once.
#ifndef COFILTER_SERVICE_STORE_EVENT_LOG_H_
#define COFILTER_SERVICE_STORE_EVENT_LOG_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/event.h"
#include "service/store/keys.h"

namespace cofilter::service {

// What an acknowledgement promises. kLocalSync: synced to this machine's disk; kReplicated: on
// replicas too; kMemory: in memory, and on disk within a second or so.
enum class Durability { kLocalSync, kReplicated, kMemory };

struct RecordOutcome {
  Durability durability = Durability::kLocalSync;
  std::uint32_t recorded = 0;
  std::uint32_t duplicates = 0;                    // same id, same content: counted once
  std::vector<std::string> conflicting_event_ids;  // same id, other content: the first stands
  std::vector<std::string> unknown_item_ids;  // kept in the log, not (yet) in the catalogue; unique
  // The pairs that changed, for what follows the log in memory (counters). In batch order.
  struct Applied {
    MemberKey member = 0;
    ItemKey item = 0;               // 0 for visit
    std::uint32_t event_index = 0;  // into the batch
    Sequence sequence = 0;
  };
  std::vector<Applied> applied;
};

struct LoggedEvent {
  Sequence sequence = 0;
  data::Event event;
};

// What other processes on the same store have recorded.
struct OthersEvents {
  Sequence upto = 0;  // the log was read up to here
  std::vector<LoggedEvent> events;
};

// Thread-safety: all calls from any thread.
class EventLog {
 public:
  virtual ~EventLog() = default;

  // Records a batch, all or nothing, and calls `done` once from the store's writer when it is
  // durable (or refused). Events must have passed data::ValidateEvent. `done` must be quick. Member
  // state (verbs, times, progress of the pair) is updated in the same transaction, so the next read
  // sees it. Retract of an unknown or foreign event is recorded and has no effect. Errors:
  // UNAVAILABLE when the store is away or the disk full; RESOURCE_EXHAUSTED when the queue is full.
  virtual void Record(std::vector<data::Event> events,
                      std::function<void(absl::StatusOr<RecordOutcome>)> done) = 0;

  // Events with sequence > after, ascending, at most `limit`. Does not block the writer.
  virtual absl::StatusOr<std::vector<LoggedEvent>> ReadAfter(Sequence after, std::size_t limit) = 0;
  virtual absl::StatusOr<Sequence> LastSequence() = 0;

  // Looks at most `limit` events with sequence > after through for those that were recorded by
  // other processes. A store that one process writes has none, and looks at nothing.
  virtual absl::StatusOr<OthersEvents> ReadOthersAfter(Sequence after, std::size_t limit) {
    static_cast<void>(limit);
    return OthersEvents{.upto = after, .events = {}};
  }
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_EVENT_LOG_H_
