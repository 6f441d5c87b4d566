// By gRPC's C interface, whose C++ face has no such callback.
#include "service/rpc/tls_credentials.h"

#include <grpc/grpc.h>

#include <cstdlib>

namespace cofilter::service {

void TlsCredentials::SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) {
  std::abort();  // whoever asks for it would believe that it is heeded
}

int TlsCredentials::AddPortToServer(const std::string& address, grpc_server* server) {
  grpc_ssl_server_credentials_options* const options =
      grpc_ssl_server_credentials_create_options_using_config_fetcher(
          files_->asks_clients() ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                 : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE,
          &TlsCredentials::Fetch, this);
  grpc_server_credentials* const credentials =
      grpc_ssl_server_credentials_create_with_options(options);
  const int port = grpc_server_add_http2_port(server, address.c_str(), credentials);
  grpc_server_credentials_release(credentials);
  return port;
}

grpc_ssl_certificate_config_reload_status TlsCredentials::Fetch(
    void* self, grpc_ssl_server_certificate_config** config) {
  auto* const credentials = static_cast<TlsCredentials*>(self);
  std::lock_guard lock(credentials->mutex_);
  std::shared_ptr<const TlsMaterial> material = credentials->files_->Current();
  if (material == credentials->handed_over_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  const grpc_ssl_pem_key_cert_pair pair = {material->key_pem.c_str(),
                                           material->certificate_pem.c_str()};
  // gRPC wants an authority even where no client is asked for a certificate; it is not used then.
  const std::string& authority =
      material->client_ca_pem.empty() ? material->certificate_pem : material->client_ca_pem;
  *config = grpc_ssl_server_certificate_config_create(authority.c_str(), &pair, 1);
  credentials->handed_over_ = std::move(material);
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

}  // namespace cofilter::service
