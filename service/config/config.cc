// Parses and checks the configuration file.
#include "service/config/config.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <exception>
#include <span>
#include <sstream>

#include "absl/strings/str_cat.h"
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
constexpr std::array<std::string_view, 8> kTopKeys = {
    "organisation", "time_zone", "store", "models", "server", "identity", "surfaces", "operators"};

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

// The area/city form of the IANA names; whether the machine has the zone is for its user to find.
bool IsTimeZoneName(std::string_view zone) {
  return zone.size() <= 64 && zone.front() != '/' && zone.back() != '/' &&
         std::all_of(zone.begin(), zone.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '_' || c == '-' ||
                  c == '+';
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
  if (!IsTimeZoneName(config.time_zone)) {
    return top.Error("time_zone", "an IANA name, as \"UTC\" or \"Asia/Shanghai\"");
  }
  COFILTER_RETURN_IF_ERROR(ReadTable(origin, top, "store", [&](const TableReader& table) {
    return ReadOnlyText(table, "path", config.store_path);
  }));
  COFILTER_RETURN_IF_ERROR(ReadTable(origin, top, "models", [&](const TableReader& table) {
    return ReadOnlyText(table, "directory", config.models_directory);
  }));
  COFILTER_RETURN_IF_ERROR(ReadTable(origin, top, "server", [&](const TableReader& table) {
    return ReadServer(origin, table, config);
  }));
  COFILTER_RETURN_IF_ERROR(ReadTable(origin, top, "identity", [&](const TableReader& table) {
    return ReadIdentity(origin, table, config.identity);
  }));
  return ReadSurfaces(origin, top, config);
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
  COFILTER_RETURN_IF_ERROR(ReadTop(origin, TableReader(origin, "", parsed.as_table()), config));
  config.revision = Revision(text);
  return config;
}

absl::StatusOr<ServerConfig> LoadConfig(const std::string& path) {
  COFILTER_ASSIGN_OR_RETURN(const std::string text, runtime::ReadFile(path, kMaxBytes));
  return ParseConfig(text, path);
}

}  // namespace cofilter::service
