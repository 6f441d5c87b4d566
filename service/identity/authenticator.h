// Tells who calls from the token that comes with the call.
#ifndef COFILTER_SERVICE_IDENTITY_AUTHENTICATOR_H_
#define COFILTER_SERVICE_IDENTITY_AUTHENTICATOR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.h"
#include "service/identity/caller.h"
#include "service/identity/denial.h"
#include "service/identity/key_set.h"
#include "service/identity/token.h"
#include "service/identity/token_cache.h"

namespace cofilter::service {

// Whose tokens are good, and which of them.
struct TrustedIssuer {
  std::string issuer;  // iss, to the letter
  std::vector<Algorithm> algorithms;
  ClaimRules rules;
};

// Who a token says that it is; without a caller, why not.
struct Authenticated {
  std::shared_ptr<const Caller> caller;
  Denial denial = Denial::kNone;
};

// Thread-safety: all calls from any thread. Cost: the first call with a token checks a signature
// (30 to 150 µs), later ones look it up (about 1 µs).
class Authenticator {
 public:
  // Each issuer once. Until SetKeys its tokens are refused. Ownership: the clock outlives it.
  Authenticator(const runtime::Clock* clock, std::vector<TrustedIssuer> issuers,
                std::size_t cache_capacity);

  // From now on the issuer's tokens are checked with these keys alone: a token of a key that is not
  // among them is refused from the next call on. REQUIRES: index of the constructor's issuers.
  void SetKeys(std::size_t issuer, KeySet keys);

  // authorization: "Bearer <token>", as the metadata of that name has it; empty: no token.
  Authenticated Authenticate(std::string_view authorization);
  Authenticated AuthenticateToken(std::string_view token);

  std::size_t cached() const { return cache_.size(); }
  // Signatures that were checked, for tests and metrics.
  std::uint64_t verified() const { return verified_.load(std::memory_order_relaxed); }

 private:
  struct Issuer {
    TrustedIssuer trusted;
    std::shared_ptr<const KeySet> keys;  // guarded by mutex_
  };

  Denial Verify(std::string_view token, Caller* caller);
  std::shared_ptr<const KeySet> KeysOf(const Issuer& issuer) const;

  const runtime::Clock* const clock_;
  mutable std::mutex mutex_;
  std::vector<Issuer> issuers_;
  // Counts the changes of keys: what was cached before one is checked again.
  std::atomic<std::uint64_t> generation_{0};
  std::atomic<std::uint64_t> verified_{0};
  TokenCache cache_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_IDENTITY_AUTHENTICATOR_H_
