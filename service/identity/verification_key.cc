// Keys by OpenSSL.
#include "service/identity/verification_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "runtime/status_macros.h"
#include "service/identity/strict_json.h"

namespace cofilter::service {
namespace {

constexpr std::size_t kP256Bytes = 32;
constexpr std::size_t kEd25519Bytes = 32;
constexpr int kLeastRsaBits = 2048;
constexpr int kMostRsaBits = 8192;  // checking a larger one would cost a call milliseconds

using Key = std::shared_ptr<EVP_PKEY>;
using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// OpenSSL keeps a queue of errors per thread; whoever does not read it clears it.
template <class T>
T WithoutErrors(T result) {
  ERR_clear_error();
  return result;
}

absl::StatusOr<std::string> Decoded(const nlohmann::json& jwk, const char* member) {
  const std::optional<std::string> text = TextOf(jwk, member);
  const std::optional<std::string> bytes =
      text ? DecodeBase64Url(*text) : std::optional<std::string>();
  if (!bytes || bytes->empty())
    return data::FieldError(member, text.value_or(""), "base64url without padding");
  return *bytes;
}

Key FromParameters(const char* type, OSSL_PARAM_BLD* builder) {
  const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> parameters(
      OSSL_PARAM_BLD_to_param(builder), OSSL_PARAM_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* made = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) <= 0 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) <= 0) {
    return WithoutErrors(Key());
  }
  return {made, EVP_PKEY_free};
}

using Builder = std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)>;
Builder NewBuilder() { return {OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free}; }

absl::StatusOr<Key> RsaKey(const nlohmann::json& jwk) {
  COFILTER_ASSIGN_OR_RETURN(const std::string n, Decoded(jwk, "n"));
  COFILTER_ASSIGN_OR_RETURN(const std::string e, Decoded(jwk, "e"));
  if (n.size() > kMostRsaBits / 8 || e.size() > 8)
    return data::FieldError("n", absl::StrCat(n.size(), " bytes"), "2,048 to 8,192 bits");
  const Number modulus(BN_bin2bn(Bytes(n), static_cast<int>(n.size()), nullptr), BN_free);
  const Number exponent(BN_bin2bn(Bytes(e), static_cast<int>(e.size()), nullptr), BN_free);
  const Builder builder = NewBuilder();
  if (!modulus || !exponent || !builder) return absl::InternalError("out of memory");
  if (BN_num_bits(modulus.get()) < kLeastRsaBits || BN_is_odd(modulus.get()) == 0)
    return data::FieldError("n", absl::StrCat(BN_num_bits(modulus.get()), " bits"),
                            "2,048 to 8,192 bits");
  if (BN_is_odd(exponent.get()) == 0 || BN_num_bits(exponent.get()) < 2)
    return data::FieldError("e", "", "an odd number from 3");
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  Key key = FromParameters("RSA", builder.get());
  if (!key) return data::FieldError("n", "", "an RSA modulus");
  return key;
}

absl::StatusOr<Key> EcKey(const nlohmann::json& jwk) {
  COFILTER_ASSIGN_OR_RETURN(const std::string x, Decoded(jwk, "x"));
  COFILTER_ASSIGN_OR_RETURN(const std::string y, Decoded(jwk, "y"));
  if (x.size() != kP256Bytes) return data::FieldError("x", "", "32 bytes");
  if (y.size() != kP256Bytes) return data::FieldError("y", "", "32 bytes");
  const std::string point = absl::StrCat("\x04", x, y);
  const Builder builder = NewBuilder();
  if (!builder) return absl::InternalError("out of memory");
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  Key key = FromParameters("EC", builder.get());
  // Whether the point lies on the curve.
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> check(
      key ? EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr) : nullptr, EVP_PKEY_CTX_free);
  if (!check || EVP_PKEY_public_check(check.get()) <= 0) {
    ERR_clear_error();
    return data::FieldError("x", "", "with y, a point of P-256");
  }
  return key;
}

absl::StatusOr<Key> EdKey(const nlohmann::json& jwk) {
  COFILTER_ASSIGN_OR_RETURN(const std::string x, Decoded(jwk, "x"));
  if (x.size() != kEd25519Bytes) return data::FieldError("x", "", "32 bytes");
  Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(x), x.size()),
          EVP_PKEY_free);
  if (!key) return WithoutErrors(data::FieldError("x", "", "a key of Ed25519"));
  return key;
}

// r and s side by side, as the sequence of two numbers that OpenSSL reads; empty when it is not
// that.
std::string DerOf(std::string_view signature) {
  if (signature.size() != 2 * kP256Bytes) return {};
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(), ECDSA_SIG_free);
  Number r(BN_bin2bn(Bytes(signature), kP256Bytes, nullptr), BN_free);
  Number s(BN_bin2bn(Bytes(signature.substr(kP256Bytes)), kP256Bytes, nullptr), BN_free);
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(pair.get(), &der);
  if (length <= 0) return {};
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return text;
}

absl::Status CheckUse(const nlohmann::json& jwk, std::string_view algorithm) {
  if (jwk.contains("use") && TextOf(jwk, "use") != "sig")
    return absl::UnimplementedError("it is not for signatures");
  if (const auto operations = jwk.find("key_ops"); operations != jwk.end()) {
    bool verifies = false;
    if (operations->is_array()) {
      for (const nlohmann::json& operation : *operations) verifies |= operation == "verify";
    }
    if (!verifies) return absl::UnimplementedError("it is not for verifying");
  }
  if (jwk.contains("alg") && TextOf(jwk, "alg") != algorithm)
    return absl::UnimplementedError("it is for another algorithm");
  for (const char* secret : {"d", "p", "q", "k"}) {
    if (jwk.contains(secret))
      return absl::InvalidArgumentError("it holds a private key, which must stay with its owner");
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view AlgorithmName(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kRs256:
      return "RS256";
    case Algorithm::kEs256:
      return "ES256";
    case Algorithm::kEdDsa:
      return "EdDSA";
  }
  return "";
}

std::optional<Algorithm> AlgorithmFromName(std::string_view name) {
  for (const Algorithm algorithm : kAllAlgorithms) {
    if (AlgorithmName(algorithm) == name) return algorithm;
  }
  return std::nullopt;
}

absl::StatusOr<VerificationKey> VerificationKey::FromJwk(const nlohmann::json& jwk) {
  const std::string type = TextOf(jwk, "kty").value_or("");
  const std::string curve = TextOf(jwk, "crv").value_or("");
  if (type == "RSA") {
    COFILTER_RETURN_IF_ERROR(CheckUse(jwk, "RS256"));
    COFILTER_ASSIGN_OR_RETURN(Key key, RsaKey(jwk));
    return VerificationKey(Algorithm::kRs256, std::move(key));
  }
  if (type == "EC" && curve == "P-256") {
    COFILTER_RETURN_IF_ERROR(CheckUse(jwk, "ES256"));
    COFILTER_ASSIGN_OR_RETURN(Key key, EcKey(jwk));
    return VerificationKey(Algorithm::kEs256, std::move(key));
  }
  if (type == "OKP" && curve == "Ed25519") {
    COFILTER_RETURN_IF_ERROR(CheckUse(jwk, "EdDSA"));
    COFILTER_ASSIGN_OR_RETURN(Key key, EdKey(jwk));
    return VerificationKey(Algorithm::kEdDsa, std::move(key));
  }
  return absl::UnimplementedError(absl::StrCat(
      "it is of kind ", data::ShowValue(type), curve.empty() ? "" : " on ",
      curve.empty() ? "" : data::ShowValue(curve), "; used are RSA, EC P-256 and OKP Ed25519"));
}

absl::StatusOr<VerificationKey> VerificationKey::FromKey(std::shared_ptr<evp_pkey_st> key) {
  if (EVP_PKEY_is_a(key.get(), "ED25519") == 1)
    return VerificationKey(Algorithm::kEdDsa, std::move(key));
  if (EVP_PKEY_is_a(key.get(), "RSA") == 1)
    return VerificationKey(Algorithm::kRs256, std::move(key));
  if (EVP_PKEY_is_a(key.get(), "EC") == 1 && EVP_PKEY_get_bits(key.get()) == 256)
    return VerificationKey(Algorithm::kEs256, std::move(key));
  return absl::UnimplementedError("no algorithm here uses such a key");
}

bool VerificationKey::Verifies(std::string_view signed_text, std::string_view signature) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  std::string der;
  if (algorithm_ == Algorithm::kEs256) {
    der = DerOf(signature);
    if (der.empty()) return false;
    signature = der;
  }
  // RSA here means PKCS #1 v1.5, which is OpenSSL's default.
  const EVP_MD* const digest = algorithm_ == Algorithm::kEdDsa ? nullptr : EVP_sha256();
  const bool verifies =
      context != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1 &&
      EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(signed_text),
                       signed_text.size()) == 1;
  return WithoutErrors(verifies);
}

}  // namespace cofilter::service
