// The server's own signing key, for organisations without an issuer: made at the first start.
#ifndef COFILTER_SERVICE_IDENTITY_LOCAL_KEY_H_
#define COFILTER_SERVICE_IDENTITY_LOCAL_KEY_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/clock.h"
#include "service/identity/key_set.h"
#include "service/identity/role.h"
#include "service/identity/token.h"

struct evp_pkey_st;

namespace cofilter::service {

// iss of what a local key signs.
inline constexpr std::string_view kLocalIssuer = "cofilter-local";
inline constexpr std::string_view kLocalAudience = "cofilter";
// A sign-in code is no bearer token: it has another type and another audience.
inline constexpr std::string_view kSignInType = "cofilter-sign-in+jwt";
inline constexpr std::string_view kSignInAudience = "cofilter-sign-in";

// What is to be signed.
struct TokenContent {
  std::string subject;
  RoleSet roles;
  std::vector<std::string> org_units = {"/"};
  runtime::Time issued_at{};
  runtime::Duration lifetime{};
  std::string_view type = "JWT";
  std::string_view audience = kLocalAudience;
};

// Copies share the key. Thread-safety: all calls from any thread.
class LocalKey {
 public:
  // PEM (PKCS #8), an Ed25519 key. Errors: NOT_FOUND; FAILED_PRECONDITION when others than the
  // file's owner may read it; INVALID_ARGUMENT when it is no such key. All name the path.
  static absl::StatusOr<LocalKey> Load(const std::string& path);
  // Makes one where there is none, mode 0600. Of two that make one at once, the first stands.
  static absl::StatusOr<LocalKey> LoadOrCreate(const std::string& path);

  // RFC 7638: the same key has the same name everywhere.
  const std::string& kid() const { return kid_; }
  KeySet ToKeySet() const;
  std::string Sign(const TokenContent& content) const;

 private:
  LocalKey(std::shared_ptr<evp_pkey_st> key, std::string kid)
      : key_(std::move(key)), kid_(std::move(kid)) {}
  static absl::StatusOr<LocalKey> FromPem(const std::string& pem, const std::string& path);

  std::shared_ptr<evp_pkey_st> key_;
  std::string kid_;
};

// The rules for tokens that a local key signed.
ClaimRules LocalRules(runtime::Duration clock_skew);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_IDENTITY_LOCAL_KEY_H_
