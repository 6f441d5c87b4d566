// Forward decay: an event counts 2^((t − landmark) / half-life).
#include "models/item_counters.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace cofilter::models {
namespace {

constexpr double kMicrosAnHour = 3600e6;
// The landmark moves before the shortest half-life overflows a double (at 1023 of them).
constexpr double kLandmarkReach = 200 * kCounterHalfLives.front() * kMicrosAnHour;
// What is left after 40 of the longest half-life is nothing.
constexpr double kNothing = 1e-12;

double Micros(runtime::Time from, runtime::Time to) {
  return static_cast<double>((to - from).count());
}

}  // namespace

ItemCounters::ItemCounters(runtime::Time now) : landmark_(now) {}

std::array<double, kCounterCount> ItemCounters::Scales(runtime::Time at) const {
  std::array<double, kCounterCount> scales;
  const double hours = Micros(landmark_, at) / kMicrosAnHour;
  for (std::size_t h = 0; h < kCounterCount; ++h) {
    scales[h] = std::exp2(hours / kCounterHalfLives[h]);
  }
  return scales;
}

void ItemCounters::MoveLandmark(runtime::Time to) {
  const std::array<double, kCounterCount> scales = Scales(to);
  landmark_ = to;
  for (auto cell = scaled_.begin(); cell != scaled_.end();) {
    for (std::size_t h = 0; h < kCounterCount; ++h) {
      ItemCounts& counts = cell->second[h];
      counts.clicks /= scales[h];
      counts.impressions /= scales[h];
      counts.placements /= scales[h];
    }
    const ItemCounts& longest = cell->second.back();
    const bool gone = longest.clicks < kNothing && longest.impressions < kNothing;
    cell = gone ? scaled_.erase(cell) : std::next(cell);
  }
}

void ItemCounters::Add(std::uint32_t item, const ItemCounts& counts, runtime::Time at,
                       runtime::Time now) {
  at = std::min(at, now);
  // By the later of the two: an event from long ago must not move it back.
  if (Micros(landmark_, at) > kLandmarkReach) MoveLandmark(at);
  const std::array<double, kCounterCount> scales = Scales(at);
  if (!(scales.back() >
        kNothing * std::exp2(Micros(landmark_, now) / kMicrosAnHour / kCounterHalfLives.back()))) {
    return;
  }
  ItemCountsByHalfLife& cell = scaled_[item];
  for (std::size_t h = 0; h < kCounterCount; ++h) {
    cell[h].clicks += counts.clicks * scales[h];
    cell[h].impressions += counts.impressions * scales[h];
    cell[h].placements += counts.placements * scales[h];
  }
}

void ItemCounters::Read(std::span<const std::uint32_t> items, runtime::Time now,
                        std::vector<ItemCountsByHalfLife>* out) const {
  const std::array<double, kCounterCount> scales = Scales(now);
  for (const std::uint32_t item : items) {
    ItemCountsByHalfLife& counts = out->emplace_back();
    const auto found = scaled_.find(item);
    if (found == scaled_.end()) continue;
    counts = found->second;
    for (std::size_t h = 0; h < kCounterCount; ++h) {
      counts[h].clicks /= scales[h];
      counts[h].impressions /= scales[h];
      counts[h].placements /= scales[h];
    }
  }
}

void ItemCounters::Top(Count count, std::size_t half_life, std::size_t most,
                       std::vector<std::uint32_t>* out) const {
  std::vector<std::pair<double, std::uint32_t>> found;
  for (const auto& [item, cell] : scaled_) {
    const double value =
        count == Count::kClicks ? cell[half_life].clicks : cell[half_life].placements;
    if (value > 0) found.emplace_back(-value, item);
  }
  const std::size_t kept = std::min(most, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end());
  for (std::size_t i = 0; i < kept; ++i) out->push_back(found[i].second);
}

}  // namespace cofilter::models
