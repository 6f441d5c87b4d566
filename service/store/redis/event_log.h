// The event log in Redis: a stream, from which the members' state follows.
#ifndef COFILTER_SERVICE_STORE_REDIS_EVENT_LOG_H_
#define COFILTER_SERVICE_STORE_REDIS_EVENT_LOG_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "service/store/event_log.h"
#include "service/store/redis/database.h"
#include "service/store/redis/member_updates.h"

namespace cofilter::service::redis {

struct EventLogOptions {
  std::size_t max_queued_events = 262144;      // past it Record answers RESOURCE_EXHAUSTED
  std::size_t max_logged_events = 50'000'000;  // in the stream; past it too
};

class RedisEventLog final : public EventLog {
 public:
  RedisEventLog(Database& database, EventLogOptions options);
  ~RedisEventLog() override;  // writes what is queued

  // A batch of more than 10,000 events is refused: one script takes it, and Redis waits for
  // scripts.
  void Record(std::vector<data::Event> events,
              std::function<void(absl::StatusOr<RecordOutcome>)> done) override;
  absl::StatusOr<std::vector<LoggedEvent>> ReadAfter(Sequence after, std::size_t limit) override;
  absl::StatusOr<Sequence> LastSequence() override;
  absl::StatusOr<OthersEvents> ReadOthersAfter(Sequence after, std::size_t limit) override;

  // Every event up to here is in its member's state, as far as this process knows.
  Sequence settled() const { return settled_.load(std::memory_order_acquire); }
  // Asks how far that is.
  absl::Status RefreshSettled();

 private:
  struct Batch {
    std::vector<data::Event> events;
    std::function<void(absl::StatusOr<RecordOutcome>)> done;
    RecordOutcome outcome = {};
    absl::Status status = {};
    std::string stretch = {};  // of the log; empty: no new event
    Sequence unsettled = 0;    // the first event of others that is not settled
    std::vector<LoggedUpdate> updates = {};
    std::vector<std::uint32_t> updated = {};  // by update: which event of the batch
    std::vector<Sequence> sequences = {};     // by update
    std::vector<bool> new_here = {};          // by update: recorded now, not a repetition
  };

  void Run();
  std::vector<Batch> TakeBatches();  // with mutex_ held
  void Write(std::vector<Batch>& batches);
  Command LogCommand(const Batch& batch) const;
  static void ReadLogReply(ReplyView reply, Batch& batch);
  void Settle(bool even_few);
  void RaiseSettled(Sequence to);

  Database& database_;
  const EventLogOptions options_;
  const std::uint64_t writer_;  // this process, in the log's entries
  const std::string writer_text_;
  std::atomic<Sequence> settled_{0};
  std::vector<std::string> to_settle_;  // the thread's own

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Batch> batches_;
  std::size_t queued_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_EVENT_LOG_H_
