// The catalogue of one snapshot: items by key and by id, immutable.
#ifndef COFILTER_SERVICE_SNAPSHOT_CATALOGUE_H_
#define COFILTER_SERVICE_SNAPSHOT_CATALOGUE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "data/item.h"
#include "runtime/clock.h"
#include "service/snapshot/chunked_vector.h"
#include "service/snapshot/item_keys.h"
#include "service/store/catalogue_store.h"
#include "service/store/keys.h"

namespace cofilter::service {

// An item with what every call asks of it in front.
struct CatalogueItem {
  explicit CatalogueItem(StoredItem stored, const ItemKeys& keys);

  bool IsOut(runtime::Time now) const { return visible_from <= now; }
  bool IsExpired(runtime::Time now) const { return visible_until <= now; }
  bool MayBeServed(runtime::Time now) const { return active && IsOut(now) && !IsExpired(now); }

  ItemKey key = 0;
  data::ItemKind kind = data::ItemKind::kUnspecified;
  bool active = false;
  runtime::Time visible_from = runtime::Time::min();   // published_at
  runtime::Time visible_until = runtime::Time::max();  // expires_at
  // One number a topic, ascending, unique: cheaper to compare than texts. Two topics of one number
  // (once in billions of pairs) would count as one.
  std::vector<std::uint64_t> topics;
  std::vector<ItemKey> prerequisites;  // 0 for an id that had no key then: ask ItemKeys again
  data::Item item;
};

// The little of an item that every candidate is asked about, side by side in memory: a call looks
// at hundreds.
struct ItemTraits {
  enum Flag : std::uint8_t {
    kKnown = 1,  // the catalogue has an item of that key
    kActive = 2,
    kHasUnits = 4,
    kHasPrerequisites = 8,
    kHasPublishedAt = 16,
    kHasTopics = 32,
  };

  bool Has(Flag flag) const { return (flags & flag) != 0; }

  runtime::Time visible_from{};
  runtime::Time visible_until{};
  data::ItemKind kind = data::ItemKind::kUnspecified;
  std::uint8_t flags = 0;
};

// Thread-safety: immutable, but for the owner that Puts (see ChunkedVector).
// Cost: Find two loads; Put a few microseconds, whatever the size.
class Catalogue {
 public:
  explicit Catalogue(std::shared_ptr<ItemKeys> keys) : keys_(std::move(keys)) {}
  Catalogue(Catalogue&&) noexcept = default;
  Catalogue& operator=(Catalogue&&) noexcept = default;

  // nullptr: none. Valid while the catalogue lives.
  const CatalogueItem* Find(ItemKey key) const { return items_.Get(key).get(); }
  const CatalogueItem* Find(std::string_view item_id) const { return Find(keys_->Find(item_id)); }

  // Without kKnown: no item of that key.
  const ItemTraits& Traits(ItemKey key) const { return traits_.Get(key); }

  const ItemKeys& keys() const { return *keys_; }
  // Keys run from 1 to below this; some have no item.
  std::size_t key_bound() const { return items_.size(); }
  std::size_t size() const { return size_; }
  // The change that it is complete up to.
  Sequence revision() const { return revision_; }

  void Put(std::shared_ptr<const CatalogueItem> item);
  void SetRevision(Sequence revision) { revision_ = revision; }
  Catalogue Share();

 private:
  std::shared_ptr<ItemKeys> keys_;
  ChunkedVector<std::shared_ptr<const CatalogueItem>> items_;
  ChunkedVector<ItemTraits> traits_;
  std::size_t size_ = 0;
  Sequence revision_ = 0;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_CATALOGUE_H_
