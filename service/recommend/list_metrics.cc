// Counters and a bitmap a surface.
#include "service/recommend/list_metrics.h"

#include <algorithm>

namespace cofilter::service {
namespace {

ServedBand BandOf(const SurfaceView& surface, ItemKey key) {
  if (surface.binding == nullptr) return ServedBand::kUnknownToModel;
  const std::uint32_t row = surface.binding->rows.RowOf(key);
  if (row == kNoRow) return ServedBand::kUnknownToModel;
  switch ((*surface.binding->bands)[row]) {
    case data::Band::kHead:
      return ServedBand::kHead;
    case data::Band::kMid:
      return ServedBand::kMid;
    case data::Band::kTail:
      return ServedBand::kTail;
  }
  return ServedBand::kUnknownToModel;
}

}  // namespace

ListMetrics::Surface& ListMetrics::Of(const std::string& name) {
  {
    std::shared_lock lock(mutex_);
    if (const auto found = surfaces_.find(name); found != surfaces_.end()) return *found->second;
  }
  std::unique_lock lock(mutex_);
  std::unique_ptr<Surface>& surface = surfaces_[name];
  if (surface == nullptr) {
    surface = std::make_unique<Surface>();
    surface->counts.surface = name;
  }
  return *surface;
}

void ListMetrics::Count(const SurfaceView& view, const Recommendation& list, runtime::Time now) {
  Surface& surface = Of(view.config->name);
  std::lock_guard lock(surface.mutex);
  if (now - surface.window_start >= kWindow) {
    // A window without a list ends as one that showed nothing.
    const bool next = now - surface.window_start < 2 * kWindow;
    surface.distinct_before = next ? surface.distinct : 0;
    surface.has_before = surface.window_start != runtime::Time{};
    surface.distinct = 0;
    std::fill(surface.shown.begin(), surface.shown.end(), 0);
    surface.window_start = now;
  }
  SurfaceListCounts& counts = surface.counts;
  counts.eligible_items = view.items;
  ++counts.lists_by_level[static_cast<std::size_t>(list.level)];
  for (const RecommendedItem& item : list.items) {
    ++counts.items_by_source[static_cast<std::size_t>(item.source)];
    ++counts.items_by_band[static_cast<std::size_t>(BandOf(view, item.key))];
    const auto word = static_cast<std::size_t>(item.key / 64);
    if (word >= surface.shown.size()) surface.shown.resize(word + 1);
    const std::uint64_t bit = std::uint64_t{1} << (item.key % 64);
    if ((surface.shown[word] & bit) == 0) {
      surface.shown[word] |= bit;
      ++surface.distinct;
    }
  }
}

std::vector<SurfaceListCounts> ListMetrics::Read() const {
  std::vector<SurfaceListCounts> all;
  std::shared_lock lock(mutex_);
  for (const auto& [name, surface] : surfaces_) {
    std::lock_guard counting(surface->mutex);
    all.push_back(surface->counts);
    all.back().distinct_items = surface->has_before ? surface->distinct_before : surface->distinct;
  }
  return all;
}

}  // namespace cofilter::service
