// Ed25519: small keys, nothing to configure.
#include "service/identity/local_key.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "runtime/digest.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"
#include "service/identity/strict_json.h"

namespace cofilter::service {
namespace {

constexpr std::size_t kMaxKeyBytes = 16384;
constexpr std::size_t kPublicBytes = 32;
constexpr std::size_t kSignatureBytes = 64;

using Key = std::shared_ptr<EVP_PKEY>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::string Thumbprint(EVP_PKEY* key) {
  std::array<unsigned char, kPublicBytes> raw{};
  std::size_t length = raw.size();
  if (EVP_PKEY_get_raw_public_key(key, raw.data(), &length) != 1) std::abort();
  const std::string x =
      EncodeBase64Url(std::string_view(reinterpret_cast<const char*>(raw.data()), length));
  const runtime::Sha256Digest digest =
      runtime::Sha256(absl::StrCat(R"({"crv":"Ed25519","kty":"OKP","x":")", x, "\"}"));
  return EncodeBase64Url(
      std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

absl::StatusOr<std::string> NewPem() {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free);
  const Memory memory(BIO_new(BIO_s_mem()), BIO_free);
  if (!key || !memory ||
      PEM_write_bio_PKCS8PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                    nullptr) != 1) {
    return absl::InternalError("OpenSSL makes no Ed25519 key");
  }
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &text);
  return std::string(text, static_cast<std::size_t>(length));
}

// Writes beside `path` and links it there, which fails where there is one already: a reader never
// sees half a key.
absl::Status CreateKeyFile(const std::string& path) {
  COFILTER_ASSIGN_OR_RETURN(const std::string pem, NewPem());
  const std::string parent = std::filesystem::path(path).parent_path().string();
  if (!parent.empty()) COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(parent));
  const std::string beside = absl::StrCat(path, ".", runtime::RandomUuid());
  COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(beside, pem, 0600));
  const bool linked = link(beside.c_str(), path.c_str()) == 0;
  const std::error_code error(errno, std::generic_category());
  unlink(beside.c_str());
  if (linked || error == std::errc::file_exists) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(path, ": cannot be made: ", error.message()));
}

}  // namespace

absl::StatusOr<LocalKey> LocalKey::FromPem(const std::string& pem, const std::string& path) {
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  // No password is asked for at a terminal.
  char empty[] = "";
  Key key(memory ? PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, empty) : nullptr,
          EVP_PKEY_free);
  if (!key || EVP_PKEY_is_a(key.get(), "ED25519") != 1)
    return absl::InvalidArgumentError(absl::StrCat(path, ": no Ed25519 private key in PEM form"));
  std::string kid = Thumbprint(key.get());
  return LocalKey(std::move(key), std::move(kid));
}

absl::StatusOr<LocalKey> LocalKey::Load(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": others than its owner may read or change it; right: chmod 600"));
  }
  COFILTER_ASSIGN_OR_RETURN(const std::string pem, runtime::ReadFile(path, kMaxKeyBytes));
  return FromPem(pem, path);
}

absl::StatusOr<LocalKey> LocalKey::LoadOrCreate(const std::string& path) {
  absl::StatusOr<LocalKey> key = Load(path);
  if (!absl::IsNotFound(key.status())) return key;
  COFILTER_RETURN_IF_ERROR(CreateKeyFile(path));
  return Load(path);
}

KeySet LocalKey::ToKeySet() const { return KeySet::Of(kid_, *VerificationKey::FromKey(key_)); }

std::string LocalKey::Sign(const TokenContent& content) const {
  const auto seconds = [](runtime::Time time) {
    return static_cast<double>(time.time_since_epoch().count()) / 1e6;
  };
  nlohmann::ordered_json header = {
      {"alg", "EdDSA"}, {"typ", std::string(content.type)}, {"kid", kid_}};
  nlohmann::ordered_json claims = {{"iss", std::string(kLocalIssuer)},
                                   {"aud", std::string(content.audience)},
                                   {"sub", content.subject},
                                   {"iat", seconds(content.issued_at)},
                                   {"exp", seconds(content.issued_at + content.lifetime)},
                                   {"jti", runtime::RandomUuid()},
                                   {"roles", nlohmann::json::array()}};
  for (const Role role : kAllRoles) {
    if (content.roles.Has(role)) claims["roles"].push_back(std::string(RoleName(role)));
  }
  claims["org_units"] = content.org_units;
  std::string token =
      absl::StrCat(EncodeBase64Url(header.dump()), ".", EncodeBase64Url(claims.dump()));
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  std::array<unsigned char, kSignatureBytes> signature{};
  std::size_t length = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &length,
                     reinterpret_cast<const unsigned char*>(token.data()), token.size()) != 1) {
    std::abort();  // only without memory
  }
  absl::StrAppend(
      &token, ".",
      EncodeBase64Url(std::string_view(reinterpret_cast<const char*>(signature.data()), length)));
  return token;
}

ClaimRules LocalRules(runtime::Duration clock_skew) {
  ClaimRules rules;
  rules.audience = std::string(kLocalAudience);
  rules.clock_skew = clock_skew;
  return rules;
}

}  // namespace cofilter::service
