// The catalogue in SQLite.
#ifndef COFILTER_SERVICE_STORE_SQLITE_CATALOGUE_H_
#define COFILTER_SERVICE_STORE_SQLITE_CATALOGUE_H_

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "service/store/catalogue_store.h"
#include "service/store/sqlite/database.h"

namespace cofilter::service {

class SqliteCatalogue final : public CatalogueStore {
 public:
  explicit SqliteCatalogue(Database& database) : database_(database) {}
  absl::StatusOr<std::vector<StoredItem>> Upsert(std::span<const data::Item> items) override;
  // One moment of the catalogue; `each` must not call the store.
  absl::Status Load(const std::function<void(StoredItem)>& each) override;
  absl::StatusOr<std::vector<StoredItem>> ChangedAfter(Sequence after, std::size_t limit) override;
  absl::StatusOr<std::vector<std::pair<ItemKey, std::string>>> ItemIdsAfter(
      ItemKey after, std::size_t limit) override;

 private:
  Database& database_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_CATALOGUE_H_
