// The audit log in SQLite.
#ifndef COFILTER_SERVICE_STORE_SQLITE_AUDIT_H_
#define COFILTER_SERVICE_STORE_SQLITE_AUDIT_H_

#include <vector>

#include "service/store/sqlite/database.h"
#include "service/store/store.h"

namespace cofilter::service {

class SqliteAudit final : public AuditStore {
 public:
  explicit SqliteAudit(Database& database) : database_(database) {}
  absl::Status Append(const AuditEntry& entry) override;
  absl::StatusOr<std::vector<AuditEntry>> ReadAfter(Sequence after, std::size_t limit) override;

 private:
  Database& database_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_AUDIT_H_
