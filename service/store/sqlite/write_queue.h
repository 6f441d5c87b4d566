// One thread writes for all: jobs that wait together share a transaction and its sync.
#ifndef COFILTER_SERVICE_STORE_SQLITE_WRITE_QUEUE_H_
#define COFILTER_SERVICE_STORE_SQLITE_WRITE_QUEUE_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/store/sqlite/writer_connection.h"

namespace cofilter::service {

struct WriteJob {
  // Runs in the writer's transaction, perhaps twice: when a neighbour's failure undoes the first
  // run. A job that fails leaves nothing behind, whatever it wrote before.
  std::function<absl::Status(WriterConnection&)> run = {};
  // Called once: OK when what the job wrote is durable. Must be quick.
  std::function<void(absl::Status)> done = {};
  std::size_t weight = 1;  // rows, about; what the queue's bound and a transaction's size count
  bool lazy = false;       // may wait for another job's commit, up to half a second
};

struct WriteQueueOptions {
  std::size_t max_queued_weight = 262144;
  std::size_t max_transaction_weight = 131072;
  int checkpoint_pages = 16384;  // copies the write-ahead log into the file when it has so many
};

// Thread-safety: all calls from any thread.
// Errors given to `done`: RESOURCE_EXHAUSTED when the queue is full, UNAVAILABLE when the store is
// away, and what the job returned. When the file was replaced or the connection is of no use any
// more, it is opened anew for the next job.
class WriteQueue {
 public:
  // Opens the store, making it where there is none, and starts the thread.
  static absl::StatusOr<std::unique_ptr<WriteQueue>> Start(WriterOptions writer,
                                                           WriteQueueOptions options,
                                                           const runtime::Clock& clock);
  ~WriteQueue();  // stops
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  void Submit(WriteJob job);
  // Runs what is queued, then ends the thread; jobs that come later are refused with CANCELLED.
  void Stop();
  // Waits for the job. Not from a job or a `done`.
  absl::Status RunAndWait(std::size_t weight, std::function<absl::Status(WriterConnection&)> run);
  // Called after each commit that added to the change feed.
  void OnChange(std::function<void()> listener);

  std::int64_t organisation() const { return organisation_; }

 private:
  WriteQueue(WriterOptions writer, WriteQueueOptions options, const runtime::Clock& clock)
      : writer_options_(std::move(writer)),
        options_(options),
        clock_(clock),
        checkpoint_at_(options.checkpoint_pages) {}
  void Run();
  absl::Status Accepts(std::size_t weight) const;  // with mutex_ held
  std::vector<WriteJob> TakeBatch();               // with mutex_ held
  void Execute(std::vector<WriteJob>& batch);
  absl::Status EnsureOpen();
  void NotifyChange();
  void CheckpointWhenLong(Connection& connection);

  const WriterOptions writer_options_;
  const WriteQueueOptions options_;
  const runtime::Clock& clock_;
  std::int64_t organisation_ = 0;
  std::unique_ptr<WriterConnection> writer_;  // the thread's own; null when it must be opened anew
  int checkpoint_at_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<WriteJob> jobs_;
  std::size_t queued_weight_ = 0;
  std::size_t urgent_ = 0;  // jobs that are not lazy
  std::chrono::steady_clock::time_point lazy_until_{};
  bool stopping_ = false;
  std::mutex listener_mutex_;  // held while the listener runs, so that OnChange waits for it
  std::function<void()> listener_;
  std::thread thread_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_WRITE_QUEUE_H_
