// A bounded memory of what ids stand for.
#ifndef COFILTER_SERVICE_STORE_SQLITE_ID_CACHE_H_
#define COFILTER_SERVICE_STORE_SQLITE_ID_CACHE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace cofilter::service {

// Keeps what was used last: when the young half is full it becomes the old half, and the old half
// goes. Thread-safety: one thread at a time.
template <typename Value>
class IdCache {
 public:
  // Holds at most `capacity` ids, at least half of them the last used.
  explicit IdCache(std::size_t capacity) : half_(capacity / 2 + 1) {}

  // nullptr: not remembered. Valid until the next call.
  Value* Find(std::string_view id) {
    const absl::string_view key(id.data(), id.size());
    if (auto found = young_.find(key); found != young_.end()) return &found->second;
    auto found = old_.find(key);
    if (found == old_.end()) return nullptr;
    return Insert(id, std::move(found->second));
  }

  Value* Insert(std::string_view id, Value value) {
    if (young_.size() >= half_) {
      old_ = std::move(young_);
      young_ = {};
    }
    return &(young_.insert_or_assign(std::string(id), std::move(value)).first->second);
  }

  void Clear() {
    young_.clear();
    old_.clear();
  }

 private:
  using Map = absl::flat_hash_map<std::string, Value>;
  const std::size_t half_;
  Map young_;
  Map old_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_ID_CACHE_H_
