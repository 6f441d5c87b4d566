// What imports did: one entry a run, which keeps its place when the run goes on.
#ifndef COFILTER_SERVICE_STORE_REDIS_IMPORTS_H_
#define COFILTER_SERVICE_STORE_REDIS_IMPORTS_H_

#include "service/store/redis/database.h"
#include "service/store/store.h"

namespace cofilter::service::redis {

class RedisImports final : public ImportStore {
 public:
  explicit RedisImports(Database& database) : database_(database) {}
  absl::Status Put(const StoredImport& import) override;
  // Cost with a fingerprint: looks through the imports, newest first, until `limit` are found.
  absl::StatusOr<std::vector<StoredImport>> List(Sequence below, std::string_view fingerprint,
                                                 std::size_t limit) override;

 private:
  absl::StatusOr<std::vector<StoredImport>> Page(Sequence below, std::size_t limit);

  Database& database_;
};

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_IMPORTS_H_
