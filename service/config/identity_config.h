// [identity]: whose tokens are good.
#ifndef COFILTER_SERVICE_CONFIG_IDENTITY_CONFIG_H_
#define COFILTER_SERVICE_CONFIG_IDENTITY_CONFIG_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace cofilter::service {

class TableReader;

// An issuer outside, by a JSON Web Key Set that somebody keeps on this machine.
struct IssuerConfig {
  std::string name;
  std::string issuer;    // iss, to the letter
  std::string audience;  // what aud must hold
  std::string jwks;      // the file
  std::vector<std::string> algorithms = {"RS256", "ES256", "EdDSA"};
  std::string roles_claim = "roles";  // a dot goes a level down
  std::string org_units_claim = "org_units";
  std::vector<std::string> grants;  // roles that it may give; empty: all
};

struct IdentityConfig {
  bool local = true;               // accept what the local key signed, and keep an operator token
  std::string local_key;           // empty: local.key beside the store
  std::string operator_token;      // empty: operator.token beside the store
  double clock_skew_seconds = 30;  // between this clock and an issuer's, 0 to 300
  std::uint32_t cached_tokens = 10'000;
  std::vector<IssuerConfig> issuers;
};

// Errors: as ConfigError.
absl::Status ReadIdentity(std::string_view origin, const TableReader& table, IdentityConfig& out);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_CONFIG_IDENTITY_CONFIG_H_
