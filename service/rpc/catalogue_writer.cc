// Check against the snapshot, write, catch the snapshot up.
#include "service/rpc/catalogue_writer.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "runtime/status_macros.h"
#include "service/snapshot/prerequisites.h"

namespace cofilter::service {

absl::StatusOr<std::vector<data::Item>> CatalogueWriter::Upsert(std::vector<data::Item> items,
                                                                bool validate_only) {
  std::lock_guard lock(mutex_);
  return UpsertLocked(std::move(items), validate_only);
}

absl::StatusOr<std::vector<data::Item>> CatalogueWriter::UpsertLocked(std::vector<data::Item> items,
                                                                      bool validate_only) {
  const std::shared_ptr<const Snapshot> snapshot = snapshots_->Current();
  if (!snapshot->loaded)
    return absl::UnavailableError("the catalogue could not be read yet; come back later");
  COFILTER_RETURN_IF_ERROR(CheckPrerequisites(items, snapshot->catalogue));
  if (validate_only) {
    for (data::Item& item : items) {
      const CatalogueItem* const stored = snapshot->catalogue.Find(std::string_view(item.item_id));
      const std::int64_t revision = stored == nullptr ? 0 : stored->item.revision;
      if (item.revision != 0 && item.revision != revision) {
        return absl::AbortedError(absl::StrCat("item ", data::ShowValue(item.item_id),
                                               " is at etag ", revision, ", not ", item.revision,
                                               "; read it again"));
      }
      item.revision = revision;
    }
    return items;
  }
  COFILTER_ASSIGN_OR_RETURN(std::vector<StoredItem> stored, store_->Upsert(items));
  Sequence last = 0;
  for (std::size_t i = 0; i < stored.size(); ++i) {
    items[i] = std::move(stored[i].item);
    last = std::max<Sequence>(last, items[i].revision);
  }
  // Stored it is; that calls are not yet served with it the caller must know.
  COFILTER_RETURN_IF_ERROR(publisher_->CatchUp(last));
  return items;
}

absl::StatusOr<data::Item> CatalogueWriter::Retire(std::string_view item_id, std::int64_t revision,
                                                   bool validate_only) {
  std::lock_guard lock(mutex_);
  const std::shared_ptr<const Snapshot> snapshot = snapshots_->Current();
  if (!snapshot->loaded)
    return absl::UnavailableError("the catalogue could not be read yet; come back later");
  const CatalogueItem* const stored = snapshot->catalogue.Find(item_id);
  if (stored == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("item_id ", data::ShowValue(item_id), " is not in the catalogue"));
  }
  data::Item item = stored->item;
  const bool retired = item.state == data::ItemState::kRetired;
  // Of the item that was read, so that what another process wrote meanwhile is not undone.
  if (revision != 0) item.revision = revision;
  item.state = data::ItemState::kRetired;
  COFILTER_ASSIGN_OR_RETURN(const std::vector<data::Item> written,
                            UpsertLocked({std::move(item)}, validate_only || retired));
  return written.front();
}

}  // namespace cofilter::service
