// Takes all waiting jobs, commits them together, answers, and begins again.
#include "service/store/sqlite/write_queue.h"

#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::service {
namespace {

constexpr auto kLazyWait = std::chrono::milliseconds(500);

// For the caller every failure of the store is the same: away.
absl::Status Away(const absl::Status& status) { return absl::UnavailableError(status.message()); }

}  // namespace

absl::StatusOr<std::unique_ptr<WriteQueue>> WriteQueue::Start(WriterOptions writer,
                                                              WriteQueueOptions options,
                                                              const runtime::Clock& clock) {
  COFILTER_ASSIGN_OR_RETURN(auto connection, WriterConnection::Open(writer, clock));
  // A file that goes away while the store is open must come back; an empty one in its place would
  // hide it.
  writer.connection.create = false;
  std::unique_ptr<WriteQueue> queue(new WriteQueue(std::move(writer), options, clock));
  queue->organisation_ = connection->organisation();
  queue->writer_ = std::move(connection);
  queue->thread_ = std::thread([raw = queue.get()] { raw->Run(); });
  return queue;
}

WriteQueue::~WriteQueue() { Stop(); }

void WriteQueue::Stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void WriteQueue::Submit(WriteJob job) {
  absl::Status accepted = absl::OkStatus();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    accepted = Accepts(job.weight);
    if (accepted.ok()) {
      queued_weight_ += job.weight;
      if (!job.lazy) ++urgent_;
      if (jobs_.empty()) lazy_until_ = std::chrono::steady_clock::now() + kLazyWait;
      jobs_.push_back(std::move(job));
      wake_.notify_one();
      return;
    }
  }
  job.done(std::move(accepted));
}

absl::Status WriteQueue::Accepts(std::size_t weight) const {
  if (stopping_) return absl::CancelledError("store: closing");
  // A job of any size is taken when it is the only one.
  if (jobs_.empty() || queued_weight_ + weight <= options_.max_queued_weight) {
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("store: ", queued_weight_, " rows wait to be written; at most ",
                   options_.max_queued_weight, " may: try again later"));
}

absl::Status WriteQueue::RunAndWait(std::size_t weight,
                                    std::function<absl::Status(WriterConnection&)> run) {
  // Shared, because the writer may still be inside set_value when the waiting thread goes on.
  const auto promise = std::make_shared<std::promise<absl::Status>>();
  std::future<absl::Status> result = promise->get_future();
  Submit({.run = std::move(run),
          .done = [promise](absl::Status status) { promise->set_value(std::move(status)); },
          .weight = weight});
  return result.get();
}

void WriteQueue::OnChange(std::function<void()> listener) {
  const std::lock_guard<std::mutex> lock(listener_mutex_);
  listener_ = std::move(listener);
}

void WriteQueue::NotifyChange() {
  const std::lock_guard<std::mutex> lock(listener_mutex_);
  if (listener_) listener_();
}

void WriteQueue::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    while (urgent_ == 0 && !stopping_ &&
           (jobs_.empty() || std::chrono::steady_clock::now() < lazy_until_)) {
      if (jobs_.empty()) {
        wake_.wait(lock);
      } else {
        wake_.wait_until(lock, lazy_until_);
      }
    }
    if (jobs_.empty()) break;  // stopping
    std::vector<WriteJob> batch = TakeBatch();
    lock.unlock();
    Execute(batch);
    batch.clear();
    lock.lock();
  }
  lock.unlock();
  writer_.reset();  // the last connection to close empties the write-ahead log
}

std::vector<WriteJob> WriteQueue::TakeBatch() {
  std::vector<WriteJob> batch;
  std::size_t weight = 0;
  while (!jobs_.empty() &&
         (batch.empty() || weight + jobs_.front().weight <= options_.max_transaction_weight)) {
    weight += jobs_.front().weight;
    if (!jobs_.front().lazy) --urgent_;
    batch.push_back(std::move(jobs_.front()));
    jobs_.pop_front();
  }
  queued_weight_ -= weight;
  return batch;
}

absl::Status WriteQueue::EnsureOpen() {
  if (writer_ != nullptr && writer_->connection().InPlace()) return absl::OkStatus();
  writer_.reset();
  COFILTER_ASSIGN_OR_RETURN(auto writer, WriterConnection::Open(writer_options_, clock_));
  if (writer->organisation() != organisation_) {
    return absl::UnavailableError(absl::StrCat("store: ", writer_options_.path,
                                               " was replaced by another store; start anew"));
  }
  writer_ = std::move(writer);
  return absl::OkStatus();
}

void WriteQueue::Execute(std::vector<WriteJob>& batch) {
  // Jobs share transactions as far as possible. A job that fails after it wrote something undoes
  // the transaction, so from then on each job has one of its own, and the faulty one fails alone.
  bool alone = false;
  bool changed = false;
  std::vector<absl::Status> results(batch.size());
  std::size_t next = 0;
  while (next < batch.size()) {
    const std::size_t end = alone ? next + 1 : batch.size();
    absl::Status store = EnsureOpen();
    if (store.ok()) store = writer_->Begin();
    bool undone = false;
    for (std::size_t i = next; i < end && store.ok() && !undone; ++i) {
      const std::int64_t before = writer_->connection().TotalChanges();
      results[i] = batch[i].run(*writer_);
      if (results[i].ok()) continue;
      if (absl::IsUnavailable(results[i])) store = results[i];
      if (absl::IsDataLoss(results[i]) || absl::IsInternal(results[i])) {
        results[i] = Away(results[i]);  // of this job's rows alone
      }
      undone =
          writer_->connection().TotalChanges() != before || !writer_->connection().InTransaction();
    }
    if (store.ok() && !undone) store = writer_->Commit();
    if (store.ok() && !undone) changed |= writer_->changed_feed();
    if (writer_ != nullptr && (!store.ok() || undone)) {
      const absl::Status rolled_back = writer_->Rollback();
      if (store.ok()) store = rolled_back;
      // Opening anew would read the log from the disk, where what was just refused may lie: as long
      // as the connection can undo, it stays, and the next commit writes over it.
      if (!rolled_back.ok() || absl::IsDataLoss(store)) writer_.reset();
    }
    if (!store.ok()) {
      for (std::size_t i = next; i < batch.size(); ++i) results[i] = Away(store);
      break;
    }
    if (undone && !alone) {
      alone = true;  // the same jobs again
    } else {
      next = end;
    }
  }
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(std::move(results[i]));
  if (changed) NotifyChange();
  if (writer_ != nullptr) CheckpointWhenLong(writer_->connection());
}

void WriteQueue::CheckpointWhenLong(Connection& connection) {
  const int pages = connection.wal_pages();
  if (pages + options_.checkpoint_pages < checkpoint_at_) {
    checkpoint_at_ = options_.checkpoint_pages;  // the log began anew
  }
  if (pages < checkpoint_at_) return;
  // A long read keeps the log from beginning anew, and a failure leaves it as it is: later is soon
  // enough.
  connection.Checkpoint().IgnoreError();
  checkpoint_at_ = pages + options_.checkpoint_pages;
}

}  // namespace cofilter::service
