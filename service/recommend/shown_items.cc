// Entries in the order of their last list.
#include "service/recommend/shown_items.h"

#include <algorithm>
#include <utility>

namespace cofilter::service {
namespace {

bool ByKey(const ShownItem& a, ItemKey key) { return a.key < key; }

// Keeps the `kept` shown latest, by key.
void Trim(std::vector<ShownItem>& items, std::size_t kept) {
  if (items.size() <= kept) return;
  std::nth_element(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(kept), items.end(),
                   [](const ShownItem& a, const ShownItem& b) {
                     return a.last_at != b.last_at ? a.last_at > b.last_at : a.key < b.key;
                   });
  items.resize(kept);
  std::sort(items.begin(), items.end(),
            [](const ShownItem& a, const ShownItem& b) { return a.key < b.key; });
}

}  // namespace

// A surface's name holds no slash, so no two pairs share a name.
std::string ShownItems::NameOf(std::string_view member_id, std::string_view surface) {
  std::string name(surface);
  name += '/';
  name += member_id;
  return name;
}

void ShownItems::Note(std::string_view member_id, std::string_view surface,
                      std::span<const ItemKey> items, runtime::Time now, runtime::Duration window) {
  std::string name = NameOf(member_id, surface);
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(name);
  if (found != places_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
  } else {
    if (entries_.size() >= kMembers) {
      places_.erase(entries_.back().name);
      entries_.pop_back();
    }
    entries_.push_front({std::move(name), {}});
    places_.emplace(entries_.front().name, entries_.begin());
  }
  std::vector<ShownItem>& shown = entries_.front().items;
  for (const ItemKey key : items) {
    auto at = std::lower_bound(shown.begin(), shown.end(), key, ByKey);
    if (at == shown.end() || at->key != key) at = shown.insert(at, ShownItem{key, 0, now});
    if (now - at->last_at > window) at->times = 0;
    ++at->times;
    at->last_at = now;
  }
  Trim(shown, kItems);
}

std::vector<ShownItem> ShownItems::Repeated(std::string_view member_id, std::string_view surface,
                                            std::uint32_t least, runtime::Time now,
                                            runtime::Duration window) const {
  const std::string name = NameOf(member_id, surface);
  std::vector<ShownItem> repeated;
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(name);
  if (found == places_.end()) return repeated;
  for (const ShownItem& item : found->second->items) {
    if (item.times >= least && now - item.last_at <= window) repeated.push_back(item);
  }
  return repeated;
}

}  // namespace cofilter::service
