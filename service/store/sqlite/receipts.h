// Receipts in SQLite: taken without waiting, written with somebody's next commit.
#ifndef COFILTER_SERVICE_STORE_SQLITE_RECEIPTS_H_
#define COFILTER_SERVICE_STORE_SQLITE_RECEIPTS_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "service/store/sqlite/database.h"
#include "service/store/store.h"

namespace cofilter::service {

class SqliteReceipts final : public ReceiptStore {
 public:
  // capacity: receipts that may wait; half of it does not wait for company. kept: older ones go, a
  // few with each write.
  SqliteReceipts(Database& database, std::size_t capacity, runtime::Duration kept)
      : database_(database), capacity_(capacity), kept_(kept) {}

  void Append(std::string recommendation_id, std::string body, runtime::Time at) override;
  // Finds what still waits, too. Errors: NOT_FOUND, UNAVAILABLE.
  absl::StatusOr<std::string> Get(std::string_view recommendation_id) override;
  std::uint64_t dropped() const override { return dropped_.load(std::memory_order_relaxed); }

 private:
  struct Receipt {
    std::string body;
    runtime::Time at{};
  };
  using Receipts = std::map<std::string, Receipt, std::less<>>;

  void Schedule();
  absl::Status Write(WriterConnection& writer, const Receipts& receipts) const;
  void Finish(const absl::Status& status);

  Database& database_;
  const std::size_t capacity_;
  const runtime::Duration kept_;
  std::atomic<std::uint64_t> dropped_{0};
  std::mutex mutex_;
  Receipts waiting_;
  std::size_t waiting_bytes_ = 0;            // of waiting_ and writing_
  std::shared_ptr<const Receipts> writing_;  // what the scheduled job writes; null before it runs
  bool scheduled_ = false;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_RECEIPTS_H_
