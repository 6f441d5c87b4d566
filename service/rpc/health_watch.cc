// Looks until the snapshot is loaded, then ends.
#include "service/rpc/health_watch.h"

#include <chrono>

namespace cofilter::service {

HealthWatch::HealthWatch(grpc::HealthCheckServiceInterface* health, const SnapshotHolder* snapshots)
    : health_(health), snapshots_(snapshots) {
  const bool loaded = snapshots_->Current()->loaded;
  health_->SetServingStatus(loaded);
  if (!loaded) thread_ = std::thread([this] { Run(); });
}

HealthWatch::~HealthWatch() { Drain(); }

void HealthWatch::Drain() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  health_->Shutdown();
}

void HealthWatch::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_ && !snapshots_->Current()->loaded) {
    wake_.wait_until(lock, std::chrono::system_clock::now() + std::chrono::milliseconds(100));
  }
  if (!stopping_) health_->SetServingStatus(true);
}

}  // namespace cofilter::service
