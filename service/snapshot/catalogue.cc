// Items as a snapshot holds them.
#include "service/snapshot/catalogue.h"

#include <algorithm>
#include <span>
#include <utility>

#include "runtime/digest.h"

namespace cofilter::service {

CatalogueItem::CatalogueItem(StoredItem stored, const ItemKeys& keys)
    : key(stored.key),
      kind(stored.item.kind),
      active(stored.item.state == data::ItemState::kActive),
      visible_from(stored.item.published_at.value_or(runtime::Time::min())),
      visible_until(stored.item.expires_at.value_or(runtime::Time::max())),
      item(std::move(stored.item)) {
  topics.reserve(item.topics.size());
  for (const std::string& topic : item.topics)
    topics.push_back(runtime::FastChecksum(std::as_bytes(std::span(topic))));
  std::sort(topics.begin(), topics.end());
  topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
  prerequisites.reserve(item.prerequisites.size());
  for (const std::string& id : item.prerequisites) prerequisites.push_back(keys.Find(id));
}

void Catalogue::Put(std::shared_ptr<const CatalogueItem> item) {
  const ItemKey key = item->key;
  if (items_.Get(key) == nullptr) ++size_;
  ItemTraits traits;
  traits.visible_from = item->visible_from;
  traits.visible_until = item->visible_until;
  traits.kind = item->kind;
  traits.flags = static_cast<std::uint8_t>(
      ItemTraits::kKnown | (item->active ? ItemTraits::kActive : 0) |
      (item->item.org_units.empty() ? 0 : ItemTraits::kHasUnits) |
      (item->prerequisites.empty() ? 0 : ItemTraits::kHasPrerequisites) |
      (item->item.published_at.has_value() ? ItemTraits::kHasPublishedAt : 0) |
      (item->topics.empty() ? 0 : ItemTraits::kHasTopics));
  traits_.Set(key, traits);
  items_.Set(key, std::move(item));
}

Catalogue Catalogue::Share() {
  Catalogue copy(keys_);
  copy.items_ = items_.Share();
  copy.traits_ = traits_.Share();
  copy.size_ = size_;
  copy.revision_ = revision_;
  return copy;
}

}  // namespace cofilter::service
