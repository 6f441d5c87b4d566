// The server's configuration: one TOML file, checked whole before any of it is used.
#ifndef COFILTER_SERVICE_CONFIG_CONFIG_H_
#define COFILTER_SERVICE_CONFIG_CONFIG_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/event.h"
#include "data/item.h"
#include "service/config/identity_config.h"
#include "service/config/redis_config.h"
#include "service/config/source.h"

namespace cofilter::service {

// What counts as an impression on a surface.
enum class Impressions : std::uint8_t {
  kConfirmed,  // events with the verb impression
  kServed,     // every item of a served list; of the events, those that name no recommendation_id
};

// A place where lists are shown.
struct SurfaceConfig {
  std::string name;                   // [a-z0-9_-]{1,32}
  std::vector<data::ItemKind> kinds;  // what may be served; at least one
  std::string operator_name;          // of the model; that is missing: not personalised
  std::array<float, data::kVerbCount> verb_weights{};  // confidence of the history by verb, 0..1
  std::uint32_t exclude_verbs = 0;  // bit 1 << Verb: an item with one of these is not served again
  double dial = 0;                  // default long-tail dial, 0..1
  std::optional<double> freshness_half_life_hours;  // news: the personal score halves with age
  double trending_half_life_hours = 24;             // of the counters behind kTrending
  std::uint32_t default_count = 20;                 // 1..500
  std::uint32_t sources = kAllSources;  // bit 1 << Source: where candidates may come from
  double diversity = 0;    // 0..1: how much of its score an item loses that is like one above it
  double topic_cap = 0.8;  // share of a list that one topic may take, if the member's own is less
  std::uint32_t repeat_limit = 0;  // an item shown so often without a click steps back; 0: never
  double repeat_window_hours = 1;  // after so long without being shown it counts anew
  Impressions impressions = Impressions::kConfirmed;
  double exploration = 0;        // share of an open list that is picked by chance, 0..0.5
  std::uint32_t candidates = 0;  // handed to the exact ranker; 0: max(200, 0.5 % of the catalogue)

  bool operator==(const SurfaceConfig&) const = default;
};

struct TelemetryConfig {
  std::string otlp_endpoint;  // host:port of a collector of traces, OTLP over gRPC; empty: none
  double trace_share = 0.01;  // of the traces that begin here, 0..1

  bool operator==(const TelemetryConfig&) const = default;
};

// TLS on every port. Files in PEM form, read again when they change.
struct TlsConfig {
  std::string certificate;  // the chain, the server's own first; empty: no TLS
  std::string key;
  std::string client_ca;  // empty: no client certificate is asked for; else each client needs one

  bool enabled() const { return !certificate.empty(); }
  bool operator==(const TlsConfig&) const = default;
};

// The HTTP door: Connect calls, pages, health.
struct HttpConfig {
  // Empty: 127.0.0.1:8480, or any free port where gRPC too listens on any. "off": no door.
  std::string listen;
  std::string files;                 // directory of the pages; empty: one built-in page
  std::vector<std::string> origins;  // whose pages may call: "https://app.example.org"
  std::uint32_t threads = 0;         // 0: half the number of CPUs
  std::uint32_t max_in_flight = 0;   // calls past it are shed; 0: four a CPU, at least eight
  std::uint32_t max_connections = 512;
  std::uint32_t max_connections_per_address = 128;

  bool operator==(const HttpConfig&) const = default;
};

// Where the store is: a file of this server's own, or a Redis that servers share.
enum class StoreKind : std::uint8_t { kSqlite, kRedis };

struct ServerConfig {
  std::string organisation = "default";
  std::string time_zone = "UTC";
  StoreKind store_kind = StoreKind::kSqlite;
  std::string store_path = "var/cofilter.db";  // with kRedis only: the keys' directory is its
  RedisConfig redis;
  std::string models_directory = "var/models";
  std::string listen = "127.0.0.1:8470";  // gRPC; port 0: any
  std::uint32_t worker_threads = 0;       // 0: the number of CPUs
  std::uint32_t max_in_flight = 256;      // calls past it are shed
  bool reflection = false;                // tell anybody who connects what the contract is
  TlsConfig tls;
  IdentityConfig identity;
  TelemetryConfig telemetry;
  HttpConfig http;
  std::map<std::string, SurfaceConfig> surfaces;
  std::string revision;  // digest of the text it was read from, 12 hexadecimal digits

  // The documented defaults: surfaces `news` and `learning`.
  static ServerConfig Default();

  bool operator==(const ServerConfig&) const = default;
};

// Errors: INVALID_ARGUMENT with the file, the line, the key, the value and what would be right, a
// line for each thing that is wrong. An unknown key is an error that names the nearest known one.
absl::StatusOr<ServerConfig> ParseConfig(std::string_view text, std::string_view origin);
absl::StatusOr<ServerConfig> LoadConfig(const std::string& path);

// Whether a serving process that runs by `from` can go over to `to`: only surfaces may differ.
// Errors: FAILED_PRECONDITION that names what needs a restart.
absl::Status CheckReload(const ServerConfig& from, const ServerConfig& to);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_CONFIG_CONFIG_H_
