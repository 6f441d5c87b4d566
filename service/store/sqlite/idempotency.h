// Answers by request id, in SQLite, for a day.
#ifndef COFILTER_SERVICE_STORE_SQLITE_IDEMPOTENCY_H_
#define COFILTER_SERVICE_STORE_SQLITE_IDEMPOTENCY_H_

#include <string>
#include <string_view>

#include "service/store/sqlite/database.h"
#include "service/store/store.h"

namespace cofilter::service {

class SqliteIdempotency final : public IdempotencyStore {
 public:
  explicit SqliteIdempotency(Database& database) : database_(database) {}
  absl::StatusOr<std::string> Find(std::string_view request_id) override;
  // The first answer stands until its day is over.
  absl::Status Remember(std::string_view request_id, std::string_view answer) override;

 private:
  Database& database_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_IDEMPOTENCY_H_
