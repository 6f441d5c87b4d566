// A shared pointer under a mutex: std::atomic<std::shared_ptr> trips ThreadSanitizer.
#include "service/snapshot/snapshot_holder.h"

#include <utility>

#include "service/snapshot/snapshot_builder.h"

namespace cofilter::service {

SnapshotHolder::SnapshotHolder(std::shared_ptr<const ServerConfig> config,
                               const runtime::Clock* clock) {
  auto counters = std::make_shared<Counters>(*config, clock);
  current_ = SnapshotBuilder(std::move(config), std::move(counters), std::make_shared<ItemKeys>())
                 .Build(false);
}

std::shared_ptr<const Snapshot> SnapshotHolder::Current() const {
  std::lock_guard lock(mutex_);
  return current_;
}

std::shared_ptr<const Snapshot> SnapshotHolder::At(runtime::Time now, ItemKey key) {
  std::shared_ptr<const Snapshot> current = Current();
  if (now < current->valid_until && key <= current->last_key) return current;
  std::lock_guard lock(refresh_mutex_);
  current = Current();  // another call may have done it meanwhile
  if (now < current->valid_until && key <= current->last_key) return current;
  if (refresh_) refresh_(now, key);
  return Current();
}

void SnapshotHolder::Publish(std::shared_ptr<const Snapshot> next) {
  std::lock_guard lock(mutex_);
  current_.swap(next);  // the old one may be the last of its kind: it goes away after the lock
}

void SnapshotHolder::OnStale(std::function<void(runtime::Time, ItemKey)> refresh) {
  std::lock_guard lock(refresh_mutex_);
  refresh_ = std::move(refresh);
}

}  // namespace cofilter::service
