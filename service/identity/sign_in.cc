// One-time codes and sessions, both signed by the local key.
#include "service/identity/sign_in.h"

#include <utility>

#include "service/identity/strict_json.h"

namespace cofilter::service {

std::string MakeSignInCode(const LocalKey& key, const TokenContent& who) {
  TokenContent code = who;
  code.lifetime = kSignInLifetime;
  code.type = kSignInType;
  code.audience = kSignInAudience;
  return key.Sign(code);
}

SignIn::SignIn(const runtime::Clock* clock, LocalKey key, runtime::Duration clock_skew)
    : clock_(clock), clock_skew_(clock_skew), started_(clock->Now()), key_(std::move(key)) {}

void SignIn::SetKey(LocalKey key) {
  std::lock_guard lock(mutex_);
  key_ = std::move(key);
}

absl::StatusOr<std::string> SignIn::Redeem(std::string_view code) {
  const absl::Status refused =
      absl::UnauthenticatedError("the sign-in link is not good (any more); ask for another one");
  ClaimRules rules = LocalRules(clock_skew_);
  rules.type = std::string(kSignInType);
  rules.audience = std::string(kSignInAudience);
  UnverifiedToken unverified;
  Caller who;
  const runtime::Time now = clock_->Now();
  std::lock_guard lock(mutex_);
  const KeySet keys = key_.ToKeySet();
  if (ReadToken(code, &unverified) != Denial::kNone || unverified.issuer != kLocalIssuer)
    return refused;
  const VerificationKey* const key = keys.Find(unverified.kid);
  if (key == nullptr || key->algorithm() != unverified.algorithm ||
      !key->Verifies(unverified.signed_text, unverified.signature) ||
      ReadClaims(unverified, rules, now, &who) != Denial::kNone) {
    return refused;
  }
  const std::string id = TextOf(unverified.claims, "jti").value_or("");
  const auto issued = unverified.claims.find("iat");
  if (id.empty() || issued == unverified.claims.end()) return refused;
  if (issued->get<double>() * 1e6 < static_cast<double>(started_.time_since_epoch().count()))
    return refused;
  std::erase_if(used_, [&](const auto& entry) { return entry.second <= now; });
  if (!used_.emplace(id, who.expires_at).second) return refused;

  TokenContent session;
  session.subject = who.subject;
  session.roles = who.roles;
  session.org_units = who.org_units;
  session.issued_at = now;
  session.lifetime = kSessionLifetime;
  return key_.Sign(session);
}

}  // namespace cofilter::service
