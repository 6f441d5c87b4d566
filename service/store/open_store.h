// Opens the store that a configuration names.
#ifndef COFILTER_SERVICE_STORE_OPEN_STORE_H_
#define COFILTER_SERVICE_STORE_OPEN_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "runtime/clock.h"
#include "service/config/config.h"
#include "service/store/redis/redis_store.h"
#include "service/store/sqlite/sqlite_store.h"
#include "service/store/store.h"

namespace cofilter::service {

// clock: outlives the store. Errors: those of SqliteStore::Open and RedisStore::Open, and of the
// files that the configuration names.
absl::StatusOr<std::unique_ptr<Store>> OpenStore(const ServerConfig& config,
                                                 const runtime::Clock& clock);

// Reads the files with passwords and certificates. Errors: NOT_FOUND, INVALID_ARGUMENT naming the
// file.
absl::StatusOr<RedisStoreOptions> RedisOptionsOf(const ServerConfig& config,
                                                 const runtime::Clock& clock);

// "var/cofilter.db", "redis 127.0.0.1:6379": for people, without secrets.
std::string StoreText(const ServerConfig& config);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_OPEN_STORE_H_
