// [store.redis]: where the shared store is and how it is reached.
#ifndef COFILTER_SERVICE_CONFIG_REDIS_CONFIG_H_
#define COFILTER_SERVICE_CONFIG_REDIS_CONFIG_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace cofilter::service {

class TableReader;

enum class RedisMode : std::uint8_t { kSingle, kSentinel, kCluster };

struct RedisConfig {
  RedisMode mode = RedisMode::kSingle;
  std::vector<std::string> addresses = {"127.0.0.1:6379"};  // of sentinels, with kSentinel
  std::string sentinel_master;                              // the name that the sentinels watch
  std::string user;                                         // empty: Redis's default user
  std::string password_file;  // empty: no password; the file's first line
  std::string sentinel_user;  // the same for the sentinels
  std::string sentinel_password_file;
  bool tls = false;
  std::string tls_ca;           // PEM; empty: the system's authorities
  std::string tls_certificate;  // PEM, what the client shows of itself; empty: nothing
  std::string tls_key;
  std::string prefix = "cofilter";  // of every key
  std::uint32_t connect_timeout_ms = 500;
  std::uint32_t read_timeout_ms = 250;  // of a round trip that only reads
  std::uint32_t write_timeout_ms = 2000;
  std::uint32_t replicas = 0;              // an answer waits for so many; 0: for none
  std::uint32_t replica_timeout_ms = 100;  // and no longer than this
  std::uint32_t max_events = 50'000'000;   // in the log, until it is exported and trimmed

  bool operator==(const RedisConfig&) const = default;
};

// Errors: as ConfigError.
absl::Status ReadRedis(std::string_view origin, const TableReader& table, RedisConfig& config);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_CONFIG_REDIS_CONFIG_H_
