// Reads #include lines and file names, and compares them with the folders' allowed directions.
#include "tests/architecture/include_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sstream>

namespace cofilter::architecture {
namespace {

using Folders = std::set<std::string, std::less<>>;

// Folder → our folders that it may include, itself among them.
const std::map<std::string, Folders, std::less<>>& Allowed() {
  static const std::map<std::string, Folders, std::less<>> allowed = {
      {"runtime", {"runtime"}},
      {"data", {"runtime", "data"}},
      {"models", {"runtime", "data", "models"}},
      {"training", {"runtime", "data", "models", "training"}},
      {"service", {"runtime", "data", "models", "service", "cofilter"}},
      {"cli", {"runtime", "data", "models", "service", "cli", "cofilter"}},
      {"bench", {"runtime", "data", "models", "training", "service", "cli", "bench", "cofilter"}},
  };
  return allowed;
}

// Inside service: layer → layers of service that it may include. Files right in service/ are open
// to all.
const std::map<std::string, Folders, std::less<>>& AllowedInService() {
  static const std::map<std::string, Folders, std::less<>> allowed = {
      {"config", {"config"}},
      {"identity", {"config", "identity"}},
      {"store", {"config", "store"}},
      {"snapshot", {"config", "store", "snapshot"}},
      {"recommend", {"config", "store", "snapshot", "recommend"}},
      {"rpc", {"config", "identity", "store", "snapshot", "recommend", "rpc"}},
      {"telemetry", {"config", "identity", "store", "snapshot", "recommend", "rpc", "telemetry"}},
      {"http", {"config", "identity", "rpc", "http"}},
      {"server",
       {"config", "identity", "store", "snapshot", "recommend", "rpc", "telemetry", "http",
        "server"}},
  };
  return allowed;
}

// Third-party headers that only some folders may know.
struct Restriction {
  std::string_view prefix;
  Folders folders;
};
const std::vector<Restriction>& Restrictions() {
  static const std::vector<Restriction> restrictions = {
      {"grpc", {"service/rpc", "service/telemetry", "service/http", "cli", "bench"}},
      {"google/protobuf", {"service/rpc", "service/http", "cli", "bench"}},
      {"cofilter/v1", {"service/rpc", "cli", "bench"}},
      {"boost", {"service/http", "bench"}},
      {"sqlite3.h", {"service/store"}},
      {"hiredis", {"service/store"}},
      {"faiss", {"models"}},
      {"Eigen", {"models", "training"}},
      {"toml.hpp", {"data/import", "service/config", "training"}},
      {"simdjson.h", {"data"}},
      {"openssl", {"runtime", "service/identity", "service/store", "bench"}},
      {"prometheus", {"service/telemetry"}},
  };
  return restrictions;
}

constexpr std::array<std::string_view, 7> kForbiddenNames = {"common", "util",    "utils",  "core",
                                                             "helper", "helpers", "manager"};

std::vector<std::string> Split(std::string_view text, char by) {
  std::vector<std::string> parts;
  std::string part;
  std::istringstream stream{std::string(text)};
  while (std::getline(stream, part, by)) parts.push_back(part);
  return parts;
}

bool Within(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.substr(0, folder.size()) == folder &&
         path[folder.size()] == '/';
}

}  // namespace

std::vector<std::string> Violations(std::string_view path, std::string_view content) {
  std::vector<std::string> found;
  const auto report = [&](const std::string& what) {
    found.push_back(std::string(path) + ": " + what);
  };
  const std::vector<std::string> parts = Split(path, '/');
  for (const std::string& part : parts) {
    const std::string stem = part.substr(0, part.find('.'));
    for (const std::string& word : Split(stem, '_')) {
      if (std::find(kForbiddenNames.begin(), kForbiddenNames.end(), word) != kForbiddenNames.end())
        report("the name says nothing: " + part);
    }
  }
  const auto allowed = Allowed().find(parts.front());
  if (allowed == Allowed().end()) return found;  // tests may include everything

  std::istringstream lines{std::string(content)};
  std::string line;
  while (std::getline(lines, line)) {
    constexpr std::string_view kInclude = "#include ";
    if (line.substr(0, kInclude.size()) != kInclude || line.size() < kInclude.size() + 3) continue;
    const std::string target = line.substr(
        kInclude.size() + 1, line.find_first_of(">\"", kInclude.size() + 1) - kInclude.size() - 1);
    const std::vector<std::string> target_parts = Split(target, '/');
    const bool ours = Allowed().count(target_parts.front()) > 0 ||
                      target_parts.front() == "cofilter" || target_parts.front() == "tests";
    if (ours && allowed->second.count(target_parts.front()) == 0)
      report("includes " + target + ", against the direction of the folders");
    if (parts.size() > 2 && parts[0] == "service" && target_parts[0] == "service" &&
        target_parts.size() > 2) {
      const auto layer = AllowedInService().find(parts[1]);
      if (layer == AllowedInService().end()) {
        report("service/" + parts[1] + " is no layer that the rules know");
      } else if (layer->second.count(target_parts[1]) == 0) {
        report("includes " + target + ", against the direction of service's layers");
      }
    }
    for (const Restriction& restriction : Restrictions()) {
      if (target.substr(0, restriction.prefix.size()) != restriction.prefix) continue;
      if (std::none_of(restriction.folders.begin(), restriction.folders.end(),
                       [&](const std::string& folder) { return Within(path, folder); }))
        report("must not know " + target);
    }
  }
  return found;
}

}  // namespace cofilter::architecture
