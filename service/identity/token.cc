// Header, then claims.
#include "service/identity/token.h"

#include <array>
#include <cmath>
#include <optional>

#include "absl/strings/ascii.h"
#include "data/event.h"
#include "data/field_checks.h"
#include "service/identity/strict_json.h"

namespace cofilter::service {
namespace {

// They would let the token choose what it is checked with, or change what its parts mean.
constexpr std::array<const char*, 8> kForbiddenHeaders = {"jku", "x5u",      "jwk",  "x5c",
                                                          "x5t", "x5t#S256", "crit", "b64"};
constexpr std::size_t kMaxScopes = 100;

// NumericDate: seconds since 1970, possibly with a fraction.
std::optional<runtime::Time> TimeOf(const nlohmann::json& value) {
  constexpr double kYear3000 = 32503680000;
  if (!value.is_number()) return std::nullopt;
  const auto seconds = value.get<double>();
  if (!(seconds >= 0 && seconds <= kYear3000)) return std::nullopt;
  return runtime::Time(runtime::Duration(std::llround(seconds * 1e6)));
}

bool HasAudience(const nlohmann::json& claims, const std::string& audience) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return false;
  if (!found->is_array()) return *found == audience;
  for (const nlohmann::json& one : *found) {
    if (one == audience) return true;
  }
  return false;
}

// nullptr: absent.
const nlohmann::json* FindClaim(const nlohmann::json& claims, std::string_view path) {
  const nlohmann::json* at = &claims;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    const std::string name(path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    if (!at->is_object() || !at->contains(name)) return nullptr;
    at = &(*at)[name];
  }
  return at;
}

bool ReadRoles(const nlohmann::json& claims, const ClaimRules& rules, RoleSet* out) {
  const nlohmann::json* const named = FindClaim(claims, rules.roles_claim);
  if (named == nullptr) return true;
  if (!named->is_array()) return false;
  for (const nlohmann::json& name : *named) {
    if (!name.is_string()) return false;
    const std::optional<Role> role = RoleFromName(name.get_ref<const std::string&>());
    if (role && rules.grants.Has(*role)) out->Add(*role);
  }
  return true;
}

bool ReadOrgUnits(const nlohmann::json& claims, const ClaimRules& rules,
                  std::vector<std::string>* out) {
  const nlohmann::json* const named = FindClaim(claims, rules.org_units_claim);
  if (named == nullptr) return true;
  // An empty list means nowhere, and must not be read as everywhere.
  if (!named->is_array() || named->empty() || named->size() > kMaxScopes) return false;
  out->clear();
  for (const nlohmann::json& unit : *named) {
    if (!unit.is_string()) return false;
    const auto& path = unit.get_ref<const std::string&>();
    if (path.empty() || !data::ValidateOrgUnit(rules.org_units_claim, path).ok()) return false;
    out->push_back(path);
  }
  return true;
}

}  // namespace

Denial ReadToken(std::string_view token, UnverifiedToken* out) {
  if (token.empty() || token.size() > kMaxTokenBytes) return Denial::kMalformed;
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return Denial::kMalformed;
  const auto header_text = DecodeBase64Url(token.substr(0, first));
  const auto claims_text = DecodeBase64Url(token.substr(first + 1, second - first - 1));
  auto signature = DecodeBase64Url(token.substr(second + 1));
  if (!header_text || !claims_text || !signature) return Denial::kMalformed;
  const std::optional<nlohmann::json> header = ParseStrictObject(*header_text);
  if (!header) return Denial::kMalformed;
  for (const char* name : kForbiddenHeaders) {
    if (header->contains(name)) return Denial::kHeader;
  }
  const std::optional<Algorithm> algorithm = AlgorithmFromName(TextOf(*header, "alg").value_or(""));
  if (!algorithm) return Denial::kAlgorithm;
  std::optional<nlohmann::json> claims = ParseStrictObject(*claims_text);
  if (!claims) return Denial::kMalformed;
  out->algorithm = *algorithm;
  out->kid = TextOf(*header, "kid").value_or("");
  out->type =
      header->contains("typ") ? absl::AsciiStrToLower(TextOf(*header, "typ").value_or("")) : "jwt";
  out->issuer = TextOf(*claims, "iss").value_or("");
  out->claims = *std::move(claims);
  out->signed_text = token.substr(0, second);
  out->signature = *std::move(signature);
  return Denial::kNone;
}

Denial ReadClaims(const UnverifiedToken& token, const ClaimRules& rules, runtime::Time now,
                  Caller* out) {
  const nlohmann::json& claims = token.claims;
  if (token.type != rules.type && !(rules.type == "jwt" && token.type == "at+jwt"))
    return Denial::kHeader;
  if (!HasAudience(claims, rules.audience)) return Denial::kAudience;
  const auto expires = claims.find("exp");
  const std::optional<runtime::Time> expires_at =
      expires == claims.end() ? std::nullopt : TimeOf(*expires);
  if (!expires_at) return Denial::kClaims;
  if (now >= *expires_at + rules.clock_skew) return Denial::kExpired;
  for (const char* name : {"nbf", "iat"}) {
    const auto claim = claims.find(name);
    if (claim == claims.end()) continue;
    const std::optional<runtime::Time> begins_at = TimeOf(*claim);
    if (!begins_at) return Denial::kClaims;
    if (now + rules.clock_skew < *begins_at) return Denial::kNotYetValid;
  }
  Caller caller;
  caller.subject = TextOf(claims, "sub").value_or("");
  if (!data::ValidateId("sub", caller.subject).ok()) return Denial::kClaims;
  if (!ReadRoles(claims, rules, &caller.roles)) return Denial::kClaims;
  if (!ReadOrgUnits(claims, rules, &caller.org_units)) return Denial::kClaims;
  caller.expires_at = *expires_at + rules.clock_skew;
  *out = std::move(caller);
  return Denial::kNone;
}

}  // namespace cofilter::service
