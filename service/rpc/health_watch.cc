// Looks until the snapshot is loaded, then ends.
#include "service/rpc/health_watch.h"

#include <chrono>
#include <utility>

namespace cofilter::service {

HealthWatch::HealthWatch(grpc::HealthCheckServiceInterface* health, const SnapshotHolder* snapshots,
                         std::vector<std::string> services)
    : health_(health), snapshots_(snapshots), services_(std::move(services)) {
  const bool loaded = snapshots_->Current()->loaded;
  Set(loaded);
  if (!loaded) thread_ = std::thread([this] { Run(); });
}

void HealthWatch::Set(bool serving) {
  health_->SetServingStatus(serving);
  for (const std::string& service : services_) health_->SetServingStatus(service, serving);
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
  if (!stopping_) Set(true);
}

}  // namespace cofilter::service
