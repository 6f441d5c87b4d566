// Items born after an operator's training: what they are about, until a model knows them.
#ifndef COFILTER_SERVICE_SNAPSHOT_OVERLAY_H_
#define COFILTER_SERVICE_SNAPSHOT_OVERLAY_H_

#include <memory>

#include "data/item.h"
#include "models/content_features.h"
#include "models/operator.h"
#include "service/snapshot/chunked_vector.h"
#include "service/snapshot/relation_index.h"
#include "service/store/keys.h"

namespace cofilter::service {

// What the content map looks at; views into the item.
models::ContentFeatures FeaturesOf(const data::Item& item);

// Thread-safety: see ChunkedVector.
class Overlay {
 public:
  // nullptr for an item that is not here, or of whose content nothing is known. Valid while the
  // overlay lives.
  const models::ForeignItem* Find(ItemKey key) const { return items_.Get(key).item.get(); }
  // Of an item that is related to rows: its place among products.
  std::uint32_t Slot(ItemKey key) const { return items_.Get(key).slot; }
  const RelationIndex& relations() const { return relations_; }

  // Relates the item by its content; replaces what was there.
  // Cost: Operator::RelateContent, a few tenths of a millisecond.
  void Put(const models::Operator& op, ItemKey key, const data::Item& item);
  void Drop(ItemKey key);
  Overlay Share();

 private:
  struct Entry {
    std::shared_ptr<const models::ForeignItem> item;
    std::uint32_t slot = 0;
  };
  ChunkedVector<Entry> items_;
  RelationIndex relations_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_OVERLAY_H_
