// The contract tests once more, with a Redis Cluster.
#include "runtime/digest.h"
#include "tests/service/store/redis_cluster.h"
#include "tests/service/store/store_fixture.h"

namespace cofilter::service {

std::vector<StoreFactory> StoreFactories() {
  return {{.name = "RedisCluster",
           .open = [](const std::string& directory, const std::string& organisation,
                      const runtime::Clock& clock) -> absl::StatusOr<std::unique_ptr<Store>> {
             static const absl::StatusOr<std::unique_ptr<RedisCluster>> cluster =
                 RedisCluster::Start();
             if (!cluster.ok()) return cluster.status();
             RedisStoreOptions options = (*cluster)->Options();
             options.prefix = runtime::Hex(runtime::Sha256(directory)).substr(0, 16);
             options.organisation = organisation;
             options.clock = &clock;
             return RedisStore::Open(options);
           }}};
}

}  // namespace cofilter::service
