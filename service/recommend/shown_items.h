// What was shown to whom lately, so that the same items do not come again and again.
#ifndef COFILTER_SERVICE_RECOMMEND_SHOWN_ITEMS_H_
#define COFILTER_SERVICE_RECOMMEND_SHOWN_ITEMS_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/clock.h"
#include "service/store/keys.h"

namespace cofilter::service {

struct ShownItem {
  ItemKey key = 0;
  std::uint32_t times = 0;
  runtime::Time last_at{};
};

// By member and surface. In memory only: a restart forgets, which shows an item once more.
// Thread-safety: all calls from any thread. Bounded: kMembers member-surface pairs, those served
// least lately go; kItems items each, those shown least lately go.
class ShownItems {
 public:
  static constexpr std::size_t kMembers = 20'000;
  static constexpr std::size_t kItems = 100;

  // A list was served; an item that was not shown for `window` counts anew.
  void Note(std::string_view member_id, std::string_view surface, std::span<const ItemKey> items,
            runtime::Time now, runtime::Duration window);
  // What was shown at least `least` times, the last time within `window`, by key.
  std::vector<ShownItem> Repeated(std::string_view member_id, std::string_view surface,
                                  std::uint32_t least, runtime::Time now,
                                  runtime::Duration window) const;

 private:
  struct Entry {
    std::string name;
    std::vector<ShownItem> items;  // by key
  };
  static std::string NameOf(std::string_view member_id, std::string_view surface);

  mutable std::mutex mutex_;
  std::list<Entry> entries_;                                                 // served latest first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> places_;  // names in entries_
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_SHOWN_ITEMS_H_
