// The overlay by trained item: which new items a read of it speaks for.
#ifndef COFILTER_SERVICE_SNAPSHOT_RELATION_INDEX_H_
#define COFILTER_SERVICE_SNAPSHOT_RELATION_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/operator.h"

namespace cofilter::service {

// Items stand in slots. What was added since the last Share becomes a segment of its own, sorted by
// row, and a segment is joined with the one before it while that is less than kGrowth times as
// large; so there are few of them, and an item is moved a few times in all.
// Thread-safety: a shared copy from any thread; the owner from one thread at a time.
// Cost: Share: the new entries, and now and then a pass over the old ones. AddProducts: the history
// times the new items that each of its rows speaks for, whatever the number of items.
class RelationIndex {
 public:
  // The item is related. Returns its slot, which is its own until it is removed.
  std::uint32_t Add(std::shared_ptr<const models::ForeignItem> item);
  void Remove(std::uint32_t slot);
  RelationIndex Share();

  // Slots are below this.
  std::size_t slots() const { return slots_; }
  // products[slot] += Σ weight · drawn_from, by entry in the order given. Slots that were removed
  // may be among them. Shape: products [slots()].
  void AddProducts(std::span<const models::HistoryEntry> entries, std::span<double> products) const;

 private:
  struct Entry {
    std::uint32_t slot;
    float weight;
  };
  struct Segment {
    std::vector<std::uint32_t> rows;     // ascending, distinct
    std::vector<std::uint32_t> offsets;  // [rows + 1]
    std::vector<Entry> entries;
    std::vector<std::uint32_t> slots;  // of its items
  };
  struct Pending {
    std::uint32_t slot;
    std::shared_ptr<const models::ForeignItem> item;
  };
  static constexpr std::size_t kGrowth = 4;

  static Segment SegmentOf(const std::vector<Pending>& pending);
  // Slots of removed items that the joined segment leaves out are free again.
  Segment Join(const Segment& left, const Segment& right);
  void Settle();

  std::vector<std::shared_ptr<const Segment>> segments_;  // the oldest first
  std::size_t slots_ = 0;
  // Of the owner alone.
  std::vector<Pending> pending_;
  std::vector<bool> removed_;  // by slot
  std::vector<std::uint32_t> free_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_RELATION_INDEX_H_
