// OpenSSL's side of the connection.
#include "service/store/redis/tls_context.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace cofilter::service::redis {
namespace {

bool IsAddress(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

absl::Status FileError(const std::string& what, const std::string& path) {
  return absl::InvalidArgumentError(
      absl::StrCat("store: TLS ", what, " ", path, " cannot be used: ", TlsErrorText()));
}

}  // namespace

void SslDeleter::operator()(ssl_st* ssl) const { SSL_free(ssl); }

std::string TlsErrorText() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "the other side ended the connection";
  char text[256];
  ERR_error_string_n(code, text, sizeof text);
  return text;
}

absl::StatusOr<std::shared_ptr<const TlsContext>> TlsContext::Load(const TlsFiles& files) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) return absl::InternalError(TlsErrorText());
  std::shared_ptr<const TlsContext> loaded(new TlsContext(context));
  // OpenSSL writes to sockets with no way to ask for an error in place of the signal.
  signal(SIGPIPE, SIG_IGN);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (files.ca.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1) {
      return FileError("authorities", "of the system");
    }
  } else if (SSL_CTX_load_verify_locations(context, files.ca.c_str(), nullptr) != 1) {
    return FileError("authority", files.ca);
  }
  if (!files.certificate.empty()) {
    if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
      return FileError("certificate", files.certificate);
    }
    if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
      return FileError("key", files.key);
    }
  }
  return loaded;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

absl::StatusOr<Ssl> TlsContext::NewConnection(int socket, const std::string& host) const {
  Ssl ssl(SSL_new(context_));
  if (ssl == nullptr || SSL_set_fd(ssl.get(), socket) != 1) {
    return absl::InternalError(TlsErrorText());
  }
  const bool named =
      IsAddress(host) ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str()) == 1
                      : SSL_set1_host(ssl.get(), host.c_str()) == 1 &&
                            SSL_set_tlsext_host_name(ssl.get(), host.c_str()) == 1;
  if (!named) return absl::InternalError(TlsErrorText());
  return ssl;
}

}  // namespace cofilter::service::redis
