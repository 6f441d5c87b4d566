// gRPC's side of TLS: each handshake takes the newest certificate.
#ifndef COFILTER_SERVICE_RPC_TLS_CREDENTIALS_H_
#define COFILTER_SERVICE_RPC_TLS_CREDENTIALS_H_

#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <mutex>
#include <string>

#include "service/identity/tls_files.h"

namespace cofilter::service {

// TLS 1.2 and 1.3; with a client authority, both sides show a certificate. gRPC asks for the
// material at each handshake, so nothing has to be restarted and no call fails when it changes.
// Must outlive the server that it is given to.
class TlsCredentials final : public grpc::ServerCredentials {
 public:
  // Ownership: `files` outlives it.
  explicit TlsCredentials(const TlsFiles* files) : files_(files) {}

  // For credentials of another kind; ours are checked per call (call_guard.h).
  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& processor) override;

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override;
  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config);

  const TlsFiles* const files_;
  std::mutex mutex_;
  std::shared_ptr<const TlsMaterial> handed_over_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_TLS_CREDENTIALS_H_
