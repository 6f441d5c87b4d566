// Relates what an operator's training has not seen.
#include "service/snapshot/overlay.h"

#include <optional>
#include <utility>

namespace cofilter::service {

models::ContentFeatures FeaturesOf(const data::Item& item) {
  models::ContentFeatures features;
  features.title = item.title;
  features.summary = item.summary;
  features.topics.assign(item.topics.begin(), item.topics.end());
  features.publisher = item.publisher;
  return features;
}

void Overlay::Put(const models::Operator& op, ItemKey key, const data::Item& item) {
  std::optional<models::ForeignItem> related = op.RelateContent(FeaturesOf(item));
  if (!related.has_value()) return Drop(key);
  // A catalogue that is sent again as it is moves nothing.
  if (const models::ForeignItem* const before = Find(key); before && *before == *related) return;
  Drop(key);
  Entry entry{std::make_shared<const models::ForeignItem>(*std::move(related))};
  if (entry.item->related()) entry.slot = relations_.Add(entry.item);
  items_.Set(key, std::move(entry));
}

void Overlay::Drop(ItemKey key) {
  const models::ForeignItem* const item = Find(key);
  if (item == nullptr) return;
  if (item->related()) relations_.Remove(Slot(key));
  items_.Set(key, {});
}

Overlay Overlay::Share() {
  Overlay copy;
  copy.items_ = items_.Share();
  copy.relations_ = relations_.Share();
  return copy;
}

}  // namespace cofilter::service
