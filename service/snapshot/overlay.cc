// Embeds what an operator's training has not seen.
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
  std::optional<std::vector<float>> embedding = op.EmbedContent(FeaturesOf(item));
  if (!embedding.has_value()) return Drop(key);
  embeddings_.Set(key, std::make_shared<const std::vector<float>>(*std::move(embedding)));
}

void Overlay::Drop(ItemKey key) {
  if (embeddings_.Get(key) != nullptr) embeddings_.Set(key, nullptr);
}

Overlay Overlay::Share() {
  Overlay copy;
  copy.embeddings_ = embeddings_.Share();
  return copy;
}

}  // namespace cofilter::service
