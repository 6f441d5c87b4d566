// Follows the store: by its listener, by asking now and then, and when a call finds the snapshot
// behind.
#include "service/snapshot/snapshot_publisher.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/snapshot/counter_warmup.h"

namespace cofilter::service {
namespace {

constexpr std::size_t kBatch = 1000;
constexpr std::chrono::hours kWarmUpReach{24 * 14};

std::shared_ptr<const RuleSet> AsRuleSet(std::vector<StoredRule> rules) {
  auto set = std::make_shared<RuleSet>();
  for (const StoredRule& rule : rules) set->revision = std::max(set->revision, rule.revision);
  set->rules = std::move(rules);
  return set;
}

// Whether counters made by one configuration serve the other.
bool CountsAlike(const ServerConfig& a, const ServerConfig& b) {
  const auto alike = [](const SurfaceConfig& one, const SurfaceConfig& other) {
    return one.kinds == other.kinds && one.verb_weights == other.verb_weights &&
           one.trending_half_life_hours == other.trending_half_life_hours &&
           one.impressions == other.impressions;
  };
  return std::equal(a.surfaces.begin(), a.surfaces.end(), b.surfaces.begin(), b.surfaces.end(),
                    [&](const auto& one, const auto& other) {
                      return one.first == other.first && alike(one.second, other.second);
                    });
}

}  // namespace

std::unique_ptr<SnapshotPublisher> SnapshotPublisher::Start(
    std::shared_ptr<const ServerConfig> config, Store* store, const runtime::Clock* clock,
    SnapshotHolder* holder, PublisherOptions options) {
  std::unique_ptr<SnapshotPublisher> publisher(
      new SnapshotPublisher(std::move(config), store, clock, holder, options));
  SnapshotPublisher* self = publisher.get();
  if (const absl::Status status = self->Follow(); !status.ok()) {
    spdlog::warn("the store cannot be read yet: {}", status.ToString());
  }
  holder->OnStale([self](runtime::Time now, ItemKey key) { self->Refresh(now, key); });
  if (options.run_thread) {
    store->changes().OnChange([self] { self->Wake(); });
    self->thread_ = std::thread([self] { self->Run(); });
  }
  return publisher;
}

SnapshotPublisher::SnapshotPublisher(std::shared_ptr<const ServerConfig> config, Store* store,
                                     const runtime::Clock* clock, SnapshotHolder* holder,
                                     PublisherOptions options)
    : config_(std::move(config)),
      store_(store),
      clock_(clock),
      holder_(holder),
      options_(options),
      counters_(std::make_shared<Counters>(*config_, clock)),
      builder_(config_, counters_, std::make_shared<ItemKeys>()),
      model_(config_->models_directory, clock) {}

SnapshotPublisher::~SnapshotPublisher() {
  if (thread_.joinable()) {
    store_->changes().OnChange([] {});
    {
      std::lock_guard lock(wake_mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }
  holder_->OnStale({});
}

absl::Status SnapshotPublisher::Load() {
  // The change is taken before the items are read, so that one made meanwhile is read again, never
  // missed.
  COFILTER_ASSIGN_OR_RETURN(const Sequence change, store_->changes().LastChange());
  COFILTER_ASSIGN_OR_RETURN(const Sequence event, store_->events().LastSequence());
  {
    std::lock_guard reading(read_mutex_);
    COFILTER_RETURN_IF_ERROR(FollowKeys(0));
    std::vector<StoredItem> items;
    COFILTER_RETURN_IF_ERROR(
        store_->catalogue().Load([&](StoredItem item) { items.push_back(std::move(item)); }));
    COFILTER_ASSIGN_OR_RETURN(std::vector<StoredRule> rules, store_->rules().Load());
    std::lock_guard applying(apply_mutex_);
    builder_.ApplyItems(std::move(items), clock_->Now());
    builder_.SetCatalogueRevision(change);
    builder_.SetRules(AsRuleSet(std::move(rules)));
    loaded_ = true;
    Publish();
  }
  last_change_ = change;
  last_event_ = event;
  const absl::StatusOr<std::size_t> warmed =
      WarmCounters(store_->events(), holder_->Current()->catalogue, event,
                   clock_->Now() - kWarmUpReach, options_.warm_up_events, *counters_);
  if (!warmed.ok()) spdlog::warn("the counters start cold: {}", warmed.status().ToString());
  return absl::OkStatus();
}

void SnapshotPublisher::SetConfig(std::shared_ptr<const ServerConfig> config) {
  std::lock_guard following(follow_mutex_);
  std::shared_ptr<Counters> counters = counters_;
  const std::shared_ptr<const Snapshot> base = holder_->Current();
  if (!CountsAlike(*config_, *config)) {
    counters = std::make_shared<Counters>(*config, clock_);
    const absl::StatusOr<Sequence> last = store_->events().LastSequence();
    const absl::Status warmed =
        last.ok() ? WarmCounters(store_->events(), base->catalogue, *last,
                                 clock_->Now() - kWarmUpReach, options_.warm_up_events, *counters)
                        .status()
                  : last.status();
    if (!warmed.ok()) spdlog::warn("the counters start cold: {}", warmed.ToString());
    if (last.ok()) last_event_ = *last;
  }
  PreparedModel prepared;
  if (base->model != nullptr) prepared = PrepareModel(base->model->model, *config, *base);
  std::lock_guard applying(apply_mutex_);
  builder_.SetConfig(config, counters, std::move(prepared), clock_->Now());
  config_ = std::move(config);
  counters_ = std::move(counters);
  Publish();
}

absl::Status SnapshotPublisher::FollowKeys(ItemKey key) {
  for (;;) {
    ItemKey after;
    {
      std::lock_guard applying(apply_mutex_);
      after = builder_.last_key();
    }
    if (key != 0 && after >= key) return absl::OkStatus();
    COFILTER_ASSIGN_OR_RETURN(const auto ids, store_->catalogue().ItemIdsAfter(after, kBatch));
    if (ids.empty()) return absl::OkStatus();
    std::lock_guard applying(apply_mutex_);
    builder_.AddKeys(ids);
    if (loaded_) Publish();
  }
}

absl::Status SnapshotPublisher::FollowItems() {
  for (;;) {
    Sequence after;
    {
      std::lock_guard applying(apply_mutex_);
      after = builder_.catalogue_revision();
    }
    COFILTER_ASSIGN_OR_RETURN(std::vector<StoredItem> items,
                              store_->catalogue().ChangedAfter(after, kBatch));
    if (items.empty()) return absl::OkStatus();
    std::lock_guard applying(apply_mutex_);
    builder_.ApplyItems(std::move(items), clock_->Now());
    Publish();
  }
}

absl::Status SnapshotPublisher::CatchUp(Sequence revision) {
  if (!loaded_) return Follow();
  if (holder_->Current()->catalogue.revision() >= revision) return absl::OkStatus();
  std::lock_guard reading(read_mutex_);
  COFILTER_RETURN_IF_ERROR(FollowItems());
  if (holder_->Current()->catalogue.revision() >= revision) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the catalogue has not reached revision ", revision));
}

absl::Status SnapshotPublisher::FollowChanges() {
  for (;;) {
    COFILTER_ASSIGN_OR_RETURN(const std::vector<Change> changes,
                              store_->changes().ChangesAfter(last_change_, kBatch));
    if (changes.empty()) return absl::OkStatus();
    bool rules_changed = false;
    for (const Change& change : changes) {
      if (change.kind == ChangeKind::kRule) rules_changed = true;
      // A member that no event has named yet is read when one does.
      if (change.kind != ChangeKind::kMember || !counters_->HasUnit(change.subject)) continue;
      const absl::StatusOr<MemberState> state = store_->members().Read(change.subject);
      if (state.ok()) counters_->SetUnit(change.subject, state->member.org_unit);
    }
    if (rules_changed) {
      COFILTER_ASSIGN_OR_RETURN(std::vector<StoredRule> rules, store_->rules().Load());
      std::lock_guard applying(apply_mutex_);
      builder_.SetRules(AsRuleSet(std::move(rules)));
      Publish();
    }
    last_change_ = changes.back().sequence;
  }
}

absl::Status SnapshotPublisher::FollowEvents() {
  for (;;) {
    COFILTER_ASSIGN_OR_RETURN(const OthersEvents others,
                              store_->events().ReadOthersAfter(last_event_, kBatch));
    if (others.upto == last_event_) return absl::OkStatus();
    const std::shared_ptr<const Snapshot> snapshot = holder_->Current();
    for (const LoggedEvent& logged : others.events) {
      const data::Event& event = logged.event;
      const ItemKey item =
          event.item_id.empty() ? 0 : snapshot->catalogue.keys().Find(event.item_id);
      if (item == 0) continue;
      counters_->Count({event.member_id, event.surface, event.verb, event.occurred_at}, item,
                       snapshot->catalogue);
    }
    last_event_ = others.upto;
  }
}

absl::Status SnapshotPublisher::FollowModel() {
  COFILTER_ASSIGN_OR_RETURN(const ModelPointer pointer, store_->model_pointer().Get());
  std::shared_ptr<const models::Model> model = model_.Next(pointer);
  if (model == nullptr) return absl::OkStatus();
  const std::uint64_t version = model->version();
  // Beside the one in service: calls go on with it until the swap.
  PreparedModel prepared = PrepareModel(std::move(model), *config_, *holder_->Current());
  {
    std::lock_guard applying(apply_mutex_);
    builder_.SetModel(std::move(prepared), clock_->Now());
    Publish();
  }
  model_.Serves(version);
  return absl::OkStatus();
}

absl::Status SnapshotPublisher::Follow() {
  std::lock_guard following(follow_mutex_);
  if (!loaded_) COFILTER_RETURN_IF_ERROR(Load());
  {
    std::lock_guard reading(read_mutex_);
    COFILTER_RETURN_IF_ERROR(FollowKeys(0));
    COFILTER_RETURN_IF_ERROR(FollowItems());
  }
  COFILTER_RETURN_IF_ERROR(FollowChanges());
  COFILTER_RETURN_IF_ERROR(FollowEvents());
  counters_->ResolvePending(store_->members());
  Refresh(clock_->Now(), 0);
  return FollowModel();
}

void SnapshotPublisher::Refresh(runtime::Time now, ItemKey key) {
  if (!loaded_) return;
  if (key > holder_->Current()->last_key) {
    std::lock_guard reading(read_mutex_);
    // Without the store the key stays unknown; the call skips it and counts it.
    (void)FollowKeys(key);
  }
  if (now < holder_->Current()->valid_until) return;
  std::lock_guard applying(apply_mutex_);
  builder_.AdvanceTime(now);
  Publish();
}

void SnapshotPublisher::Publish() {
  holder_->Publish(builder_.Build(loaded_));
  ++snapshots_;
}

void SnapshotPublisher::Wake() {
  {
    std::lock_guard lock(wake_mutex_);
    woken_ = true;
  }
  wake_.notify_one();
}

void SnapshotPublisher::Run() {
  bool away = false;
  for (;;) {
    {
      std::unique_lock lock(wake_mutex_);
      // By the system clock: ThreadSanitizer does not know waits by the steady one.
      wake_.wait_until(lock, std::chrono::system_clock::now() + options_.poll_interval,
                       [&] { return woken_ || stopping_; });
      if (stopping_) return;
      woken_ = false;
    }
    const absl::Status status = Follow();
    if (!status.ok()) {
      ++failed_polls_;
      if (!away) spdlog::warn("the store cannot be followed: {}", status.ToString());
    } else if (away) {
      spdlog::info("the store is followed again");
    }
    away = !status.ok();
  }
}

PublisherStats SnapshotPublisher::stats() const {
  const ModelServing serving = model_.serving();
  return {snapshots_, serving.loaded, serving.refused, failed_polls_};
}

}  // namespace cofilter::service
