// The item counters of all surfaces: clicks and impressions that move with every event that is
// recorded.
#ifndef COFILTER_SERVICE_SNAPSHOT_COUNTERS_H_
#define COFILTER_SERVICE_SNAPSHOT_COUNTERS_H_

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/event.h"
#include "runtime/clock.h"
#include "service/config/config.h"
#include "service/snapshot/catalogue.h"
#include "service/snapshot/counter_board.h"
#include "service/snapshot/live_counters.h"
#include "service/store/event_log.h"
#include "service/store/member_state.h"

namespace cofilter::service {

// What the counters need of an event, so that the batch itself can go to the store.
struct CountedEvent {
  std::string member_id;
  std::string surface;  // empty: counts on every surface that serves the item's kind
  data::Verb verb = data::Verb::kUnspecified;
  runtime::Time occurred_at{};
  bool placed = false;  // no list of this server led to it: it names no recommendation_id
};
std::vector<CountedEvent> CountedEvents(std::span<const data::Event> events);

// "/hq/research/a" → "/hq", "/hq/research", "/hq/research/a": the units that the member belongs to,
// the widest first. At most kMaxUnitDepth; "" and "/" → none. They point into the path.
inline constexpr std::size_t kMaxUnitDepth = 8;
std::vector<std::string_view> UnitsOnPath(std::string_view org_unit);

// A click is a verb with a weight on the surface, other than progress (which comes many times an
// item); impressions are counted apart. Counted for the whole organisation and for each unit
// on the member's path. A retraction leaves the counters as they are: they decay. Thread-safety:
// all calls from any thread; no call waits for the store but ResolvePending.
class Counters {
 public:
  Counters(const ServerConfig& config, const runtime::Clock* clock);

  // What a recorded batch changed. `events` are those of the batch, as CountedEvents made them.
  // Cost: about a microsecond an event: may run on the store's writer.
  void Record(std::span<const CountedEvent> events, const RecordOutcome& outcome,
              const Catalogue& catalogue);
  // One event of the log, at the start.
  void Count(const CountedEvent& event, ItemKey item, const Catalogue& catalogue);

  // A list that was served, where the surface takes that for impressions
  // (SurfaceConfig::impressions).
  void CountServed(const SurfaceConfig& surface, std::span<const ItemKey> items);
  // What the surface's ranker reads, for the whole organisation. The surface is configured.
  LiveCounters& Live(std::string_view surface) const;

  // What is clicked now. unit: a unit's path, or "" for the whole organisation. Never null.
  std::shared_ptr<const CounterBoard::Ranking> Top(std::string_view surface,
                                                   std::string_view unit) const;
  DecayedCounts Counts(std::string_view surface, std::string_view unit, ItemKey item) const;

  // Whether the member's place is known here.
  bool HasUnit(std::string_view member_id) const;
  // The member's place, as last read; moves no count made before.
  void SetUnit(std::string_view member_id, std::string_view org_unit);
  // Asks the store for the units of members that events named and nobody has placed, and counts
  // those events in their units. Called by the publisher, now and then.
  void ResolvePending(MemberStateStore& members);

 private:
  struct Surface {
    const SurfaceConfig* config = nullptr;
    std::map<std::string, std::unique_ptr<CounterBoard>, std::less<>> boards;  // by unit
    std::unique_ptr<LiveCounters> live;
  };
  struct Pending {
    CountedEvent event;
    ItemKey item = 0;
    data::ItemKind kind = data::ItemKind::kUnspecified;
  };

  void CountIn(std::string_view unit, const CountedEvent& event, ItemKey item, data::ItemKind kind);
  // nullptr: none yet, or no room for another unit.
  CounterBoard* Board(std::string_view surface, std::string_view unit, bool make) const;

  std::map<std::string, SurfaceConfig, std::less<>> configs_;
  const runtime::Clock* const clock_;
  mutable std::shared_mutex boards_mutex_;
  mutable std::map<std::string, Surface, std::less<>> surfaces_;
  mutable std::shared_mutex units_mutex_;
  std::unordered_map<std::string, std::string> units_;  // member id → path of its unit
  std::mutex pending_mutex_;
  std::deque<Pending> pending_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_COUNTERS_H_
