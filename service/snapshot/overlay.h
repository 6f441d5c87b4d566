// Items born after an operator's training: their content embeddings, until a model knows them.
#ifndef COFILTER_SERVICE_SNAPSHOT_OVERLAY_H_
#define COFILTER_SERVICE_SNAPSHOT_OVERLAY_H_

#include <memory>
#include <span>
#include <vector>

#include "data/item.h"
#include "models/content_features.h"
#include "models/operator.h"
#include "service/snapshot/chunked_vector.h"
#include "service/store/keys.h"

namespace cofilter::service {

// What the content map looks at; views into the item.
models::ContentFeatures FeaturesOf(const data::Item& item);

// Thread-safety: see ChunkedVector.
class Overlay {
 public:
  // Shape: [dim]; empty for an item that is not here, or none of whose features the content map
  // knows. Valid while the overlay lives.
  std::span<const float> Embedding(ItemKey key) const {
    const auto& embedding = embeddings_.Get(key);
    return embedding == nullptr ? std::span<const float>() : std::span<const float>(*embedding);
  }

  // Embeds the item by the operator's content map; replaces what was there.
  // Cost: hashing of its text, tens of microseconds.
  void Put(const models::Operator& op, ItemKey key, const data::Item& item);
  void Drop(ItemKey key);
  Overlay Share();

 private:
  ChunkedVector<std::shared_ptr<const std::vector<float>>> embeddings_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_OVERLAY_H_
