// Takes checked events to the log, and to the counters once they are recorded.
#ifndef COFILTER_SERVICE_RPC_EVENT_INTAKE_H_
#define COFILTER_SERVICE_RPC_EVENT_INTAKE_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

#include "absl/status/statusor.h"
#include "cofilter/v1/event_service.pb.h"
#include "runtime/clock.h"
#include "service/executor.h"
#include "service/latency_histogram.h"
#include "service/snapshot/snapshot_holder.h"
#include "service/store/event_log.h"

namespace cofilter::service {

// Counts since the start.
struct IntakeStats {
  std::uint64_t recorded = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t conflicting = 0;
  std::uint64_t unknown_items = 0;    // different ids, added up over the batches
  std::uint64_t stale = 0;            // of more than a day before their receipt
  std::uint64_t future = 0;           // of a time after their receipt
  std::uint64_t refused_batches = 0;  // by the store
};

// Thread-safety: all calls from any thread.
class EventIntake {
 public:
  // All outlive it and every batch. `executor` runs what follows the store's acknowledgement.
  EventIntake(EventLog* log, SnapshotHolder* snapshots, const runtime::Clock* clock,
              Executor* executor)
      : log_(log), snapshots_(snapshots), clock_(clock), executor_(executor) {}

  using Done = std::function<void(absl::StatusOr<v1::RecordEventsResponse>)>;
  // Calls `done` once: on the executor after the store has acknowledged, or in this thread when the
  // batch is refused before. Errors: INVALID_ARGUMENT that names the event and field; those of the
  // log.
  void Record(const google::protobuf::RepeatedPtrField<v1::Event>& events, Done done);

  // Returns when every batch that was given to the log has been answered: before the executor goes
  // away.
  void WaitForAll();

  IntakeStats stats() const;
  // From a batch's arrival to the store's acknowledgement.
  const LatencyHistogram& store_latency() const { return store_latency_; }

  // The checks alone.
  absl::Status Check(const google::protobuf::RepeatedPtrField<v1::Event>& events) const;

 private:
  EventLog* const log_;
  SnapshotHolder* const snapshots_;
  const runtime::Clock* const clock_;
  Executor* const executor_;
  void Count(const RecordOutcome& outcome);

  LatencyHistogram store_latency_;
  std::atomic<std::uint64_t> recorded_{0};
  std::atomic<std::uint64_t> duplicates_{0};
  std::atomic<std::uint64_t> conflicting_{0};
  std::atomic<std::uint64_t> unknown_items_{0};
  std::atomic<std::uint64_t> stale_{0};
  std::atomic<std::uint64_t> future_{0};
  std::atomic<std::uint64_t> refused_batches_{0};
  std::mutex mutex_;
  std::condition_variable answered_;
  std::int64_t at_log_ = 0;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_EVENT_INTAKE_H_
