// Signs people in at a browser: a link that works once becomes a session, and a session's cookie
// becomes a token.
#ifndef COFILTER_SERVICE_IDENTITY_SIGN_IN_H_
#define COFILTER_SERVICE_IDENTITY_SIGN_IN_H_

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "runtime/clock.h"
#include "service/identity/local_key.h"

namespace cofilter::service {

// `cofilter token --sign-in` prints <page>#<code>, so that the code stands in no log and in no
// Referer; the page there hands it over by POST.
inline constexpr std::string_view kSignInPath = "/sign-in";
inline constexpr std::chrono::minutes kSignInLifetime{10};
inline constexpr std::chrono::hours kSessionLifetime{8};

// A code as a link carries it: who will be signed in, and until when the code is good.
std::string MakeSignInCode(const LocalKey& key, const TokenContent& who);

// Thread-safety: all calls from any thread.
class SignIn {
 public:
  // Ownership: the clock outlives it.
  SignIn(const runtime::Clock* clock, LocalKey key, runtime::Duration clock_skew);

  // The local key was replaced: codes and sessions of the old one end.
  void SetKey(LocalKey key);

  // Takes a code, once. The answer is a bearer token of the same subject, roles and subtree, good
  // for kSessionLifetime: what the session's cookie holds.
  // Errors: UNAUTHENTICATED, one text whatever is wrong: damaged, over, used, made before this
  // process began (it cannot know whether it was used).
  absl::StatusOr<std::string> Redeem(std::string_view code);

 private:
  const runtime::Clock* const clock_;
  const runtime::Duration clock_skew_;
  const runtime::Time started_;
  std::mutex mutex_;
  LocalKey key_;
  std::map<std::string, runtime::Time, std::less<>> used_;  // jti → when its code is over
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_IDENTITY_SIGN_IN_H_
