// A public key that tokens are checked with.
#ifndef COFILTER_SERVICE_IDENTITY_VERIFICATION_KEY_H_
#define COFILTER_SERVICE_IDENTITY_VERIFICATION_KEY_H_

#include <array>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"

struct evp_pkey_st;

namespace cofilter::service {

// RFC 7518 and RFC 8037. There is no other: what is not here cannot be allowed by mistake.
enum class Algorithm : std::uint8_t { kRs256, kEs256, kEdDsa };
inline constexpr std::array<Algorithm, 3> kAllAlgorithms = {Algorithm::kRs256, Algorithm::kEs256,
                                                            Algorithm::kEdDsa};
std::string_view AlgorithmName(Algorithm algorithm);
std::optional<Algorithm> AlgorithmFromName(std::string_view name);

// Copies share the key. Thread-safety: all calls from any thread.
class VerificationKey {
 public:
  // kty RSA (2,048 to 8,192 bits) for RS256, EC P-256 for ES256, OKP Ed25519 for EdDSA. A key has
  // one algorithm, whatever a token's header claims.
  // Errors: INVALID_ARGUMENT says which member is wrong; UNIMPLEMENTED for a kind of key that no
  // algorithm here uses, or one that is not for signatures.
  static absl::StatusOr<VerificationKey> FromJwk(const nlohmann::json& jwk);
  // Takes the public half; `key` must be of one of the kinds above.
  static absl::StatusOr<VerificationKey> FromKey(std::shared_ptr<evp_pkey_st> key);

  Algorithm algorithm() const { return algorithm_; }
  // signature: as JWS writes it (RFC 7518, section 3.4: r and s side by side for ES256).
  bool Verifies(std::string_view signed_text, std::string_view signature) const;

 private:
  VerificationKey(Algorithm algorithm, std::shared_ptr<evp_pkey_st> key)
      : algorithm_(algorithm), key_(std::move(key)) {}

  Algorithm algorithm_;
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_IDENTITY_VERIFICATION_KEY_H_
