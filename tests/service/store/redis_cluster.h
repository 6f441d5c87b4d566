// A Redis Cluster of the test's own: three masters, a replica of each, on loopback.
#ifndef COFILTER_TESTS_SERVICE_STORE_REDIS_CLUSTER_H_
#define COFILTER_TESTS_SERVICE_STORE_REDIS_CLUSTER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/service/store/redis_server.h"

namespace cofilter::service {

class RedisCluster {
 public:
  static constexpr int kMasters = 3;

  // Returns when every node knows every slot's master and every replica is in step.
  static absl::StatusOr<std::unique_ptr<RedisCluster>> Start();

  // 0 to 2: masters at first; 3 to 5: their replicas, in the same order.
  RedisServer& node(int i) { return *nodes_[static_cast<std::size_t>(i)]; }
  const std::string& id(int i) const { return ids_[static_cast<std::size_t>(i)]; }
  // Which of the first masters holds the key's slot at first.
  static int MasterOf(std::string_view key);

  // Of a store on the cluster; asks the last node first, so that nothing is known beforehand.
  RedisStoreOptions Options() const;

 private:
  absl::Status Join();

  std::vector<std::unique_ptr<RedisServer>> nodes_;
  std::vector<std::string> ids_;
};

}  // namespace cofilter::service

#endif  // COFILTER_TESTS_SERVICE_STORE_REDIS_CLUSTER_H_
