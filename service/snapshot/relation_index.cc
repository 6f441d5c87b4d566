// Segments sorted by row, joined as they grow.
#include "service/snapshot/relation_index.h"

#include <algorithm>
#include <utility>

namespace cofilter::service {

std::uint32_t RelationIndex::Add(std::shared_ptr<const models::ForeignItem> item) {
  std::uint32_t slot;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(slots_++);
    removed_.push_back(false);
  } else {
    slot = free_.back();
    free_.pop_back();
    removed_[slot] = false;
  }
  pending_.push_back({slot, std::move(item)});
  return slot;
}

void RelationIndex::Remove(std::uint32_t slot) {
  removed_[slot] = true;
  const auto waiting = std::find_if(pending_.begin(), pending_.end(),
                                    [&](const Pending& one) { return one.slot == slot; });
  if (waiting == pending_.end()) return;  // its segment lets it go when it is joined
  pending_.erase(waiting);
  free_.push_back(slot);
}

RelationIndex RelationIndex::Share() {
  Settle();
  RelationIndex copy;
  copy.segments_ = segments_;
  copy.slots_ = slots_;
  return copy;
}

void RelationIndex::AddProducts(std::span<const models::HistoryEntry> entries,
                                std::span<double> products) const {
  for (const auto& segment : segments_) {
    for (const models::HistoryEntry& entry : entries) {
      if (entry.row == models::HistoryEntry::kForeign || !(entry.weight > 0)) continue;
      const auto at = std::lower_bound(segment->rows.begin(), segment->rows.end(), entry.row);
      if (at == segment->rows.end() || *at != entry.row) continue;
      const auto place = static_cast<std::size_t>(at - segment->rows.begin());
      for (std::uint32_t e = segment->offsets[place]; e < segment->offsets[place + 1]; ++e) {
        const Entry& drawn = segment->entries[e];
        products[drawn.slot] += static_cast<double>(entry.weight) * drawn.weight;
      }
    }
  }
}

RelationIndex::Segment RelationIndex::SegmentOf(const std::vector<Pending>& pending) {
  struct Placed {
    std::uint32_t row;
    Entry entry;
  };
  std::vector<Placed> placed;
  Segment segment;
  for (const Pending& one : pending) {
    segment.slots.push_back(one.slot);
    for (const models::WeightedRow& row : one.item->drawn_from) {
      placed.push_back({row.row, {one.slot, row.weight}});
    }
  }
  std::stable_sort(placed.begin(), placed.end(),
                   [](const Placed& a, const Placed& b) { return a.row < b.row; });
  segment.entries.reserve(placed.size());
  for (const Placed& one : placed) {
    if (segment.rows.empty() || segment.rows.back() != one.row) {
      segment.rows.push_back(one.row);
      segment.offsets.push_back(static_cast<std::uint32_t>(segment.entries.size()));
    }
    segment.entries.push_back(one.entry);
  }
  segment.offsets.push_back(static_cast<std::uint32_t>(segment.entries.size()));
  return segment;
}

RelationIndex::Segment RelationIndex::Join(const Segment& left, const Segment& right) {
  Segment joined;
  joined.entries.reserve(left.entries.size() + right.entries.size());
  const auto take = [&](const Segment& from, std::size_t place) {
    for (std::uint32_t e = from.offsets[place]; e < from.offsets[place + 1]; ++e) {
      if (!removed_[from.entries[e].slot]) joined.entries.push_back(from.entries[e]);
    }
  };
  std::size_t l = 0;
  std::size_t r = 0;
  while (l < left.rows.size() || r < right.rows.size()) {
    const bool from_left =
        r == right.rows.size() || (l < left.rows.size() && left.rows[l] <= right.rows[r]);
    const bool from_right =
        l == left.rows.size() || (r < right.rows.size() && right.rows[r] <= left.rows[l]);
    const std::uint32_t row = from_left ? left.rows[l] : right.rows[r];
    const auto first = static_cast<std::uint32_t>(joined.entries.size());
    if (from_left) take(left, l++);
    if (from_right) take(right, r++);
    if (joined.entries.size() == first) continue;
    joined.rows.push_back(row);
    joined.offsets.push_back(first);
  }
  joined.offsets.push_back(static_cast<std::uint32_t>(joined.entries.size()));
  for (const Segment* const from : {&left, &right}) {
    for (const std::uint32_t slot : from->slots) {
      (removed_[slot] ? free_ : joined.slots).push_back(slot);
    }
  }
  return joined;
}

void RelationIndex::Settle() {
  if (pending_.empty()) return;
  segments_.push_back(std::make_shared<const Segment>(SegmentOf(pending_)));
  pending_.clear();
  while (segments_.size() > 1) {
    const auto& last = segments_[segments_.size() - 1];
    const auto& before = segments_[segments_.size() - 2];
    if (before->entries.size() >= kGrowth * last->entries.size()) break;
    auto joined = std::make_shared<const Segment>(Join(*before, *last));
    segments_.pop_back();
    segments_.back() = std::move(joined);
  }
}

}  // namespace cofilter::service
