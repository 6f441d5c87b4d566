// Connections for reading, each lent to one thread at a time. Readers never wait for the writer.
#ifndef COFILTER_SERVICE_STORE_SQLITE_READ_POOL_H_
#define COFILTER_SERVICE_STORE_SQLITE_READ_POOL_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "service/store/sqlite/connection.h"

namespace cofilter::service {

// Thread-safety: all calls from any thread.
class ReadPool {
 public:
  // Connections are opened when they are first needed. connections ≥ 1.
  ReadPool(std::string path, ConnectionOptions options, int connections);

  // Runs `read` on a connection; waits while all are lent. Not from inside a read.
  // Errors: UNAVAILABLE when the store is away or damaged (the connection is then opened anew for
  // the next read), else what `read` returned.
  template <typename Read>
  absl::Status Run(Read&& read) {
    std::unique_ptr<Connection> connection = Take();
    absl::Status status = EnsureOpen(&connection);
    if (status.ok()) status = read(*connection);
    return Return(std::move(connection), std::move(status));
  }

 private:
  std::unique_ptr<Connection> Take();  // null: a connection is free but not open
  absl::Status EnsureOpen(std::unique_ptr<Connection>* connection);
  absl::Status Return(std::unique_ptr<Connection> connection, absl::Status status);

  const std::string path_;
  const ConnectionOptions options_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> free_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_READ_POOL_H_
