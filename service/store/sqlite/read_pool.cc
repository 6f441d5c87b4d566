// Lends connections, last used first, so that their caches stay warm.
#include "service/store/sqlite/read_pool.h"

#include "runtime/status_macros.h"

namespace cofilter::service {

ReadPool::ReadPool(std::string path, ConnectionOptions options, int connections)
    : path_(std::move(path)),
      options_([&] {
        options.read_only = true;
        options.create = false;
        return options;
      }()),
      free_(static_cast<std::size_t>(connections)) {}

std::unique_ptr<Connection> ReadPool::Take() {
  std::unique_lock<std::mutex> lock(mutex_);
  freed_.wait(lock, [this] { return !free_.empty(); });
  std::unique_ptr<Connection> connection = std::move(free_.back());
  free_.pop_back();
  return connection;
}

absl::Status ReadPool::EnsureOpen(std::unique_ptr<Connection>* connection) {
  if (*connection != nullptr && (*connection)->InPlace()) return absl::OkStatus();
  connection->reset();
  COFILTER_ASSIGN_OR_RETURN(*connection, Connection::Open(path_, options_));
  return absl::OkStatus();
}

absl::Status ReadPool::Return(std::unique_ptr<Connection> connection, absl::Status status) {
  const bool broken =
      absl::IsUnavailable(status) || absl::IsDataLoss(status) || absl::IsInternal(status);
  if (broken) connection.reset();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    free_.push_back(std::move(connection));
  }
  freed_.notify_one();
  return broken ? absl::UnavailableError(status.message()) : status;
}

}  // namespace cofilter::service
