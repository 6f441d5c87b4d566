// Writes the catalogue: one writer at a time, prerequisites checked, served from the next call on.
#ifndef COFILTER_SERVICE_RPC_CATALOGUE_WRITER_H_
#define COFILTER_SERVICE_RPC_CATALOGUE_WRITER_H_

#include <mutex>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "data/item.h"
#include "service/snapshot/snapshot_holder.h"
#include "service/snapshot/snapshot_publisher.h"
#include "service/store/catalogue_store.h"

namespace cofilter::service {

// Thread-safety: all calls from any thread; they wait for one another and for the store.
class CatalogueWriter {
 public:
  // All outlive it.
  CatalogueWriter(CatalogueStore* store, SnapshotHolder* snapshots, SnapshotPublisher* publisher)
      : store_(store), snapshots_(snapshots), publisher_(publisher) {}

  // The items as stored (or as they would be, with validate_only); calls that begin after the
  // return are served with them. Errors: INVALID_ARGUMENT for a cycle of prerequisites; ABORTED
  // when an item's revision ≠ 0 is not the stored one; UNAVAILABLE.
  absl::StatusOr<std::vector<data::Item>> Upsert(std::vector<data::Item> items, bool validate_only);

  // revision 0: any. Errors: NOT_FOUND; as above.
  absl::StatusOr<data::Item> Retire(std::string_view item_id, std::int64_t revision,
                                    bool validate_only);

 private:
  absl::StatusOr<std::vector<data::Item>> UpsertLocked(std::vector<data::Item> items,
                                                       bool validate_only);

  CatalogueStore* const store_;
  SnapshotHolder* const snapshots_;
  SnapshotPublisher* const publisher_;
  std::mutex mutex_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_CATALOGUE_WRITER_H_
