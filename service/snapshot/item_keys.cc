// The table of item ids and keys.
#include "service/snapshot/item_keys.h"

#include <mutex>

namespace cofilter::service {

ItemKey ItemKeys::Find(std::string_view item_id) const {
  std::shared_lock lock(mutex_);
  const auto found = keys_.find(item_id);
  return found == keys_.end() ? 0 : found->second;
}

std::string_view ItemKeys::IdOf(ItemKey key) const {
  std::shared_lock lock(mutex_);
  return key < ids_.size() ? std::string_view(ids_[key]) : std::string_view();
}

void ItemKeys::Add(ItemKey key, std::string_view item_id) {
  std::unique_lock lock(mutex_);
  while (ids_.size() <= key) ids_.emplace_back();
  std::string& id = ids_[key];
  if (key == 0 || !id.empty()) return;
  id.assign(item_id);
  keys_.emplace(id, key);
}

ItemKey ItemKeys::last() const {
  std::shared_lock lock(mutex_);
  return static_cast<ItemKey>(ids_.size() - 1);
}

}  // namespace cofilter::service
