// Receipts, audit entries and remembered answers in Redis.
#ifndef COFILTER_SERVICE_STORE_REDIS_RECORDS_H_
#define COFILTER_SERVICE_STORE_REDIS_RECORDS_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "service/store/redis/database.h"
#include "service/store/store.h"

namespace cofilter::service::redis {

// Taken without waiting, written by a thread of its own in pipelines.
class RedisReceipts final : public ReceiptStore {
 public:
  // capacity: receipts that may wait. kept: Redis drops older ones.
  RedisReceipts(Database& database, std::size_t capacity, std::chrono::milliseconds kept);
  ~RedisReceipts() override;  // writes what waits, if Redis is there

  void Append(std::string recommendation_id, std::string body, runtime::Time at) override;
  // Finds what still waits, too. Errors: NOT_FOUND, UNAVAILABLE.
  absl::StatusOr<std::string> Get(std::string_view recommendation_id) override;
  std::uint64_t dropped() const override { return dropped_.load(std::memory_order_relaxed); }

 private:
  using Receipts = std::map<std::string, std::string, std::less<>>;
  void Run();
  // What could not be written.
  Receipts Write(const Receipts& receipts);

  Database& database_;
  const std::size_t capacity_;
  const std::string kept_ms_;
  std::atomic<std::uint64_t> dropped_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  Receipts waiting_;
  Receipts writing_;
  std::size_t bytes_ = 0;  // of waiting_ and writing_
  bool stopping_ = false;
  std::thread thread_;
};

class RedisAudit final : public AuditStore {
 public:
  explicit RedisAudit(Database& database) : database_(database) {}
  absl::Status Append(const AuditEntry& entry) override;
  absl::StatusOr<std::vector<AuditEntry>> ReadAfter(Sequence after, std::size_t limit) override;

 private:
  Database& database_;
};

class RedisIdempotency final : public IdempotencyStore {
 public:
  explicit RedisIdempotency(Database& database) : database_(database) {}
  absl::StatusOr<std::string> Find(std::string_view request_id) override;
  absl::Status Remember(std::string_view request_id, std::string_view answer) override;

 private:
  Database& database_;
};

std::string EncodeAudit(const AuditEntry& entry);
absl::StatusOr<AuditEntry> DecodeAudit(Sequence sequence, std::string_view bytes);

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_RECORDS_H_
