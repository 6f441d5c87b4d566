// The stores that the contract tests of every build run with.
#include "tests/service/store/store_fixture.h"

namespace cofilter::service {

std::vector<StoreFactory> StoreFactories() { return {SqliteFactory(), RedisFactory()}; }

}  // namespace cofilter::service
