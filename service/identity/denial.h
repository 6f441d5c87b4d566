// Why a call was turned away: for the log and the counters, never for the caller.
#ifndef COFILTER_SERVICE_IDENTITY_DENIAL_H_
#define COFILTER_SERVICE_IDENTITY_DENIAL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cofilter::service {

enum class Denial : std::uint8_t {
  kNone,
  // No identity: UNAUTHENTICATED.
  kNoToken,
  kMalformed,  // no compact JWS of three parts, or not JSON inside
  kHeader,     // a header that would bring its own key or meaning: jku, x5u, jwk, x5c, crit
  kAlgorithm,  // not on the issuer's list: "none" and HMAC never are
  kIssuer,     // nobody whom the server knows
  kKey,        // no key of that kid and algorithm
  kSignature,  // the signature is not of that key
  kExpired,
  kNotYetValid,
  kAudience,  // made for somebody else
  kClaims,    // a claim is missing or of the wrong form
  // An identity that may not: PERMISSION_DENIED.
  kRole,         // none of the caller's roles may make this call
  kOtherMember,  // a member asked for what is another's
  kScope,        // beyond the caller's part of the organisation
  kOrigin,       // a browser's request from another page
};
inline constexpr std::size_t kDenialCount = 16;

// "expired": the label of counters.
constexpr std::string_view DenialName(Denial denial) {
  constexpr std::array<std::string_view, kDenialCount> kNames = {
      "none", "no_token",     "malformed", "header",        "algorithm", "issuer",
      "key",  "signature",    "expired",   "not_yet_valid", "audience",  "claims",
      "role", "other_member", "scope",     "origin"};
  return kNames[static_cast<std::size_t>(denial)];
}

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_IDENTITY_DENIAL_H_
