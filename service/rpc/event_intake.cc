// From the contract's events to an acknowledgement.
#include "service/rpc/event_intake.h"

#include <memory>
#include <utility>
#include <vector>

#include "service/rpc/convert_event.h"

namespace cofilter::service {

absl::Status EventIntake::Check(const google::protobuf::RepeatedPtrField<v1::Event>& events) const {
  return EventsFromProto(events, clock_->Now()).status();
}

void EventIntake::Record(const google::protobuf::RepeatedPtrField<v1::Event>& events, Done done) {
  absl::StatusOr<std::vector<data::Event>> batch = EventsFromProto(events, clock_->Now());
  if (!batch.ok()) {
    done(batch.status());
    return;
  }
  auto counted = std::make_shared<const std::vector<CountedEvent>>(CountedEvents(*batch));
  auto shared_done = std::make_shared<Done>(std::move(done));
  {
    std::lock_guard lock(mutex_);
    ++at_log_;
  }
  log_->Record(
      *std::move(batch), [this, counted, shared_done](absl::StatusOr<RecordOutcome> outcome) {
        // In the store's writer: the counters must move before the answer; the rest can wait for
        // another thread.
        auto answer =
            std::make_shared<absl::StatusOr<v1::RecordEventsResponse>>(v1::RecordEventsResponse());
        if (outcome.ok()) {
          const std::shared_ptr<const Snapshot> snapshot = snapshots_->Current();
          snapshot->counters->Record(*counted, *outcome, snapshot->catalogue);
          ToProto(*outcome, &**answer);
        } else {
          *answer = outcome.status();
        }
        if (!executor_->Submit([shared_done, answer] { (*shared_done)(std::move(*answer)); })) {
          (*shared_done)(std::move(*answer));
        }
        // Under the lock, so that WaitForAll does not return, and this object go, before the
        // notification is over.
        std::lock_guard lock(mutex_);
        if (--at_log_ == 0) answered_.notify_all();
      });
}

void EventIntake::WaitForAll() {
  std::unique_lock lock(mutex_);
  answered_.wait(lock, [this] { return at_log_ == 0; });
}

}  // namespace cofilter::service
