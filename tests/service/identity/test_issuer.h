// An issuer with a key of each kind, which also signs what no issuer would; and the table of tokens
// that must be refused, for every door to try.
#ifndef COFILTER_TESTS_SERVICE_IDENTITY_TEST_ISSUER_H_
#define COFILTER_TESTS_SERVICE_IDENTITY_TEST_ISSUER_H_

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.h"
#include "service/config/identity_config.h"
#include "service/identity/denial.h"

struct evp_pkey_st;

namespace cofilter::service {

class TestKey {
 public:
  // "RS256", "ES256" or "EdDSA".
  static TestKey Make(const std::string& algorithm);

  const std::string& algorithm() const { return algorithm_; }
  nlohmann::json Jwk(const std::string& kid) const;
  std::string PublicPem() const;
  // As JWS writes it.
  std::string Sign(std::string_view text) const;
  // ES256 as OpenSSL writes it, which JWS does not.
  std::string SignDer(std::string_view text) const;

 private:
  TestKey(std::string algorithm, std::shared_ptr<evp_pkey_st> key)
      : algorithm_(std::move(algorithm)), key_(std::move(key)) {}
  std::string algorithm_;
  std::shared_ptr<evp_pkey_st> key_;
};

struct TokenCase {
  std::string name;
  std::string token;
  Denial denial = Denial::kNone;
};

class TestIssuer {
 public:
  static constexpr char kIssuer[] = "https://id.example.org";
  static constexpr char kAudience[] = "cofilter";

  TestIssuer();

  // For the configuration; the JWKS is at `path`, where Jwks() is to be written.
  static IssuerConfig Config(const std::string& path);
  std::string Jwks() const;
  // kid "rsa", "ec" or "ed".
  const TestKey& key(const std::string& kid) const;

  // sub, roles ["operator"], aud, iss, iat = now, exp = now + 10 minutes.
  static nlohmann::json Claims(runtime::Time now, const std::string& subject = "ann");
  // Signed with the key of that kid, under a right header.
  std::string Sign(const nlohmann::json& claims, const std::string& kid = "ec") const;
  // Any header, any claims, any key.
  static std::string SignWith(const TestKey& key, const nlohmann::json& header,
                              const std::string& claims);
  static std::string Join(const std::string& header, const std::string& claims,
                          const std::string& signature);

  // None of them is good at `now`.
  std::vector<TokenCase> BadTokens(runtime::Time now) const;

 private:
  std::vector<TestKey> keys_;
};

}  // namespace cofilter::service

#endif  // COFILTER_TESTS_SERVICE_IDENTITY_TEST_ISSUER_H_
