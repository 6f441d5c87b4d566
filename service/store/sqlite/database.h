// Where the parts of the SQLite store read and write.
#ifndef COFILTER_SERVICE_STORE_SQLITE_DATABASE_H_
#define COFILTER_SERVICE_STORE_SQLITE_DATABASE_H_

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/clock.h"
#include "service/store/sqlite/read_pool.h"
#include "service/store/sqlite/write_queue.h"

namespace cofilter::service {

// Thread-safety: all calls from any thread.
class Database {
 public:
  // writes: null for a store that is open for reading only.
  Database(std::unique_ptr<ReadPool> reads, std::unique_ptr<WriteQueue> writes,
           std::int64_t organisation, const runtime::Clock& clock)
      : reads_(std::move(reads)),
        writes_(std::move(writes)),
        organisation_(organisation),
        clock_(clock) {}

  // read: absl::StatusOr<T>(Connection&). UNAVAILABLE when the store is away.
  template <typename T, typename Reader>
  absl::StatusOr<T> ReadValue(Reader&& read) {
    absl::StatusOr<T> value = absl::UnknownError("not read");
    const absl::Status status = reads_->Run([&](Connection& connection) {
      value = read(connection);
      return value.status();
    });
    if (!status.ok()) return status;
    return value;
  }
  absl::Status Read(const std::function<absl::Status(Connection&)>& read) {
    return reads_->Run(read);
  }

  // write: absl::StatusOr<T>(WriterConnection&). Durable on return.
  template <typename T, typename Writer>
  absl::StatusOr<T> WriteValue(std::size_t weight, Writer write) {
    absl::StatusOr<T> value = absl::UnknownError("not written");
    const absl::Status status = Write(weight, [&](WriterConnection& writer) {
      value = write(writer);
      return value.status();
    });
    if (!status.ok()) return status;
    return value;
  }
  absl::Status Write(std::size_t weight, std::function<absl::Status(WriterConnection&)> run) {
    if (writes_ == nullptr) return ReadOnlyError();
    return writes_->RunAndWait(weight, std::move(run));
  }
  void Submit(WriteJob job) {
    if (writes_ == nullptr) return job.done(ReadOnlyError());
    writes_->Submit(std::move(job));
  }
  void OnChange(std::function<void()> listener) {
    if (writes_ != nullptr) writes_->OnChange(std::move(listener));
  }

  std::int64_t organisation() const { return organisation_; }
  runtime::Time Now() const { return clock_.Now(); }
  bool read_only() const { return writes_ == nullptr; }
  // Runs what is queued and ends the writer; later writes are refused.
  void StopWriting() {
    if (writes_ != nullptr) writes_->Stop();
  }

 private:
  static absl::Status ReadOnlyError() {
    return absl::FailedPreconditionError("store: open for reading only");
  }

  const std::unique_ptr<ReadPool> reads_;
  const std::unique_ptr<WriteQueue> writes_;
  const std::int64_t organisation_;
  const runtime::Clock& clock_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_DATABASE_H_
