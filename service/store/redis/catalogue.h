// The catalogue in Redis: bodies by item key, keys by revision.
#ifndef COFILTER_SERVICE_STORE_REDIS_CATALOGUE_H_
#define COFILTER_SERVICE_STORE_REDIS_CATALOGUE_H_

#include "service/store/catalogue_store.h"
#include "service/store/redis/database.h"

namespace cofilter::service::redis {

class RedisCatalogue final : public CatalogueStore {
 public:
  explicit RedisCatalogue(Database& database) : database_(database) {}

  absl::StatusOr<std::vector<StoredItem>> Upsert(std::span<const data::Item> items) override;
  // In pages: an item that changes meanwhile is read before or after the change.
  absl::Status Load(const std::function<void(StoredItem)>& each) override;
  absl::StatusOr<std::vector<StoredItem>> ChangedAfter(Sequence after, std::size_t limit) override;
  absl::StatusOr<std::vector<std::pair<ItemKey, std::string>>> ItemIdsAfter(
      ItemKey after, std::size_t limit) override;

 private:
  Database& database_;
};

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_CATALOGUE_H_
