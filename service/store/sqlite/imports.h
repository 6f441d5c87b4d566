// Records of imports in SQLite.
#ifndef COFILTER_SERVICE_STORE_SQLITE_IMPORTS_H_
#define COFILTER_SERVICE_STORE_SQLITE_IMPORTS_H_

#include <string_view>
#include <vector>

#include "service/store/sqlite/database.h"
#include "service/store/store.h"

namespace cofilter::service {

class SqliteImports final : public ImportStore {
 public:
  explicit SqliteImports(Database& database) : database_(database) {}
  absl::Status Put(const StoredImport& import) override;
  absl::StatusOr<std::vector<StoredImport>> List(Sequence below, std::string_view fingerprint,
                                                 std::size_t limit) override;

 private:
  Database& database_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_IMPORTS_H_
