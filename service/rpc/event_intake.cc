// From the contract's events to an acknowledgement.
#include "service/rpc/event_intake.h"

#include <memory>
#include <utility>
#include <vector>

#include "service/rpc/convert_event.h"

namespace cofilter::service {
namespace {

constexpr runtime::Duration kStale = std::chrono::hours(24);

}  // namespace

absl::Status EventIntake::Check(const google::protobuf::RepeatedPtrField<v1::Event>& events) const {
  return EventsFromProto(events, clock_->Now()).status();
}

void EventIntake::Record(const google::protobuf::RepeatedPtrField<v1::Event>& events, Done done) {
  absl::StatusOr<std::vector<data::Event>> batch = EventsFromProto(events, clock_->Now());
  if (!batch.ok()) {
    done(batch.status());
    return;
  }
  const runtime::Time now = clock_->Now();
  for (const data::Event& event : *batch) {
    if (now - event.occurred_at > kStale) stale_.fetch_add(1, std::memory_order_relaxed);
    if (event.occurred_at > now) future_.fetch_add(1, std::memory_order_relaxed);
  }
  auto counted = std::make_shared<const std::vector<CountedEvent>>(CountedEvents(*batch));
  const auto arrived = std::chrono::steady_clock::now();
  auto shared_done = std::make_shared<Done>(std::move(done));
  {
    std::lock_guard lock(mutex_);
    ++at_log_;
  }
  log_->Record(*std::move(batch), [this, counted, shared_done,
                                   arrived](absl::StatusOr<RecordOutcome> outcome) {
    store_latency_.Record(std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - arrived));
    // In the store's writer: the counters must move before the answer; the rest can wait for
    // another thread.
    auto answer =
        std::make_shared<absl::StatusOr<v1::RecordEventsResponse>>(v1::RecordEventsResponse());
    if (outcome.ok()) {
      const std::shared_ptr<const Snapshot> snapshot = snapshots_->Current();
      snapshot->counters->Record(*counted, *outcome, snapshot->catalogue);
      ToProto(*outcome, &**answer);
      Count(*outcome);
    } else {
      refused_batches_.fetch_add(1, std::memory_order_relaxed);
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

void EventIntake::Count(const RecordOutcome& outcome) {
  recorded_.fetch_add(outcome.recorded, std::memory_order_relaxed);
  duplicates_.fetch_add(outcome.duplicates, std::memory_order_relaxed);
  conflicting_.fetch_add(outcome.conflicting_event_ids.size(), std::memory_order_relaxed);
  unknown_items_.fetch_add(outcome.unknown_item_ids.size(), std::memory_order_relaxed);
}

IntakeStats EventIntake::stats() const {
  return {recorded_, duplicates_, conflicting_, unknown_items_, stale_, future_, refused_batches_};
}

void EventIntake::WaitForAll() {
  std::unique_lock lock(mutex_);
  answered_.wait(lock, [this] { return at_log_ == 0; });
}

}  // namespace cofilter::service
