// Takes checked events to the log, and to the counters once they are recorded.
#ifndef COFILTER_SERVICE_RPC_EVENT_INTAKE_H_
#define COFILTER_SERVICE_RPC_EVENT_INTAKE_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

#include "absl/status/statusor.h"
#include "cofilter/v1/event_service.pb.h"
#include "runtime/clock.h"
#include "service/executor.h"
#include "service/snapshot/snapshot_holder.h"
#include "service/store/event_log.h"

namespace cofilter::service {

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

  // The checks alone.
  absl::Status Check(const google::protobuf::RepeatedPtrField<v1::Event>& events) const;

 private:
  EventLog* const log_;
  SnapshotHolder* const snapshots_;
  const runtime::Clock* const clock_;
  Executor* const executor_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::int64_t at_log_ = 0;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_EVENT_INTAKE_H_
