// Where the snapshot in service stands: calls take it, the publisher puts the next one.
#ifndef COFILTER_SERVICE_SNAPSHOT_SNAPSHOT_HOLDER_H_
#define COFILTER_SERVICE_SNAPSHOT_SNAPSHOT_HOLDER_H_

#include <functional>
#include <memory>
#include <mutex>

#include "runtime/clock.h"
#include "service/snapshot/snapshot.h"

namespace cofilter::service {

// Thread-safety: all calls from any thread.
class SnapshotHolder {
 public:
  // Holds an empty snapshot of that configuration until the first Publish.
  SnapshotHolder(std::shared_ptr<const ServerConfig> config, const runtime::Clock* clock);

  // Never null. Cost: one lock.
  std::shared_ptr<const Snapshot> Current() const;
  // The same, brought up to `now` and to `key` first, where the current one is behind them: an item
  // whose hour has come is served by the very next call, whoever moves the clock.
  std::shared_ptr<const Snapshot> At(runtime::Time now, ItemKey key = 0);

  void Publish(std::shared_ptr<const Snapshot> next);
  // Called by At, in its thread. An empty function ends it: after the return it runs no more.
  void OnStale(std::function<void(runtime::Time now, ItemKey key)> refresh);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> current_;
  std::mutex refresh_mutex_;
  std::function<void(runtime::Time, ItemKey)> refresh_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SNAPSHOT_SNAPSHOT_HOLDER_H_
