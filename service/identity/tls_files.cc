// PEM files, checked before anybody uses them.
#include "service/identity/tls_files.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::service {
namespace {

constexpr std::size_t kMaxPemBytes = 1u << 20;

using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Memory Reader(const std::string& pem) {
  return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
}

// The first one; nullptr when there is none.
Certificate FirstCertificate(const std::string& pem) {
  const Memory memory = Reader(pem);
  return {memory ? PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr) : nullptr, X509_free};
}

absl::Status WrongFile(const std::string& path, const char* right) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat(path, ": wrong; right: ", right, " in PEM form"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<TlsFiles>> TlsFiles::Open(const TlsConfig& config, bool run_thread) {
  auto files = std::unique_ptr<TlsFiles>(new TlsFiles(config));
  COFILTER_RETURN_IF_ERROR(files->Load());
  if (run_thread)
    files->follower_ = std::make_unique<Follower>([self = files.get()] { self->Follow(); });
  return files;
}

std::shared_ptr<const TlsMaterial> TlsFiles::Current() const {
  std::lock_guard lock(mutex_);
  return current_;
}

TlsFiles::Stamps TlsFiles::StampsNow() const {
  return {runtime::StampOf(config_.certificate), runtime::StampOf(config_.key),
          config_.client_ca.empty() ? runtime::FileStamp() : runtime::StampOf(config_.client_ca)};
}

absl::Status TlsFiles::Load() {
  // Taken first: a change while the files are read is seen at the next look.
  stamps_ = StampsNow();
  TlsMaterial material;
  COFILTER_ASSIGN_OR_RETURN(material.certificate_pem,
                            runtime::ReadFile(config_.certificate, kMaxPemBytes));
  COFILTER_ASSIGN_OR_RETURN(material.key_pem, runtime::ReadFile(config_.key, kMaxPemBytes));
  const Certificate certificate = FirstCertificate(material.certificate_pem);
  if (!certificate) return WrongFile(config_.certificate, "a certificate");
  const Memory memory = Reader(material.key_pem);
  char empty[] = "";  // no password is asked for at a terminal
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      memory ? PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, empty) : nullptr,
      EVP_PKEY_free);
  if (!key) return WrongFile(config_.key, "a private key without a password");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError(
        absl::StrCat(config_.key, " is not the key of ", config_.certificate));
  }
  if (!config_.client_ca.empty()) {
    COFILTER_ASSIGN_OR_RETURN(material.client_ca_pem,
                              runtime::ReadFile(config_.client_ca, kMaxPemBytes));
    if (!FirstCertificate(material.client_ca_pem))
      return WrongFile(config_.client_ca, "an authority's certificate");
  }
  std::lock_guard lock(mutex_);
  current_ = std::make_shared<const TlsMaterial>(std::move(material));
  return absl::OkStatus();
}

void TlsFiles::Follow() {
  std::lock_guard lock(follow_mutex_);
  if (StampsNow() == stamps_) return;
  const absl::Status status = Load();
  if (status.ok()) {
    spdlog::info("TLS: {} and its key were read again", config_.certificate);
  } else {
    spdlog::warn("TLS: {}; what was read before it stays in force", std::string(status.message()));
  }
}

}  // namespace cofilter::service
