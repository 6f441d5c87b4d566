// An item's row stands at its revision, so that following the catalogue is reading on.
#include "service/store/sqlite/catalogue.h"

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/store/encoding.h"

namespace cofilter::service {
namespace {

constexpr char kReadRevision[] = "SELECT revision FROM item WHERE organisation=? AND key=?";
constexpr char kDropItem[] = "DELETE FROM item WHERE revision=?";
constexpr char kAddItem[] = "INSERT INTO item (revision, organisation, key, body) VALUES (?,?,?,?)";
// The columns that ReadItem expects.
constexpr char kLoad[] =
    "SELECT i.revision, i.key, n.item_id, i.body FROM item i JOIN item_id n "
    "ON n.organisation=i.organisation AND n.key=i.key WHERE i.organisation=? ORDER BY i.key";
constexpr char kChangedAfter[] =
    "SELECT i.revision, i.key, n.item_id, i.body FROM item i CROSS JOIN item_id n "
    "ON n.organisation=i.organisation AND n.key=i.key "
    "WHERE i.revision>? AND i.organisation=? ORDER BY i.revision LIMIT ?";
constexpr char kItemIdsAfter[] =
    "SELECT key, item_id FROM item_id WHERE organisation=? AND key>? ORDER BY key LIMIT ?";

absl::StatusOr<StoredItem> ReadItem(const Query& query) {
  StoredItem stored;
  stored.item.revision = query.Int(0);
  stored.key = static_cast<ItemKey>(query.Int(1));
  stored.item.item_id = query.Bytes(2);
  COFILTER_RETURN_IF_ERROR(DecodeItem(query.Bytes(3), &stored.item));
  return stored;
}

absl::StatusOr<StoredItem> UpsertItem(WriterConnection& writer, const data::Item& item) {
  Connection& connection = writer.connection();
  COFILTER_ASSIGN_OR_RETURN(const ItemEntry entry, writer.InternItem(item.item_id));
  Sequence replaced = 0;
  if (entry.in_catalogue) {
    Query query = connection.Use(kReadRevision);
    COFILTER_ASSIGN_OR_RETURN(const bool row,
                              query.BindInt(writer.organisation()).BindInt(entry.key).Step());
    if (row) replaced = query.Int(0);
  }
  if (item.revision != 0 && item.revision != replaced) {
    return absl::AbortedError(absl::StrCat("item ", item.item_id,
                                           " has changed since: revision is ", replaced, ", not ",
                                           item.revision, "; read it again"));
  }
  COFILTER_ASSIGN_OR_RETURN(const Sequence revision,
                            writer.AddChange(ChangeKind::kItem, item.item_id, replaced));
  if (replaced != 0) COFILTER_RETURN_IF_ERROR(connection.Use(kDropItem).BindInt(replaced).Run());
  const std::string body = EncodeItem(item);
  COFILTER_RETURN_IF_ERROR(connection.Use(kAddItem)
                               .BindInt(revision)
                               .BindInt(writer.organisation())
                               .BindInt(entry.key)
                               .BindBlob(body)
                               .Run());
  writer.MarkInCatalogue(item.item_id, entry.key);
  StoredItem stored{.key = entry.key, .item = item};
  stored.item.revision = revision;
  return stored;
}

}  // namespace

absl::StatusOr<std::vector<StoredItem>> SqliteCatalogue::Upsert(std::span<const data::Item> items) {
  using Items = std::vector<StoredItem>;
  return database_.WriteValue<Items>(
      items.size(), [items](WriterConnection& writer) -> absl::StatusOr<Items> {
        Items stored;
        stored.reserve(items.size());
        for (const data::Item& item : items) {
          COFILTER_ASSIGN_OR_RETURN(StoredItem one, UpsertItem(writer, item));
          stored.push_back(std::move(one));
        }
        return stored;
      });
}

absl::Status SqliteCatalogue::Load(const std::function<void(StoredItem)>& each) {
  return database_.Read([&](Connection& connection) -> absl::Status {
    Query query = connection.Use(kLoad);
    query.BindInt(database_.organisation());
    while (true) {
      COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
      if (!row) return absl::OkStatus();
      COFILTER_ASSIGN_OR_RETURN(StoredItem item, ReadItem(query));
      each(std::move(item));
    }
  });
}

absl::StatusOr<std::vector<StoredItem>> SqliteCatalogue::ChangedAfter(Sequence after,
                                                                      std::size_t limit) {
  using Items = std::vector<StoredItem>;
  return database_.ReadValue<Items>([&](Connection& connection) -> absl::StatusOr<Items> {
    Query query = connection.Use(kChangedAfter);
    query.BindInt(after)
        .BindInt(database_.organisation())
        .BindInt(static_cast<std::int64_t>(limit));
    Items items;
    while (true) {
      COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
      if (!row) return items;
      COFILTER_ASSIGN_OR_RETURN(StoredItem item, ReadItem(query));
      items.push_back(std::move(item));
    }
  });
}

absl::StatusOr<std::vector<std::pair<ItemKey, std::string>>> SqliteCatalogue::ItemIdsAfter(
    ItemKey after, std::size_t limit) {
  using Ids = std::vector<std::pair<ItemKey, std::string>>;
  return database_.ReadValue<Ids>([&](Connection& connection) -> absl::StatusOr<Ids> {
    Query query = connection.Use(kItemIdsAfter);
    query.BindInt(database_.organisation())
        .BindInt(after)
        .BindInt(static_cast<std::int64_t>(limit));
    Ids ids;
    while (true) {
      COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
      if (!row) return ids;
      ids.emplace_back(static_cast<ItemKey>(query.Int(0)), query.Bytes(1));
    }
  });
}

}  // namespace cofilter::service
