// Spreads recorded events over the boards of surfaces and units.
#include "service/snapshot/counters.h"

#include <algorithm>
#include <optional>

namespace cofilter::service {
namespace {

// A unit past these is counted with the organisation only.
constexpr std::size_t kMaxUnits = 2000;
constexpr std::size_t kMaxPending = 50'000;
constexpr std::size_t kMaxMembersPlaced = 5'000'000;

bool IsClick(const SurfaceConfig& surface, data::Verb verb) {
  return verb != data::Verb::kImpression && verb != data::Verb::kProgress &&
         surface.verb_weights[static_cast<std::size_t>(verb)] > 0;
}

}  // namespace

std::vector<CountedEvent> CountedEvents(std::span<const data::Event> events) {
  std::vector<CountedEvent> counted;
  counted.reserve(events.size());
  for (const data::Event& event : events) {
    counted.push_back({event.member_id, event.surface, event.verb, event.occurred_at,
                       event.recommendation_id.empty()});
  }
  return counted;
}

std::vector<std::string_view> UnitsOnPath(std::string_view org_unit) {
  std::vector<std::string_view> units;
  if (org_unit.size() < 2) return units;
  for (std::size_t end = 1; end != org_unit.npos && units.size() < kMaxUnitDepth; ++end) {
    end = org_unit.find('/', end);
    if (end == org_unit.npos || end + 1 == org_unit.size()) {
      units.push_back(org_unit.substr(0, end));
      break;
    }
    units.push_back(org_unit.substr(0, end));
  }
  return units;
}

Counters::Counters(const ServerConfig& config, const runtime::Clock* clock)
    : configs_(config.surfaces.begin(), config.surfaces.end()), clock_(clock) {
  for (const auto& [name, surface_config] : configs_) {
    surfaces_[name].config = &surface_config;
    surfaces_[name].live = std::make_unique<LiveCounters>(clock->Now());
  }
}

void Counters::Record(std::span<const CountedEvent> events, const RecordOutcome& outcome,
                      const Catalogue& catalogue) {
  for (const RecordOutcome::Applied& applied : outcome.applied) {
    if (applied.item == 0 || applied.event_index >= events.size()) continue;
    Count(events[applied.event_index], applied.item, catalogue);
  }
}

void Counters::Count(const CountedEvent& event, ItemKey item, const Catalogue& catalogue) {
  const CatalogueItem* known = catalogue.Find(item);
  if (known == nullptr) return;  // cannot be served, so it cannot trend
  CountIn("", event, item, known->kind);

  std::optional<std::string> unit;
  {
    std::shared_lock lock(units_mutex_);
    const auto found = units_.find(event.member_id);
    if (found != units_.end()) unit = found->second;
  }
  if (unit.has_value()) {
    for (const std::string_view on_path : UnitsOnPath(*unit)) {
      CountIn(on_path, event, item, known->kind);
    }
    return;
  }
  std::lock_guard lock(pending_mutex_);
  if (pending_.size() == kMaxPending) pending_.pop_front();  // the latest count most
  pending_.push_back({event, item, known->kind});
}

void Counters::CountIn(std::string_view unit, const CountedEvent& event, ItemKey item,
                       data::ItemKind kind) {
  for (const auto& [name, config] : configs_) {
    if (event.surface.empty()
            ? std::find(config.kinds.begin(), config.kinds.end(), kind) == config.kinds.end()
            : event.surface != name) {
      continue;
    }
    const double clicks = IsClick(config, event.verb) ? 1 : 0;
    const bool shown = event.verb == data::Verb::kImpression;
    // Where served lists count, what confirms one of them would count it twice.
    const bool counted = shown && (event.placed || config.impressions == Impressions::kConfirmed);
    const double impressions = counted ? 1 : 0;
    if (clicks == 0 && impressions == 0) continue;
    if (unit.empty()) {
      Live(name).Add(item, {clicks, impressions, event.placed ? impressions : 0}, event.occurred_at,
                     clock_->Now());
    }
    if (CounterBoard* board = Board(name, unit, true)) {
      board->Add(item, clicks, impressions, event.occurred_at, clock_->Now());
    }
  }
}

void Counters::CountServed(const SurfaceConfig& surface, std::span<const ItemKey> items) {
  if (surface.impressions != Impressions::kServed) return;
  LiveCounters& live = Live(surface.name);
  const runtime::Time now = clock_->Now();
  for (const ItemKey item : items) live.Add(item, {0, 1, 0}, now, now);
}

// The map of surfaces is as the constructor left it; only boards come later.
LiveCounters& Counters::Live(std::string_view surface) const {
  return *surfaces_.find(surface)->second.live;
}

CounterBoard* Counters::Board(std::string_view surface, std::string_view unit, bool make) const {
  {
    std::shared_lock lock(boards_mutex_);
    const auto found = surfaces_.find(surface);
    if (found == surfaces_.end()) return nullptr;
    const auto board = found->second.boards.find(unit);
    if (board != found->second.boards.end()) return board->second.get();
    if (!make || found->second.boards.size() > kMaxUnits) return nullptr;
  }
  std::unique_lock lock(boards_mutex_);
  Surface& home = surfaces_.find(surface)->second;
  std::unique_ptr<CounterBoard>& board = home.boards[std::string(unit)];
  if (board == nullptr) {
    const auto half_life = std::chrono::duration_cast<runtime::Duration>(
        std::chrono::duration<double, std::ratio<3600>>(home.config->trending_half_life_hours));
    board = std::make_unique<CounterBoard>(half_life, clock_->Now());
  }
  return board.get();
}

std::shared_ptr<const CounterBoard::Ranking> Counters::Top(std::string_view surface,
                                                           std::string_view unit) const {
  static const auto kNone = std::make_shared<const CounterBoard::Ranking>();
  CounterBoard* board = Board(surface, unit, false);
  return board == nullptr ? kNone : board->Top(clock_->Now());
}

DecayedCounts Counters::Counts(std::string_view surface, std::string_view unit,
                               ItemKey item) const {
  const CounterBoard* board = Board(surface, unit, false);
  return board == nullptr ? DecayedCounts{} : board->Counts(item, clock_->Now());
}

bool Counters::HasUnit(std::string_view member_id) const {
  std::shared_lock lock(units_mutex_);
  return units_.contains(std::string(member_id));
}

void Counters::SetUnit(std::string_view member_id, std::string_view org_unit) {
  std::unique_lock lock(units_mutex_);
  if (units_.size() >= kMaxMembersPlaced) units_.clear();  // read again as they come
  units_.insert_or_assign(std::string(member_id), std::string(org_unit));
}

void Counters::ResolvePending(MemberStateStore& members) {
  std::deque<Pending> pending;
  {
    std::lock_guard lock(pending_mutex_);
    pending.swap(pending_);
  }
  for (const Pending& waiting : pending) {
    std::optional<std::string> unit;
    {
      std::shared_lock lock(units_mutex_);
      const auto found = units_.find(waiting.event.member_id);
      if (found != units_.end()) unit = found->second;
    }
    if (!unit.has_value()) {
      const absl::StatusOr<MemberState> state = members.Read(waiting.event.member_id);
      if (!state.ok()) continue;  // the organisation's count has it
      SetUnit(waiting.event.member_id, state->member.org_unit);
      unit = state->member.org_unit;
    }
    for (const std::string_view on_path : UnitsOnPath(*unit)) {
      CountIn(on_path, waiting.event, waiting.item, waiting.kind);
    }
  }
}

}  // namespace cofilter::service
