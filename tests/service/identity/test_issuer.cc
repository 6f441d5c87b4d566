// Keys by OpenSSL, tokens by hand.
#include "tests/service/identity/test_issuer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <array>
#include <chrono>
#include <cstdlib>

#include "service/identity/strict_json.h"

namespace cofilter::service {
namespace {

using nlohmann::json;

const std::array<std::string, 3> kKids = {"rsa", "ec", "ed"};

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string NumberOf(EVP_PKEY* key, const char* parameter, int bytes) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, parameter, &number) != 1) std::abort();
  std::string text(static_cast<std::size_t>(bytes > 0 ? bytes : BN_num_bytes(number)), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(text.data()),
               static_cast<int>(text.size()));
  BN_free(number);
  return EncodeBase64Url(text);
}

std::string Hmac(const std::string& key, const std::string& text) {
  std::array<unsigned char, 32> out{};
  unsigned int length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), Bytes(text), text.size(), out.data(),
       &length);
  return {reinterpret_cast<const char*>(out.data()), length};
}

double Seconds(runtime::Time time) {
  return static_cast<double>(time.time_since_epoch().count()) / 1e6;
}

// The last character of the part that starts at `from` says something else.
std::string Altered(std::string token, std::size_t at) {
  token[at] = token[at] == 'A' ? 'B' : 'A';
  return token;
}

}  // namespace

TestKey TestKey::Make(const std::string& algorithm) {
  EVP_PKEY* key = nullptr;
  if (algorithm == "RS256") key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048});
  if (algorithm == "ES256") key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  if (algorithm == "EdDSA") key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  if (key == nullptr) std::abort();
  return {algorithm, std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free)};
}

json TestKey::Jwk(const std::string& kid) const {
  json jwk = {{"kid", kid}, {"alg", algorithm_}, {"use", "sig"}};
  if (algorithm_ == "RS256") {
    jwk.update({{"kty", "RSA"},
                {"n", NumberOf(key_.get(), OSSL_PKEY_PARAM_RSA_N, 0)},
                {"e", NumberOf(key_.get(), OSSL_PKEY_PARAM_RSA_E, 0)}});
  } else if (algorithm_ == "ES256") {
    jwk.update({{"kty", "EC"},
                {"crv", "P-256"},
                {"x", NumberOf(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, 32)},
                {"y", NumberOf(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, 32)}});
  } else {
    std::string raw(32, '\0');
    std::size_t length = raw.size();
    EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(raw.data()), &length);
    jwk.update({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", EncodeBase64Url(raw)}});
  }
  return jwk;
}

std::string TestKey::PublicPem() const {
  BIO* const memory = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(memory, key_.get());
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory, &text);
  std::string pem(text, static_cast<std::size_t>(length));
  BIO_free(memory);
  return pem;
}

std::string TestKey::SignDer(std::string_view text) const {
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  const EVP_MD* const digest = algorithm_ == "EdDSA" ? nullptr : EVP_sha256();
  std::string signature(512, '\0');
  std::size_t length = signature.size();
  if (EVP_DigestSignInit(context, nullptr, digest, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &length,
                     Bytes(text), text.size()) != 1) {
    std::abort();
  }
  EVP_MD_CTX_free(context);
  signature.resize(length);
  return signature;
}

std::string TestKey::Sign(std::string_view text) const {
  const std::string signature = SignDer(text);
  if (algorithm_ != "ES256") return signature;
  const unsigned char* der = Bytes(signature);
  ECDSA_SIG* const pair = d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(signature.size()));
  std::string sides(64, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(sides.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + 32, 32);
  ECDSA_SIG_free(pair);
  return sides;
}

TestIssuer::TestIssuer() {
  for (const char* algorithm : {"RS256", "ES256", "EdDSA"})
    keys_.push_back(TestKey::Make(algorithm));
}

IssuerConfig TestIssuer::Config(const std::string& path) {
  IssuerConfig config;
  config.name = "test";
  config.issuer = kIssuer;
  config.audience = kAudience;
  config.jwks = path;
  return config;
}

std::string TestIssuer::Jwks() const {
  json keys = json::array();
  for (std::size_t i = 0; i < keys_.size(); ++i) keys.push_back(keys_[i].Jwk(kKids[i]));
  return json{{"keys", keys}}.dump();
}

const TestKey& TestIssuer::key(const std::string& kid) const {
  return keys_[kid == "rsa" ? 0 : kid == "ec" ? 1 : 2];
}

json TestIssuer::Claims(runtime::Time now, const std::string& subject) {
  return {{"iss", kIssuer},      {"aud", kAudience},
          {"sub", subject},      {"roles", {"operator"}},
          {"iat", Seconds(now)}, {"exp", Seconds(now + std::chrono::minutes(10))}};
}

std::string TestIssuer::Join(const std::string& header, const std::string& claims,
                             const std::string& signature) {
  return EncodeBase64Url(header) + "." + EncodeBase64Url(claims) + "." + EncodeBase64Url(signature);
}

std::string TestIssuer::SignWith(const TestKey& key, const json& header,
                                 const std::string& claims) {
  const std::string text = EncodeBase64Url(header.dump()) + "." + EncodeBase64Url(claims);
  return text + "." + EncodeBase64Url(key.Sign(text));
}

std::string TestIssuer::Sign(const json& claims, const std::string& kid) const {
  return SignWith(key(kid), {{"alg", key(kid).algorithm()}, {"typ", "JWT"}, {"kid", kid}},
                  claims.dump());
}

std::vector<TokenCase> TestIssuer::BadTokens(runtime::Time now) const {
  using std::chrono::minutes;
  std::vector<TokenCase> cases;
  const json good = Claims(now);
  const std::string token = Sign(good);
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  const auto with = [&](const char* claim, const json& value) {
    json claims = good;
    claims[claim] = value;
    return Sign(claims);
  };
  const auto without = [&](const char* claim) {
    json claims = good;
    claims.erase(claim);
    return Sign(claims);
  };
  const auto header = [&](json extra) {
    json made = {{"alg", "ES256"}, {"typ", "JWT"}, {"kid", "ec"}};
    if (!extra.is_null()) made.update(extra);
    return made;
  };

  // Time.
  cases.push_back({"expired", with("exp", Seconds(now - minutes(1))), Denial::kExpired});
  cases.push_back({"not yet valid", with("nbf", Seconds(now + minutes(5))), Denial::kNotYetValid});
  cases.push_back({"issued later", with("iat", Seconds(now + minutes(5))), Denial::kNotYetValid});
  cases.push_back({"without end", without("exp"), Denial::kClaims});
  cases.push_back({"end as text", with("exp", "2099-01-01"), Denial::kClaims});
  cases.push_back({"end past all time", with("exp", 1e300), Denial::kClaims});
  // For whom, by whom.
  cases.push_back({"wrong audience", with("aud", "another"), Denial::kAudience});
  cases.push_back({"audience among others only", with("aud", {"a", "b"}), Denial::kAudience});
  cases.push_back({"without audience", without("aud"), Denial::kAudience});
  cases.push_back({"wrong issuer", with("iss", "https://evil.example.org"), Denial::kIssuer});
  cases.push_back({"the local issuer's name", with("iss", "cofilter-local"), Denial::kAlgorithm});
  cases.push_back({"without issuer", without("iss"), Denial::kIssuer});
  cases.push_back({"without subject", without("sub"), Denial::kClaims});
  cases.push_back({"empty subject", with("sub", ""), Denial::kClaims});
  cases.push_back({"subject with a line break", with("sub", "a\nb"), Denial::kClaims});
  cases.push_back({"subject as number", with("sub", 7), Denial::kClaims});
  cases.push_back({"roles as text", with("roles", "operator"), Denial::kClaims});
  cases.push_back({"no org unit", with("org_units", json::array()), Denial::kClaims});
  cases.push_back({"org unit without slash", with("org_units", {"hq"}), Denial::kClaims});
  cases.push_back({"empty org unit", with("org_units", {""}), Denial::kClaims});
  // Algorithms.
  for (const char* name : {"none", "None", "NONE", ""}) {
    cases.push_back({std::string("algorithm \"") + name + "\"",
                     Join(json{{"alg", name}, {"typ", "JWT"}}.dump(), good.dump(), ""),
                     Denial::kAlgorithm});
  }
  for (const std::string& secret : {key("rsa").PublicPem(), key("rsa").Jwk("rsa").dump()}) {
    const json hmac = {{"alg", "HS256"}, {"typ", "JWT"}, {"kid", "rsa"}};
    const std::string text = EncodeBase64Url(hmac.dump()) + "." + EncodeBase64Url(good.dump());
    cases.push_back({"HMAC with the public key", text + "." + EncodeBase64Url(Hmac(secret, text)),
                     Denial::kAlgorithm});
  }
  cases.push_back({"an algorithm not on the list",
                   SignWith(key("rsa"), {{"alg", "RS512"}, {"kid", "rsa"}}, good.dump()),
                   Denial::kAlgorithm});
  cases.push_back({"another algorithm than the key's",
                   SignWith(key("ec"), {{"alg", "RS256"}, {"kid", "ec"}}, good.dump()),
                   Denial::kKey});
  cases.push_back(
      {"without algorithm", SignWith(key("ec"), {{"kid", "ec"}}, good.dump()), Denial::kAlgorithm});
  // Keys.
  const TestKey stranger = TestKey::Make("ES256");
  cases.push_back(
      {"unknown kid", SignWith(stranger, header({{"kid", "new"}}), good.dump()), Denial::kKey});
  cases.push_back(
      {"without kid", SignWith(key("ec"), {{"alg", "ES256"}}, good.dump()), Denial::kKey});
  cases.push_back({"a stranger's key under a known kid",
                   SignWith(stranger, header({}), good.dump()), Denial::kSignature});
  const std::vector<std::pair<std::string, json>> bringers = {
      {"jku", "https://evil.example.org/jwks.json"},
      {"x5u", "https://evil.example.org/cert.pem"},
      {"jwk", stranger.Jwk("own")},
      {"x5c", {"MIIB"}},
      {"x5t", "AAAA"},
      {"crit", {"exp"}},
      {"b64", false}};
  for (const auto& [name, value] : bringers) {
    cases.push_back({name + " of a stranger",
                     SignWith(stranger, header({{"kid", "own"}, {name, value}}), good.dump()),
                     Denial::kHeader});
    cases.push_back({name + " under a good signature",
                     SignWith(key("ec"), header({{name, value}}), good.dump()), Denial::kHeader});
  }
  cases.push_back({"another type",
                   SignWith(key("ec"), header({{"typ", "cofilter-sign-in+jwt"}}), good.dump()),
                   Denial::kHeader});
  // Tampering.
  cases.push_back({"tampered claims",
                   token.substr(0, first + 1) + EncodeBase64Url(Claims(now, "bob").dump()) +
                       token.substr(second),
                   Denial::kSignature});
  cases.push_back({"tampered signature", Altered(token, second + 3), Denial::kSignature});
  cases.push_back({"no signature", token.substr(0, second + 1), Denial::kSignature});
  cases.push_back({"signature of zeros",
                   token.substr(0, second + 1) + EncodeBase64Url(std::string(64, '\0')),
                   Denial::kSignature});
  const std::string text = token.substr(0, second);
  cases.push_back({"cut signature",
                   text + "." + EncodeBase64Url(key("ec").Sign(text).substr(0, 63)),
                   Denial::kSignature});
  cases.push_back({"signature in OpenSSL's form",
                   text + "." + EncodeBase64Url(key("ec").SignDer(text)), Denial::kSignature});
  cases.push_back({"a claim twice",
                   SignWith(key("ec"), header({}), R"({"sub":"bob",)" + good.dump().substr(1)),
                   Denial::kMalformed});
  // Form.
  cases.push_back({"two parts", text, Denial::kMalformed});
  cases.push_back({"four parts", token + ".AAAA", Denial::kMalformed});
  cases.push_back({"five parts", token + ".AAAA.AAAA", Denial::kMalformed});
  cases.push_back({"padding", token + "=", Denial::kMalformed});
  cases.push_back(
      {"a blank within", token.substr(0, first) + " " + token.substr(first), Denial::kMalformed});
  cases.push_back({"no JSON", Join("hello", "world", "x"), Denial::kMalformed});
  cases.push_back({"a list for a header", Join("[]", good.dump(), "x"), Denial::kMalformed});
  return cases;
}

}  // namespace cofilter::service
