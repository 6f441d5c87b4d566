// Parses and checks the configuration file.
#include "service/config/config.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <exception>
#include <span>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "data/event.h"
#include "runtime/digest.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"
#include "service/config/config_reader.h"
#include "service/config/surface_reader.h"

namespace cofilter::service {
namespace {

constexpr std::size_t kMaxBytes = 1u << 20;
constexpr std::size_t kMaxSurfaces = 100;
constexpr std::array<std::string_view, 10> kTopKeys = {
    "organisation", "time_zone", "store",     "models",   "server",
    "http",         "identity",  "telemetry", "surfaces", "operators"};

std::string Revision(std::string_view text) {
  return runtime::Hex(runtime::Sha256(text)).substr(0, 12);
}

// toml11 makes messages of several lines with a picture; the first line says what, the location
// where.
absl::Status SyntaxError(std::string_view origin, const toml::exception& error) {
  std::string what = error.what();
  what = what.substr(0, what.find('\n'));
  if (what.starts_with("[error] ")) what = what.substr(8);
  if (what.starts_with("toml::")) what = what.substr(6);
  return absl::InvalidArgumentError(absl::StrCat(std::string(origin), ":", error.location().line(),
                                                 ": not TOML: ", what,
                                                 ", at: ", error.location().line_str()));
}

absl::StatusOr<toml::value> ParseToml(std::string_view text, std::string_view origin) {
  try {
    std::istringstream stream{std::string(text)};
    return toml::parse(stream, std::string(origin));
  } catch (const toml::exception& error) {
    return SyntaxError(origin, error);
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(std::string(origin), ": not TOML: ", error.what()));
  }
}

// Calls read with the reader of [name], where there is such a table.
template <typename Read>
absl::Status ReadTable(std::string_view origin, const TableReader& top, std::string_view name,
                       Read read) {
  const toml::value* value = top.Find(name);
  if (value == nullptr) return absl::OkStatus();
  const std::string path = top.Path(name);
  if (!value->is_table()) return top.Error(name, absl::StrCat("a table, [", path, "]"));
  return read(TableReader(origin, path, value->as_table()));
}

bool IsHostAndPort(std::string_view listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == listen.size()) return false;
  const std::string_view port = listen.substr(colon + 1);
  if (port.size() > 5 ||
      !std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return false;
  }
  return std::stoi(std::string(port)) <= 65535;
}

// The name is looked up as a file, so its form is checked first.
bool IsTimeZone(std::string_view zone) {
  const bool named = !zone.empty() && zone.size() <= 64 && zone.front() != '/' &&
                     std::all_of(zone.begin(), zone.end(), [](char c) {
                       return std::isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '_' ||
                              c == '-' || c == '+';
                     });
  absl::TimeZone loaded;
  return named && absl::LoadTimeZone(std::string(zone), &loaded);
}

absl::Status ReadStore(std::string_view origin, const TableReader& table, ServerConfig& config) {
  constexpr std::array<std::string_view, 3> kKeys = {"kind", "path", "redis"};
  COFILTER_RETURN_IF_ERROR(table.CheckKeys(kKeys));
  std::string kind = "sqlite";
  COFILTER_RETURN_IF_ERROR(table.ReadText("kind", kind));
  if (kind != "sqlite" && kind != "redis") return table.Error("kind", "\"sqlite\" or \"redis\"");
  config.store_kind = kind == "redis" ? StoreKind::kRedis : StoreKind::kSqlite;
  COFILTER_RETURN_IF_ERROR(table.ReadText("path", config.store_path));
  // Settings that nothing heeds would mislead.
  if (table.Find("redis") != nullptr && config.store_kind != StoreKind::kRedis) {
    return table.Error("redis", "kind = \"redis\" in [store] with it");
  }
  return ReadTable(origin, table, "redis", [&](const TableReader& redis) {
    return ReadRedis(origin, redis, config.redis);
  });
}

// A table of one key.
absl::Status ReadOnlyText(const TableReader& table, std::string_view key, std::string& out) {
  COFILTER_RETURN_IF_ERROR(table.CheckKeys(std::span(&key, 1)));
  return table.ReadText(key, out);
}

absl::Status ReadTls(const TableReader& table, TlsConfig& tls) {
  constexpr std::array<std::string_view, 3> kKeys = {"certificate", "key", "client_ca"};
  COFILTER_RETURN_IF_ERROR(table.CheckKeys(kKeys));
  COFILTER_RETURN_IF_ERROR(table.ReadText("certificate", tls.certificate));
  COFILTER_RETURN_IF_ERROR(table.ReadText("key", tls.key));
  COFILTER_RETURN_IF_ERROR(table.ReadText("client_ca", tls.client_ca));
  if (tls.certificate.empty() == tls.key.empty() && (tls.client_ca.empty() || tls.enabled())) {
    return absl::OkStatus();
  }
  return table.Error(
      tls.certificate.empty() ? tls.key.empty() ? "client_ca" : "key" : "certificate",
      "certificate and key together, as two files");
}

absl::Status ReadServer(std::string_view origin, const TableReader& table, ServerConfig& config) {
  constexpr std::array<std::string_view, 5> kKeys = {"listen", "worker_threads", "max_in_flight",
                                                     "reflection", "tls"};
  COFILTER_RETURN_IF_ERROR(table.CheckKeys(kKeys));
  COFILTER_RETURN_IF_ERROR(table.ReadText("listen", config.listen));
  if (!IsHostAndPort(config.listen))
    return table.Error("listen", "address:port, as \"127.0.0.1:8470\"");
  COFILTER_RETURN_IF_ERROR(table.ReadCount("worker_threads", 0, 1024, config.worker_threads));
  COFILTER_RETURN_IF_ERROR(table.ReadCount("max_in_flight", 1, 1'000'000, config.max_in_flight));
  COFILTER_RETURN_IF_ERROR(table.ReadFlag("reflection", config.reflection));
  return ReadTable(origin, table, "tls",
                   [&](const TableReader& tls) { return ReadTls(tls, config.tls); });
}

absl::Status ReadTelemetry(const TableReader& table, TelemetryConfig& telemetry) {
  constexpr std::array<std::string_view, 2> kKeys = {"otlp_endpoint", "trace_share"};
  COFILTER_RETURN_IF_ERROR(table.CheckKeys(kKeys));
  COFILTER_RETURN_IF_ERROR(table.ReadText("otlp_endpoint", telemetry.otlp_endpoint));
  if (telemetry.otlp_endpoint == "off") telemetry.otlp_endpoint.clear();
  if (!telemetry.otlp_endpoint.empty() && !IsHostAndPort(telemetry.otlp_endpoint)) {
    return table.Error("otlp_endpoint", "host:port, as \"127.0.0.1:4317\", or \"off\"");
  }
  return table.ReadNumber("trace_share", 0, 1, telemetry.trace_share);
}

// "https://host" or "https://host:port", as browsers write an origin: no path, no slash at the end.
bool IsOrigin(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  if (origin.substr(0, scheme) != "https" && origin.substr(0, scheme) != "http") return false;
  const std::string_view host = origin.substr(scheme + 3);
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return std::islower(static_cast<unsigned char>(c)) ||
           std::isdigit(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == ':' ||
           c == '[' || c == ']';
  });
}

absl::Status ReadHttp(const TableReader& table, HttpConfig& config) {
  constexpr std::array<std::string_view, 7> kKeys = {"listen",
                                                     "files",
                                                     "origins",
                                                     "threads",
                                                     "max_in_flight",
                                                     "max_connections",
                                                     "max_connections_per_address"};
  COFILTER_RETURN_IF_ERROR(table.CheckKeys(kKeys));
  COFILTER_RETURN_IF_ERROR(table.ReadText("listen", config.listen));
  if (!config.listen.empty() && config.listen != "off" && !IsHostAndPort(config.listen))
    return table.Error("listen", "address:port, as \"127.0.0.1:8480\", or \"off\"");
  COFILTER_RETURN_IF_ERROR(table.ReadText("files", config.files));
  COFILTER_RETURN_IF_ERROR(table.ReadTexts("origins", config.origins));
  if (!std::all_of(config.origins.begin(), config.origins.end(), IsOrigin))
    return table.Error("origins", "a list as [\"https://app.example.org\"], in lower case");
  COFILTER_RETURN_IF_ERROR(table.ReadCount("threads", 0, 256, config.threads));
  COFILTER_RETURN_IF_ERROR(table.ReadCount("max_in_flight", 0, 1'000'000, config.max_in_flight));
  COFILTER_RETURN_IF_ERROR(table.ReadCount("max_connections", 1, 100'000, config.max_connections));
  return table.ReadCount("max_connections_per_address", 1, 100'000,
                         config.max_connections_per_address);
}

absl::Status ReadSurfaces(std::string_view origin, const TableReader& top, ServerConfig& config) {
  const toml::value* value = top.Find("surfaces");
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_table() || value->as_table().empty() || value->as_table().size() > kMaxSurfaces) {
    return top.Error("surfaces", absl::StrCat("1 to ", kMaxSurfaces, " tables, [surfaces.NAME]"));
  }
  config.surfaces.clear();
  for (const auto& [name, surface] : value->as_table()) {
    COFILTER_ASSIGN_OR_RETURN(config.surfaces[name], ReadSurface(origin, name, surface));
  }
  return absl::OkStatus();
}

absl::Status ReadTop(std::string_view origin, const TableReader& top, ServerConfig& config) {
  COFILTER_RETURN_IF_ERROR(top.CheckKeys(kTopKeys));
  COFILTER_RETURN_IF_ERROR(top.ReadText("organisation", config.organisation));
  if (!data::ValidateId("organisation", config.organisation).ok()) {
    return top.Error("organisation", "1 to 256 bytes of UTF-8 without control characters");
  }
  COFILTER_RETURN_IF_ERROR(top.ReadText("time_zone", config.time_zone));
  if (!IsTimeZone(config.time_zone)) {
    return top.Error("time_zone",
                     "an IANA name that this machine knows, as \"UTC\" or \"Asia/Shanghai\" "
                     "(package tzdata)");
  }
  COFILTER_RETURN_IF_ERROR(ReadTable(origin, top, "store", [&](const TableReader& table) {
    return ReadStore(origin, table, config);
  }));
  COFILTER_RETURN_IF_ERROR(ReadTable(origin, top, "models", [&](const TableReader& table) {
    return ReadOnlyText(table, "directory", config.models_directory);
  }));
  COFILTER_RETURN_IF_ERROR(ReadTable(origin, top, "server", [&](const TableReader& table) {
    return ReadServer(origin, table, config);
  }));
  COFILTER_RETURN_IF_ERROR(ReadTable(
      origin, top, "http", [&](const TableReader& table) { return ReadHttp(table, config.http); }));
  COFILTER_RETURN_IF_ERROR(ReadTable(origin, top, "identity", [&](const TableReader& table) {
    return ReadIdentity(origin, table, config.identity);
  }));
  COFILTER_RETURN_IF_ERROR(ReadTable(origin, top, "telemetry", [&](const TableReader& table) {
    return ReadTelemetry(table, config.telemetry);
  }));
  return ReadSurfaces(origin, top, config);
}

// Makes what is wrong at a dotted key right, so that reading goes on past it: required keys take a
// value that is right, others go and leave their default. False: there is no such key to mend.
bool Mend(toml::table& table, std::string_view path, std::string_view whole) {
  static constexpr std::array<std::string_view, 3> kRequiredTexts = {"issuer", "audience", "jwks"};
  if (path == "kinds") {
    table[std::string(path)] = toml::array{"news"};
    return true;
  }
  if (std::find(kRequiredTexts.begin(), kRequiredTexts.end(), path) != kRequiredTexts.end()) {
    table[std::string(path)] = std::string(whole);  // issuers differ
    return true;
  }
  if (table.erase(std::string(path)) > 0) return true;
  for (auto& [key, value] : table) {
    if (!path.starts_with(key + ".") || !value.is_table()) continue;
    toml::table& inner = value.as_table();
    if (!Mend(inner, path.substr(key.size() + 1), whole)) continue;
    // A table of surfaces without any is a fault of its own.
    if (inner.empty()) table.erase(std::string(key));
    return true;
  }
  return false;
}

// Reads again and again, past one error each time, until there is none: all of them, by their
// lines.
absl::Status AllErrors(std::string_view origin, toml::value top, absl::Status error) {
  constexpr std::size_t kMost = 100;
  std::vector<std::pair<std::int64_t, std::string>> lines;
  while (!error.ok() && lines.size() < kMost) {
    const ErrorPlace place = PlaceOf(error);
    lines.emplace_back(place.line, std::string(error.message()));
    if (place.key.empty() || !Mend(top.as_table(), place.key, place.key)) break;
    ServerConfig unused = ServerConfig::Default();
    error = ReadTop(origin, TableReader(origin, "", top.as_table()), unused);
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string all;
  for (const auto& [line, message] : lines) absl::StrAppend(&all, all.empty() ? "" : "\n", message);
  return absl::InvalidArgumentError(all);
}

}  // namespace

ServerConfig ServerConfig::Default() {
  ServerConfig config;
  SurfaceConfig news = SurfaceDefaults("news", {data::ItemKind::kNews, data::ItemKind::kArticle});
  news.freshness_half_life_hours = 48;
  const SurfaceConfig learning =
      SurfaceDefaults("learning", {data::ItemKind::kCourse, data::ItemKind::kMaterial,
                                   data::ItemKind::kVideo, data::ItemKind::kActivity});
  config.surfaces.emplace(news.name, news);
  config.surfaces.emplace(learning.name, learning);
  config.revision = Revision("");
  return config;
}

absl::StatusOr<ServerConfig> ParseConfig(std::string_view text, std::string_view origin) {
  COFILTER_ASSIGN_OR_RETURN(const toml::value parsed, ParseToml(text, origin));
  ServerConfig config = ServerConfig::Default();
  const absl::Status read = ReadTop(origin, TableReader(origin, "", parsed.as_table()), config);
  if (!read.ok()) return AllErrors(origin, parsed, read);
  config.revision = Revision(text);
  return config;
}

absl::StatusOr<ServerConfig> LoadConfig(const std::string& path) {
  COFILTER_ASSIGN_OR_RETURN(const std::string text, runtime::ReadFile(path, kMaxBytes));
  return ParseConfig(text, path);
}

absl::Status CheckReload(const ServerConfig& from, const ServerConfig& to) {
  std::string changed;
  const auto note = [&](std::string_view key, bool differs) {
    if (differs) absl::StrAppend(&changed, changed.empty() ? "" : ", ", std::string(key));
  };
  note("organisation", from.organisation != to.organisation);
  note("time_zone", from.time_zone != to.time_zone);
  note("store.kind", from.store_kind != to.store_kind);
  note("store.path", from.store_path != to.store_path);
  note("store.redis", from.redis != to.redis);
  note("models.directory", from.models_directory != to.models_directory);
  note("server.listen", from.listen != to.listen);
  note("server.worker_threads", from.worker_threads != to.worker_threads);
  note("server.max_in_flight", from.max_in_flight != to.max_in_flight);
  note("server.reflection", from.reflection != to.reflection);
  note("server.tls", from.tls != to.tls);
  note("http", from.http != to.http);
  note("identity", from.identity != to.identity);
  note("telemetry", from.telemetry != to.telemetry);
  if (changed.empty()) {
    ServerConfig rest = to;
    rest.surfaces = from.surfaces;
    rest.revision = from.revision;
    note("a setting outside of [surfaces]", rest != from);
  }
  if (changed.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(changed, " cannot change while serving; restart the server for it"));
}

}  // namespace cofilter::service
