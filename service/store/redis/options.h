// How a Redis server is reached.
#ifndef COFILTER_SERVICE_STORE_REDIS_OPTIONS_H_
#define COFILTER_SERVICE_STORE_REDIS_OPTIONS_H_

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/store/redis/endpoint.h"

namespace cofilter::service::redis {

class TlsContext;

struct Credentials {
  std::string user;      // empty: the default user
  std::string password;  // empty: no AUTH
};

struct ConnectionOptions {
  Credentials credentials;
  std::shared_ptr<const TlsContext> tls;  // null: plain TCP
  std::chrono::milliseconds connect_timeout{500};
};

// kSingle: one server. kSentinel: `addresses` are sentinels, which name the master of the day.
// kCluster: `addresses` are any nodes, which tell of the others.
enum class Mode { kSingle, kSentinel, kCluster };

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_OPTIONS_H_
