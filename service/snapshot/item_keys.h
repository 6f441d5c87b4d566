// Every item id that the store has a key for: both ways, growing only.
#ifndef COFILTER_SERVICE_SNAPSHOT_ITEM_KEYS_H_
#define COFILTER_SERVICE_SNAPSHOT_ITEM_KEYS_H_

#include <deque>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "service/store/keys.h"

namespace cofilter::service {

// A key belongs to its id for ever, so one table serves all snapshots.
// Thread-safety: all calls from any thread.
class ItemKeys {
 public:
  // 0: none. Cost: one hash look-up.
  ItemKey Find(std::string_view item_id) const;
  // Empty for a key without an id. Valid while the table lives.
  std::string_view IdOf(ItemKey key) const;
  // A key that is there already keeps its id.
  void Add(ItemKey key, std::string_view item_id);
  // The highest key.
  ItemKey last() const;

 private:
  mutable std::shared_mutex mutex_;
  std::deque<std::string> ids_ = {""};  // by key; a deque, so that views stay valid
  std::unordered_map<std::string_view, ItemKey> keys_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_ITEM_KEYS_H_
