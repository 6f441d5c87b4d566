// Reads [identity] and its issuers.
#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/config/config_reader.h"
#include "service/config/identity_config.h"

namespace cofilter::service {
namespace {

constexpr std::array<std::string_view, 3> kAlgorithms = {"RS256", "ES256", "EdDSA"};
constexpr std::array<std::string_view, 6> kRoles = {"member",   "backend", "editor",
                                                    "approver", "auditor", "operator"};
// What the local key signs carries this; nobody else may claim it.
constexpr std::string_view kLocalIssuerName = "cofilter-local";
constexpr std::size_t kMaxIssuers = 20;

bool AllAmong(const std::vector<std::string>& texts, std::span<const std::string_view> known) {
  return std::all_of(texts.begin(), texts.end(), [&](const std::string& text) {
    return std::find(known.begin(), known.end(), text) != known.end();
  });
}

absl::StatusOr<IssuerConfig> ReadIssuer(std::string_view origin, const std::string& name,
                                        const toml::value& value) {
  constexpr std::array<std::string_view, 7> kKeys = {
      "issuer", "audience", "jwks", "algorithms", "roles_claim", "org_units_claim", "roles"};
  const std::string path = absl::StrCat("identity.issuers.", name);
  if (!value.is_table()) return ConfigError(origin, value, path, "a table");
  const TableReader table(origin, path, value.as_table());
  COFILTER_RETURN_IF_ERROR(table.CheckKeys(kKeys));
  IssuerConfig issuer;
  issuer.name = name;
  for (const auto& [key, out] :
       {std::pair<std::string_view, std::string*>{"issuer", &issuer.issuer},
        {"audience", &issuer.audience},
        {"jwks", &issuer.jwks}}) {
    if (table.Find(key) == nullptr)
      return ConfigError(origin, value, table.Path(key), "a text; it is required");
    COFILTER_RETURN_IF_ERROR(table.ReadText(key, *out));
  }
  if (issuer.issuer == kLocalIssuerName)
    return table.Error("issuer", "the iss of your issuer; this one is the local key's");
  COFILTER_RETURN_IF_ERROR(table.ReadTexts("algorithms", issuer.algorithms));
  if (issuer.algorithms.empty() || !AllAmong(issuer.algorithms, kAlgorithms))
    return table.Error("algorithms", "some of \"RS256\", \"ES256\", \"EdDSA\"");
  COFILTER_RETURN_IF_ERROR(table.ReadText("roles_claim", issuer.roles_claim));
  COFILTER_RETURN_IF_ERROR(table.ReadText("org_units_claim", issuer.org_units_claim));
  COFILTER_RETURN_IF_ERROR(table.ReadTexts("roles", issuer.grants));
  if (table.Find("roles") != nullptr &&
      (issuer.grants.empty() || !AllAmong(issuer.grants, kRoles))) {
    return table.Error("roles",
                       "some of \"member\", \"backend\", \"editor\", \"approver\", \"auditor\", "
                       "\"operator\"");
  }
  return issuer;
}

absl::Status ReadIssuers(std::string_view origin, const TableReader& table, IdentityConfig& out) {
  const toml::value* const value = table.Find("issuers");
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_table() || value->as_table().size() > kMaxIssuers) {
    return table.Error("issuers",
                       absl::StrCat("at most ", kMaxIssuers, " tables, [identity.issuers.NAME]"));
  }
  std::set<std::string> seen;
  for (const auto& [name, issuer] : value->as_table()) {
    COFILTER_ASSIGN_OR_RETURN(IssuerConfig read, ReadIssuer(origin, name, issuer));
    if (!seen.insert(read.issuer).second)
      return ConfigError(origin, issuer, absl::StrCat("identity.issuers.", name, ".issuer"),
                         "each issuer once");
    out.issuers.push_back(std::move(read));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadIdentity(std::string_view origin, const TableReader& table, IdentityConfig& out) {
  constexpr std::array<std::string_view, 6> kKeys = {
      "local", "local_key", "operator_token", "clock_skew_seconds", "cached_tokens", "issuers"};
  COFILTER_RETURN_IF_ERROR(table.CheckKeys(kKeys));
  COFILTER_RETURN_IF_ERROR(table.ReadFlag("local", out.local));
  COFILTER_RETURN_IF_ERROR(table.ReadText("local_key", out.local_key));
  COFILTER_RETURN_IF_ERROR(table.ReadText("operator_token", out.operator_token));
  COFILTER_RETURN_IF_ERROR(table.ReadNumber("clock_skew_seconds", 0, 300, out.clock_skew_seconds));
  COFILTER_RETURN_IF_ERROR(table.ReadCount("cached_tokens", 16, 10'000'000, out.cached_tokens));
  COFILTER_RETURN_IF_ERROR(ReadIssuers(origin, table, out));
  if (!out.local && out.issuers.empty()) {
    return table.Error("local", "true, or an issuer: nobody could call otherwise");
  }
  return absl::OkStatus();
}

}  // namespace cofilter::service
