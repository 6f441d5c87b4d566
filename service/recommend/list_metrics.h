// Counts what was served: lists by level, items by source and by popularity, how much of the
// catalogue was shown.
#ifndef COFILTER_SERVICE_RECOMMEND_LIST_METRICS_H_
#define COFILTER_SERVICE_RECOMMEND_LIST_METRICS_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.h"
#include "service/recommend/recommendation.h"
#include "service/snapshot/eligibility.h"

namespace cofilter::service {

// Where an item stood in the training data of the model that served it.
enum class ServedBand : std::uint8_t { kHead = 0, kMid = 1, kTail = 2, kUnknownToModel = 3 };

// One surface since the start.
struct SurfaceListCounts {
  std::string surface;
  std::array<std::uint64_t, 7> lists_by_level{};              // by Level
  std::array<std::uint64_t, kSourceCount> items_by_source{};  // by Source
  std::array<std::uint64_t, 4> items_by_band{};               // by ServedBand
  // Over the lists that hold an item: how many, and the sums of their varieties.
  std::uint64_t measured_lists = 0;
  double similarity = 0;
  std::uint64_t topics = 0;
  double largest_topic = 0;
  // Different items in anybody's list in the window that ended last, or, before any has ended, in
  // this one; and how many could have been.
  std::uint64_t distinct_items = 0;
  std::uint64_t eligible_items = 0;
};

// Thread-safety: all calls from any thread.
class ListMetrics {
 public:
  static constexpr runtime::Duration kWindow = std::chrono::hours(24);

  // Cost: one lock of the surface, a few additions an item.
  void Count(const SurfaceView& surface, const Recommendation& list, runtime::Time now);
  // By name.
  std::vector<SurfaceListCounts> Read() const;
  // All surfaces together: lists of that level, items from that source.
  std::uint64_t lists(Level level) const;
  std::uint64_t items(Source source) const;
  // One JSON object of all surfaces together: lists by level, items by source, and the means of
  // their variety over all lists with items.
  std::string ToJson() const;

 private:
  struct Surface {
    std::mutex mutex;
    SurfaceListCounts counts;
    std::vector<std::uint64_t> shown;  // bit: key; in this window
    std::uint64_t distinct = 0;
    std::uint64_t distinct_before = 0;  // in the window before
    bool has_before = false;
    runtime::Time window_start{};
  };
  Surface& Of(const std::string& name);

  mutable std::shared_mutex mutex_;
  std::map<std::string, std::unique_ptr<Surface>, std::less<>> surfaces_;
};

std::string_view LevelName(Level level);
std::string_view SourceName(Source source);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_LIST_METRICS_H_
