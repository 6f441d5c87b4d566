// From the configuration's words to options.
#include "service/store/open_store.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"
#include "service/store/redis/tls_context.h"

namespace cofilter::service {
namespace {

absl::StatusOr<redis::Credentials> ReadCredentials(const std::string& user,
                                                   const std::string& password_file) {
  redis::Credentials credentials{.user = user, .password = {}};
  if (password_file.empty()) return credentials;
  COFILTER_ASSIGN_OR_RETURN(const std::string text, runtime::ReadFile(password_file, 1u << 16));
  credentials.password = text.substr(0, text.find_first_of("\r\n"));
  if (!credentials.password.empty()) return credentials;
  return absl::InvalidArgumentError(
      absl::StrCat("store: ", password_file, " holds no password; right: one line"));
}

redis::Mode ModeOf(RedisMode mode) {
  switch (mode) {
    case RedisMode::kSentinel:
      return redis::Mode::kSentinel;
    case RedisMode::kCluster:
      return redis::Mode::kCluster;
    case RedisMode::kSingle:
      break;
  }
  return redis::Mode::kSingle;
}

}  // namespace

absl::StatusOr<RedisStoreOptions> RedisOptionsOf(const ServerConfig& config,
                                                 const runtime::Clock& clock) {
  const RedisConfig& redis = config.redis;
  RedisStoreOptions options;
  redis::TopologyOptions& topology = options.client.topology;
  topology.mode = ModeOf(redis.mode);
  for (const std::string& address : redis.addresses) {
    COFILTER_ASSIGN_OR_RETURN(topology.addresses.emplace_back(), redis::ParseEndpoint(address));
  }
  topology.sentinel_master = redis.sentinel_master;
  COFILTER_ASSIGN_OR_RETURN(topology.connection.credentials,
                            ReadCredentials(redis.user, redis.password_file));
  COFILTER_ASSIGN_OR_RETURN(topology.sentinel_credentials,
                            ReadCredentials(redis.sentinel_user, redis.sentinel_password_file));
  if (redis.tls) {
    COFILTER_ASSIGN_OR_RETURN(
        topology.connection.tls,
        redis::TlsContext::Load(
            {.ca = redis.tls_ca, .certificate = redis.tls_certificate, .key = redis.tls_key}));
  }
  topology.connection.connect_timeout = std::chrono::milliseconds(redis.connect_timeout_ms);
  options.client.read_timeout = std::chrono::milliseconds(redis.read_timeout_ms);
  options.client.write_timeout = std::chrono::milliseconds(redis.write_timeout_ms);
  options.client.replicas = static_cast<int>(redis.replicas);
  options.client.replica_timeout = std::chrono::milliseconds(redis.replica_timeout_ms);
  options.prefix = redis.prefix;
  options.organisation = config.organisation;
  options.clock = &clock;
  options.max_logged_events = redis.max_events;
  return options;
}

absl::StatusOr<std::unique_ptr<Store>> OpenStore(const ServerConfig& config,
                                                 const runtime::Clock& clock) {
  if (config.store_kind == StoreKind::kRedis) {
    COFILTER_ASSIGN_OR_RETURN(const RedisStoreOptions options, RedisOptionsOf(config, clock));
    return RedisStore::Open(options);
  }
  SqliteStoreOptions options;
  options.path = config.store_path;
  options.organisation = config.organisation;
  options.clock = &clock;
  return SqliteStore::Open(options);
}

std::string StoreText(const ServerConfig& config) {
  if (config.store_kind == StoreKind::kSqlite) return config.store_path;
  return absl::StrCat("redis ", absl::StrJoin(config.redis.addresses, " "));
}

}  // namespace cofilter::service
