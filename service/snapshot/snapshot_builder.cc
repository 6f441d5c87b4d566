// Keeps catalogue, bindings, surfaces and time boundaries together.
#include "service/snapshot/snapshot_builder.h"

#include <algorithm>
#include <utility>

namespace cofilter::service {

PreparedModel PrepareModel(std::shared_ptr<const models::Model> model, const ServerConfig& config,
                           const Snapshot& base) {
  PreparedModel prepared;
  prepared.last_key = base.last_key;
  prepared.catalogue_revision = base.catalogue.revision();
  for (const auto& op : model->operators()) {
    const std::uint32_t kinds = KindsOfOperator(config, op->name());
    if (kinds == 0) continue;
    OperatorState state(op.get(), kinds);
    for (ItemKey key = 1; key <= base.catalogue.keys().last(); ++key) {
      state.TieKey(key, base.catalogue.keys().IdOf(key));
      if (const CatalogueItem* item = base.catalogue.Find(key)) state.TakeItem(*item);
    }
    prepared.operators.push_back(std::move(state));
  }
  prepared.model = std::move(model);
  return prepared;
}

SnapshotBuilder::SnapshotBuilder(std::shared_ptr<const ServerConfig> config,
                                 std::shared_ptr<Counters> counters, std::shared_ptr<ItemKeys> keys)
    : config_(std::move(config)),
      counters_(std::move(counters)),
      keys_(std::move(keys)),
      catalogue_(keys_) {
  MakeSurfaces();
}

void SnapshotBuilder::MakeSurfaces() {
  surfaces_.clear();
  surfaces_.reserve(config_->surfaces.size());
  for (const auto& [name, surface] : config_->surfaces) surfaces_.emplace_back(&surface);
}

void SnapshotBuilder::TieKey(ItemKey key, std::string_view item_id) {
  keys_->Add(key, item_id);
  if (key == last_key_ + 1) last_key_ = key;
  for (OperatorState& state : operators_) state.TieKey(key, item_id);
}

void SnapshotBuilder::AddKeys(const std::vector<std::pair<ItemKey, std::string>>& ids) {
  for (const auto& [key, item_id] : ids) TieKey(key, item_id);
  if (!ids.empty()) last_key_ = std::max(last_key_, ids.back().first);
}

void SnapshotBuilder::ApplyItems(std::vector<StoredItem> items, runtime::Time now) {
  std::vector<ItemKey> changed;
  changed.reserve(items.size());
  for (const StoredItem& stored : items) TieKey(stored.key, stored.item.item_id);
  for (StoredItem& stored : items) {
    changed.push_back(stored.key);
    catalogue_.SetRevision(std::max(catalogue_.revision(), stored.item.revision));
    auto item = std::make_shared<const CatalogueItem>(std::move(stored), *keys_);
    for (OperatorState& state : operators_) state.TakeItem(*item);
    catalogue_.Put(std::move(item));
  }
  PublishBindings();
  Refile(changed, now);
}

void SnapshotBuilder::Refile(const std::vector<ItemKey>& keys, runtime::Time now) {
  for (const ItemKey key : keys) {
    const CatalogueItem* item = catalogue_.Find(key);
    if (item == nullptr) continue;
    for (SurfaceIndex& surface : surfaces_) surface.Update(*item, now);
    NoteBoundary(*item, now);
  }
}

void SnapshotBuilder::NoteBoundary(const CatalogueItem& item, runtime::Time now) {
  if (!item.active) return;
  if (!item.IsOut(now)) {
    boundaries_.insert({item.visible_from, item.key});
  } else if (!item.IsExpired(now) && item.visible_until != runtime::Time::max()) {
    boundaries_.insert({item.visible_until, item.key});
  }
}

void SnapshotBuilder::AdvanceTime(runtime::Time now) {
  std::vector<ItemKey> due;
  while (!boundaries_.empty() && boundaries_.begin()->first <= now) {
    due.push_back(boundaries_.begin()->second);
    boundaries_.erase(boundaries_.begin());
  }
  Refile(due, now);
}

void SnapshotBuilder::SetModel(PreparedModel prepared, runtime::Time now) {
  model_ = std::move(prepared.model);
  operators_ = std::move(prepared.operators);
  // What came while the model was being prepared.
  const ItemKey last = keys_->last();
  for (ItemKey key = prepared.last_key + 1; key <= last; ++key) {
    for (OperatorState& state : operators_) state.TieKey(key, keys_->IdOf(key));
  }
  std::vector<ItemKey> all;
  all.reserve(catalogue_.size());
  for (ItemKey key = 1; key <= last; ++key) {
    const CatalogueItem* item = catalogue_.Find(key);
    if (item == nullptr) continue;
    all.push_back(key);
    if (item->item.revision <= prepared.catalogue_revision) continue;
    for (OperatorState& state : operators_) state.TakeItem(*item);
  }
  PublishBindings();
  Refile(all, now);
}

void SnapshotBuilder::SetConfig(std::shared_ptr<const ServerConfig> config,
                                std::shared_ptr<Counters> counters, PreparedModel prepared,
                                runtime::Time now) {
  // Snapshots that calls still hold keep the old configuration, which their surfaces point into.
  config_ = std::move(config);
  counters_ = std::move(counters);
  MakeSurfaces();
  binding_ = nullptr;
  SetModel(std::move(prepared), now);
}

void SnapshotBuilder::PublishBindings() {
  if (model_ == nullptr) return;
  auto binding = std::make_shared<ModelBinding>();
  binding->model = model_;
  for (OperatorState& state : operators_) binding->operators.push_back(state.Binding());
  binding_ = std::move(binding);
  for (SurfaceIndex& surface : surfaces_) {
    surface.Bind(binding_->Find(surface.config().operator_name));
  }
}

std::shared_ptr<const Snapshot> SnapshotBuilder::Build(bool loaded) {
  PublishBindings();
  auto snapshot = std::make_shared<Snapshot>(Snapshot{
      config_, catalogue_.Share(), binding_, rules_, counters_, {}, {}, last_key_, loaded});
  for (SurfaceIndex& surface : surfaces_) {
    snapshot->surfaces.emplace(surface.config().name, surface.View());
  }
  snapshot->valid_until = boundaries_.empty() ? runtime::Time::max() : boundaries_.begin()->first;
  return snapshot;
}

}  // namespace cofilter::service
