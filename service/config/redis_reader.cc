// Reads [store.redis] and its TLS.
#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/config/config_reader.h"
#include "service/config/redis_config.h"

namespace cofilter::service {
namespace {

constexpr std::size_t kMaxAddresses = 64;
constexpr std::size_t kMaxPrefix = 64;
constexpr std::uint32_t kMaxTimeoutMs = 60'000;

bool IsServer(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view port = address.substr(colon + 1);
  return !port.empty() && port.size() <= 5 && port != "0" &&
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         std::stoi(std::string(port)) <= 65535;
}

absl::Status ReadMode(const TableReader& table, RedisConfig& config) {
  std::string mode;
  COFILTER_RETURN_IF_ERROR(table.ReadText("mode", mode));
  if (mode.empty()) return absl::OkStatus();
  if (mode == "single") {
    config.mode = RedisMode::kSingle;
  } else if (mode == "sentinel") {
    config.mode = RedisMode::kSentinel;
  } else if (mode == "cluster") {
    config.mode = RedisMode::kCluster;
  } else {
    return table.Error("mode", "\"single\", \"sentinel\" or \"cluster\"");
  }
  return absl::OkStatus();
}

absl::Status ReadTls(std::string_view origin, const TableReader& table, RedisConfig& config) {
  const toml::value* value = table.Find("tls");
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_table()) return table.Error("tls", "a table, [store.redis.tls]");
  const TableReader tls(origin, table.Path("tls"), value->as_table());
  constexpr std::array<std::string_view, 3> kKeys = {"ca", "certificate", "key"};
  COFILTER_RETURN_IF_ERROR(tls.CheckKeys(kKeys));
  config.tls = true;
  COFILTER_RETURN_IF_ERROR(tls.ReadText("ca", config.tls_ca));
  COFILTER_RETURN_IF_ERROR(tls.ReadText("certificate", config.tls_certificate));
  COFILTER_RETURN_IF_ERROR(tls.ReadText("key", config.tls_key));
  if (config.tls_certificate.empty() == config.tls_key.empty()) return absl::OkStatus();
  return tls.Error(config.tls_certificate.empty() ? "key" : "certificate",
                   "certificate and key together, as two files");
}

}  // namespace

absl::Status ReadRedis(std::string_view origin, const TableReader& table, RedisConfig& config) {
  constexpr std::array<std::string_view, 15> kKeys = {"mode",
                                                      "addresses",
                                                      "sentinel_master",
                                                      "user",
                                                      "password_file",
                                                      "sentinel_user",
                                                      "sentinel_password_file",
                                                      "tls",
                                                      "prefix",
                                                      "connect_timeout_ms",
                                                      "read_timeout_ms",
                                                      "write_timeout_ms",
                                                      "replicas",
                                                      "replica_timeout_ms",
                                                      "max_events"};
  COFILTER_RETURN_IF_ERROR(table.CheckKeys(kKeys));
  COFILTER_RETURN_IF_ERROR(ReadMode(table, config));
  COFILTER_RETURN_IF_ERROR(table.ReadTexts("addresses", config.addresses));
  if (config.addresses.empty() || config.addresses.size() > kMaxAddresses ||
      !std::all_of(config.addresses.begin(), config.addresses.end(), IsServer) ||
      (config.mode == RedisMode::kSingle && config.addresses.size() != 1)) {
    return table.Error("addresses", config.mode == RedisMode::kSingle
                                        ? "a list of one, as [\"127.0.0.1:6379\"]"
                                        : "a list, as [\"10.0.0.1:6379\", \"10.0.0.2:6379\"]");
  }
  COFILTER_RETURN_IF_ERROR(table.ReadText("sentinel_master", config.sentinel_master));
  if ((config.mode == RedisMode::kSentinel) == config.sentinel_master.empty()) {
    return table.Error(table.Find("sentinel_master") != nullptr ? "sentinel_master" : "mode",
                       "mode \"sentinel\" and sentinel_master together");
  }
  for (const auto& [key, out] : {std::pair<std::string_view, std::string*>{"user", &config.user},
                                 {"password_file", &config.password_file},
                                 {"sentinel_user", &config.sentinel_user},
                                 {"sentinel_password_file", &config.sentinel_password_file},
                                 {"prefix", &config.prefix}}) {
    COFILTER_RETURN_IF_ERROR(table.ReadText(key, *out));
  }
  if (!config.user.empty() && config.password_file.empty()) {
    return table.Error("user", "user and password_file together");
  }
  COFILTER_RETURN_IF_ERROR(ReadTls(origin, table, config));
  if (config.prefix.size() > kMaxPrefix ||
      config.prefix.find_first_of("{}:") != std::string::npos) {
    return table.Error("prefix", "1 to 64 bytes without '{', '}' and ':'");
  }
  for (const auto& [key, out] : {std::pair<std::string_view, std::uint32_t*>{
                                     "connect_timeout_ms", &config.connect_timeout_ms},
                                 {"read_timeout_ms", &config.read_timeout_ms},
                                 {"write_timeout_ms", &config.write_timeout_ms},
                                 {"replica_timeout_ms", &config.replica_timeout_ms}}) {
    COFILTER_RETURN_IF_ERROR(table.ReadCount(key, 1, kMaxTimeoutMs, *out));
  }
  COFILTER_RETURN_IF_ERROR(table.ReadCount("replicas", 0, 16, config.replicas));
  COFILTER_RETURN_IF_ERROR(table.ReadCount("max_events", 1000, 4'000'000'000, config.max_events));
  if (config.replica_timeout_ms < config.write_timeout_ms) return absl::OkStatus();
  return table.Error(
      table.Find("replica_timeout_ms") != nullptr ? "replica_timeout_ms" : "write_timeout_ms",
      "a replica_timeout_ms below write_timeout_ms");
}

}  // namespace cofilter::service
