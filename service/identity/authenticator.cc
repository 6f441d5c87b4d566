// Cache, form, issuer, key, signature, claims: in this order, so that what is cheap comes first and
// nothing is believed before its signature.
#include "service/identity/authenticator.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "runtime/digest.h"

namespace cofilter::service {
namespace {

// The token of "Bearer <token>"; the scheme in any case (RFC 9110, section 11.1). Empty: another
// scheme.
std::string_view BearerOf(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size()) return {};
  const bool bearer = std::equal(
      kScheme.begin(), kScheme.end(), authorization.begin(), [](char expected, char given) {
        return std::tolower(static_cast<unsigned char>(given)) == expected;
      });
  return bearer ? authorization.substr(kScheme.size()) : std::string_view();
}

}  // namespace

Authenticator::Authenticator(const runtime::Clock* clock, std::vector<TrustedIssuer> issuers,
                             std::size_t cache_capacity)
    : clock_(clock), cache_(cache_capacity) {
  for (TrustedIssuer& issuer : issuers)
    issuers_.push_back({std::move(issuer), std::make_shared<const KeySet>()});
}

void Authenticator::SetKeys(std::size_t issuer, KeySet keys) {
  auto next = std::make_shared<const KeySet>(std::move(keys));
  {
    std::lock_guard lock(mutex_);
    issuers_[issuer].keys = std::move(next);
  }
  // After the keys: what was checked with the old ones is cached under an old number.
  generation_.fetch_add(1, std::memory_order_acq_rel);
}

std::shared_ptr<const KeySet> Authenticator::KeysOf(const Issuer& issuer) const {
  std::lock_guard lock(mutex_);
  return issuer.keys;
}

Denial Authenticator::Verify(std::string_view token, Caller* caller) {
  UnverifiedToken unverified;
  if (const Denial denial = ReadToken(token, &unverified); denial != Denial::kNone) return denial;
  const auto issuer = std::find_if(issuers_.begin(), issuers_.end(), [&](const Issuer& candidate) {
    return candidate.trusted.issuer == unverified.issuer;
  });
  if (issuer == issuers_.end()) return Denial::kIssuer;
  const std::vector<Algorithm>& allowed = issuer->trusted.algorithms;
  if (std::find(allowed.begin(), allowed.end(), unverified.algorithm) == allowed.end())
    return Denial::kAlgorithm;
  const std::shared_ptr<const KeySet> keys = KeysOf(*issuer);
  const VerificationKey* const key = keys->Find(unverified.kid);
  // The key says which algorithm it is for; the header only repeats it.
  if (key == nullptr || key->algorithm() != unverified.algorithm) return Denial::kKey;
  verified_.fetch_add(1, std::memory_order_relaxed);
  if (!key->Verifies(unverified.signed_text, unverified.signature)) return Denial::kSignature;
  return ReadClaims(unverified, issuer->trusted.rules, clock_->Now(), caller);
}

Authenticated Authenticator::Authenticate(std::string_view authorization) {
  const std::string_view token = BearerOf(authorization);
  if (token.empty()) return {nullptr, Denial::kNoToken};
  return AuthenticateToken(token);
}

Authenticated Authenticator::AuthenticateToken(std::string_view token) {
  if (token.size() > kMaxTokenBytes) return {nullptr, Denial::kMalformed};
  const runtime::Sha256Digest digest = runtime::Sha256(token);
  const std::uint64_t generation = generation_.load(std::memory_order_acquire);
  if (std::shared_ptr<const Caller> known = cache_.Find(digest, generation, clock_->Now()))
    return {std::move(known), Denial::kNone};
  auto caller = std::make_shared<Caller>();
  if (const Denial denial = Verify(token, caller.get()); denial != Denial::kNone)
    return {nullptr, denial};
  cache_.Insert(digest, generation, caller);
  return {std::move(caller), Denial::kNone};
}

}  // namespace cofilter::service
