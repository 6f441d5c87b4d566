// Decayed counts of what happens to items now, at several half-lives at once.
#ifndef COFILTER_MODELS_ITEM_COUNTERS_H_
#define COFILTER_MODELS_ITEM_COUNTERS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "runtime/clock.h"

namespace cofilter::models {

// Hours. Training chooses among these, so that a new model needs no new counting.
inline constexpr std::array<double, 7> kCounterHalfLives = {0.5, 1, 2, 4, 8, 24, 96};
inline constexpr std::size_t kCounterCount = kCounterHalfLives.size();

struct ItemCounts {
  double clicks = 0;
  double impressions = 0;
  // Of the impressions, those that no list of this product made: somebody else chose to show it.
  double placements = 0;
};

// Shape: by half-life, as kCounterHalfLives.
using ItemCountsByHalfLife = std::array<ItemCounts, kCounterCount>;

// Counts halve every half-life. They are kept at the scale of one landmark in time, so that an old
// count needs no touching. Training streams a log through it, serving keeps one a surface: one rule
// for both. Thread-safety: none. Cost: an event about half a microsecond; an item 200 bytes, until
// its counts are nothing.
class ItemCounters {
 public:
  explicit ItemCounters(runtime::Time now);

  // An event at `at`; one later than `now` counts as now.
  void Add(std::uint32_t item, const ItemCounts& counts, runtime::Time at, runtime::Time now);
  // All zero for an item that nothing happened to. Appends to out, in the order of items.
  void Read(std::span<const std::uint32_t> items, runtime::Time now,
            std::vector<ItemCountsByHalfLife>* out) const;

  enum class Count : std::uint8_t { kClicks, kPlacements };
  // The items with the largest count at a half-life, at most `most`, falling, ties by item; those
  // with nothing left out. Appends to out. Cost: a pass over all items.
  void Top(Count count, std::size_t half_life, std::size_t most,
           std::vector<std::uint32_t>* out) const;

  std::size_t size() const { return scaled_.size(); }

 private:
  // 2 ^ ((at − landmark) / half-life) by half-life.
  std::array<double, kCounterCount> Scales(runtime::Time at) const;
  void MoveLandmark(runtime::Time to);

  runtime::Time landmark_;
  std::unordered_map<std::uint32_t, ItemCountsByHalfLife> scaled_;
};

}  // namespace cofilter::models

#endif  // COFILTER_MODELS_ITEM_COUNTERS_H_
