// A bearer token: a signed JWT in compact form (RFC 7515, RFC 7519), read with suspicion (RFC
// 8725).
#ifndef COFILTER_SERVICE_IDENTITY_TOKEN_H_
#define COFILTER_SERVICE_IDENTITY_TOKEN_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "runtime/clock.h"
#include "service/identity/caller.h"
#include "service/identity/denial.h"
#include "service/identity/verification_key.h"

namespace cofilter::service {

inline constexpr std::size_t kMaxTokenBytes = 8192;

// What a token says before anything of it is believed.
struct UnverifiedToken {
  Algorithm algorithm{};
  std::string kid;
  std::string type;  // lower case; "jwt" when the header names none
  std::string issuer;
  nlohmann::json claims;
  std::string_view signed_text;  // of the token's own text
  std::string signature;
};

// kNone when `token` has the right form. Refused: more or less than three parts, another spelling
// of base64url, an algorithm that is not in Algorithm, a header that names or holds a key (jku,
// x5u, jwk, x5c, x5t) or that must be understood (crit, b64). `token` must outlive `out`.
Denial ReadToken(std::string_view token, UnverifiedToken* out);

// What an issuer's tokens must say.
struct ClaimRules {
  std::string audience;
  std::string type = "jwt";           // also "at+jwt" then (RFC 9068)
  std::string roles_claim = "roles";  // a dot goes a level down: "realm_access.roles"
  std::string org_units_claim = "org_units";
  RoleSet grants = RoleSet::All();  // roles that this issuer may give
  runtime::Duration clock_skew{};
};

// Takes the caller from the claims of a token whose signature is good. Required: aud with the
// audience, exp, sub. Roles that are unknown or that the issuer may not give are passed over; an
// org_units claim of the wrong form, or an empty one, is refused.
Denial ReadClaims(const UnverifiedToken& token, const ClaimRules& rules, runtime::Time now,
                  Caller* out);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_IDENTITY_TOKEN_H_
