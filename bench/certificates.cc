// X.509 by OpenSSL.
#include "bench/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <cstdlib>
#include <functional>

namespace cofilter::bench {
namespace {

void AddExtension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  if (extension == nullptr) std::abort();
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

std::string PemOf(const std::function<void(BIO*)>& write) {
  BIO* const memory = BIO_new(BIO_s_mem());
  write(memory);
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory, &text);
  std::string pem(text, static_cast<std::size_t>(length));
  BIO_free(memory);
  return pem;
}

}  // namespace

Certificate Certificate::Make(const std::string& name, const Certificate* authority) {
  Certificate made;
  made.key_.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free);
  X509* const certificate = X509_new();
  made.certificate_.reset(certificate, X509_free);
  X509_set_version(certificate, 2);
  std::uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 24L * 3600);
  X509_set_pubkey(certificate, made.key_.get());
  X509_NAME* const subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509* const issuer = authority == nullptr ? certificate : authority->certificate_.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  if (authority == nullptr) {
    AddExtension(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE");
    AddExtension(certificate, issuer, NID_key_usage, "critical,keyCertSign");
  } else {
    AddExtension(certificate, issuer, NID_subject_alt_name,
                 ("DNS:" + name + ",DNS:localhost,IP:127.0.0.1").c_str());
  }
  EVP_PKEY* const signer = authority == nullptr ? made.key_.get() : authority->key_.get();
  if (X509_sign(certificate, signer, EVP_sha256()) == 0) std::abort();
  return made;
}

Certificate Certificate::Authority(const std::string& name) { return Make(name, nullptr); }

Certificate Certificate::Issue(const Certificate& authority, const std::string& name) {
  return Make(name, &authority);
}

std::string Certificate::certificate_pem() const {
  return PemOf([this](BIO* out) { PEM_write_bio_X509(out, certificate_.get()); });
}

std::string Certificate::key_pem() const {
  return PemOf([this](BIO* out) {
    PEM_write_bio_PKCS8PrivateKey(out, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

}  // namespace cofilter::bench
