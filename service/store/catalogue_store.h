// The catalogue as it is kept: items by id, each with a revision.
#ifndef COFILTER_SERVICE_STORE_CATALOGUE_STORE_H_
#define COFILTER_SERVICE_STORE_CATALOGUE_STORE_H_

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/item.h"
#include "service/store/keys.h"

namespace cofilter::service {

struct StoredItem {
  ItemKey key = 0;
  data::Item item;  // revision set
};

// Thread-safety: all calls from any thread.
class CatalogueStore {
 public:
  virtual ~CatalogueStore() = default;

  // Inserts or replaces, all or nothing, durable on return; each item's revision becomes its
  // change's sequence. The caller has checked prerequisites against the catalogue (one writer of
  // the catalogue a server). An item with revision ≠ 0 is replaced only if that is the stored
  // revision. Errors: ABORTED, UNAVAILABLE.
  virtual absl::StatusOr<std::vector<StoredItem>> Upsert(std::span<const data::Item> items) = 0;

  // Every item, by rising key.
  virtual absl::Status Load(const std::function<void(StoredItem)>& each) = 0;
  // Items whose revision is > after, by rising revision, at most `limit`.
  virtual absl::StatusOr<std::vector<StoredItem>> ChangedAfter(Sequence after,
                                                               std::size_t limit) = 0;
  // The key of every item id ever named by an item or an event, in key order, from `after`
  // (exclusive).
  virtual absl::StatusOr<std::vector<std::pair<ItemKey, std::string>>> ItemIdsAfter(
      ItemKey after, std::size_t limit) = 0;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_CATALOGUE_STORE_H_
