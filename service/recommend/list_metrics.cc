// Counters and a bitmap a surface.
#include "service/recommend/list_metrics.h"

#include <algorithm>
#include <nlohmann/json.hpp>

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
  if (!list.items.empty()) {
    ++counts.measured_lists;
    counts.similarity += list.variety.similarity;
    counts.topics += list.variety.topics;
    counts.largest_topic += list.variety.largest_topic;
  }
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

std::uint64_t ListMetrics::lists(Level level) const {
  std::uint64_t sum = 0;
  for (const SurfaceListCounts& surface : Read()) {
    sum += surface.lists_by_level[static_cast<std::size_t>(level)];
  }
  return sum;
}

std::uint64_t ListMetrics::items(Source source) const {
  std::uint64_t sum = 0;
  for (const SurfaceListCounts& surface : Read()) {
    sum += surface.items_by_source[static_cast<std::size_t>(source)];
  }
  return sum;
}

std::string ListMetrics::ToJson() const {
  nlohmann::json levels = nlohmann::json::object();
  for (int level = 1; level <= static_cast<int>(Level::kEmpty); ++level) {
    const std::uint64_t count = lists(static_cast<Level>(level));
    if (count > 0) levels[std::string(LevelName(static_cast<Level>(level)))] = count;
  }
  nlohmann::json sources = nlohmann::json::object();
  for (std::size_t source = 1; source < kSourceCount; ++source) {
    const std::uint64_t count = items(static_cast<Source>(source));
    if (count > 0) sources[std::string(SourceName(static_cast<Source>(source)))] = count;
  }
  nlohmann::json all = {{"lists", levels}, {"items", sources}};
  SurfaceListCounts sum;
  for (const SurfaceListCounts& surface : Read()) {
    sum.measured_lists += surface.measured_lists;
    sum.similarity += surface.similarity;
    sum.topics += surface.topics;
    sum.largest_topic += surface.largest_topic;
  }
  if (sum.measured_lists > 0) {
    const auto measured = static_cast<double>(sum.measured_lists);
    all["variety"] = {{"similarity", sum.similarity / measured},
                      {"topics", static_cast<double>(sum.topics) / measured},
                      {"largest_topic", sum.largest_topic / measured}};
  }
  return all.dump();
}

std::string_view LevelName(Level level) {
  switch (level) {
    case Level::kUnspecified:
      return "unspecified";
    case Level::kPersonalised:
      return "personalised";
    case Level::kPersonalisedQuick:
      return "personalised_quick";
    case Level::kTrending:
      return "trending";
    case Level::kPopular:
      return "popular";
    case Level::kNewest:
      return "newest";
    case Level::kEmpty:
      return "empty";
  }
  return "unspecified";
}

std::string_view SourceName(Source source) {
  switch (source) {
    case Source::kUnspecified:
      return "unspecified";
    case Source::kNeighbours:
      return "neighbours";
    case Source::kGlobal:
      return "global";
    case Source::kContent:
      return "content";
    case Source::kTrending:
      return "trending";
    case Source::kPopular:
      return "popular";
    case Source::kNewest:
      return "newest";
    case Source::kEditors:
      return "editors";
    case Source::kPopularInUnit:
      return "popular_in_unit";
  }
  return "unspecified";
}

}  // namespace cofilter::service
