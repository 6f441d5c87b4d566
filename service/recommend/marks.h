// What one call knows of items by key: blocked, excluded, seen, done, listed.
#ifndef COFILTER_SERVICE_RECOMMEND_MARKS_H_
#define COFILTER_SERVICE_RECOMMEND_MARKS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "service/store/keys.h"

namespace cofilter::service {

// Two bytes an item, cleared by touching only what was marked: a call costs what it marks, not the
// catalogue. Not thread-safe: one a worker.
class Marks {
 public:
  enum Mark : std::uint16_t {
    kBlocked = 1 << 0,
    kExcluded = 1 << 1,   // by the request
    kListed = 1 << 2,     // on an earlier page, or on another surface of the page
    kSeen = 1 << 3,       // by a verb that excludes
    kCompleted = 1 << 4,  // by a verb that excludes, and that completes
    kDone = 1 << 5,       // completed or passed, whatever the surface excludes
    kNotInterested = 1 << 6,
    kCandidate = 1 << 7,  // a candidate already
    kGiven = 1 << 8,      // in candidate_item_ids
  };
  static constexpr std::uint16_t kDrops =
      kBlocked | kExcluded | kListed | kSeen | kCompleted | kNotInterested;

  void Clear() {
    for (const ItemKey key : marked_) marks_[key] = 0;
    marked_.clear();
  }
  void Add(ItemKey key, std::uint16_t mark) {
    if (key >= marks_.size())
      marks_.resize(std::max<std::size_t>(std::size_t{key} + 1, marks_.size() * 2));
    if (marks_[key] == 0) marked_.push_back(key);
    marks_[key] |= mark;
  }
  void Remove(std::uint16_t mark) {
    for (const ItemKey key : marked_) marks_[key] = static_cast<std::uint16_t>(marks_[key] & ~mark);
  }
  std::uint16_t Of(ItemKey key) const { return key < marks_.size() ? marks_[key] : 0; }
  bool Has(ItemKey key, std::uint16_t mark) const { return (Of(key) & mark) != 0; }
  // Every key that was marked since Clear; a key may be there twice.
  std::span<const ItemKey> marked() const { return marked_; }

 private:
  std::vector<std::uint16_t> marks_;
  std::vector<ItemKey> marked_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_MARKS_H_
