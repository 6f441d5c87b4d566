// Keeps grpc.health.v1 true: NOT_SERVING while nothing can be answered, and once the server drains.
#ifndef COFILTER_SERVICE_RPC_HEALTH_WATCH_H_
#define COFILTER_SERVICE_RPC_HEALTH_WATCH_H_

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "grpcpp/health_check_service_interface.h"
#include "service/snapshot/snapshot_holder.h"

namespace cofilter::service {

// Nothing can be answered until the store was read once: there is no catalogue then. From then on
// something always can, whatever becomes of the store.
class HealthWatch {
 public:
  // Both outlive it. services: by name; the server as a whole is watched too.
  HealthWatch(grpc::HealthCheckServiceInterface* health, const SnapshotHolder* snapshots,
              std::vector<std::string> services);
  ~HealthWatch();
  HealthWatch(const HealthWatch&) = delete;
  HealthWatch& operator=(const HealthWatch&) = delete;

  // NOT_SERVING for good.
  void Drain();

 private:
  void Run();
  void Set(bool serving);

  grpc::HealthCheckServiceInterface* const health_;
  const SnapshotHolder* const snapshots_;
  const std::vector<std::string> services_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_HEALTH_WATCH_H_
