// Certificate, key and client authority of [server.tls], read again when they change: the same
// material for every port.
#ifndef COFILTER_SERVICE_IDENTITY_TLS_FILES_H_
#define COFILTER_SERVICE_IDENTITY_TLS_FILES_H_

#include <array>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "runtime/file_stamp.h"
#include "service/config/config.h"
#include "service/identity/follower.h"

namespace cofilter::service {

// What belongs together: the key is the certificate's.
struct TlsMaterial {
  std::string certificate_pem;  // the chain, the server's own first
  std::string key_pem;
  std::string client_ca_pem;  // empty: clients show no certificate
};

// Thread-safety: all calls from any thread. A listener takes Current() at each handshake, so that
// new connections are made with the newest material and old ones go on as they are.
class TlsFiles {
 public:
  // config.enabled(). run_thread: look at the files every second; otherwise only Follow() does.
  // Errors: those of reading; INVALID_ARGUMENT names the file that is no PEM of its kind, or both
  // when the key is not the certificate's.
  static absl::StatusOr<std::unique_ptr<TlsFiles>> Open(const TlsConfig& config,
                                                        bool run_thread = true);

  // Another object once the files were replaced by good ones.
  std::shared_ptr<const TlsMaterial> Current() const;
  bool asks_clients() const { return !config_.client_ca.empty(); }

  // Looks now. While the files are wrong, or do not fit together (one was replaced and the other
  // not yet), the material read before stays, and the log says so once.
  void Follow();

 private:
  using Stamps = std::array<runtime::FileStamp, 3>;

  explicit TlsFiles(const TlsConfig& config) : config_(config) {}
  Stamps StampsNow() const;
  absl::Status Load();

  const TlsConfig config_;
  std::mutex follow_mutex_;
  Stamps stamps_;
  mutable std::mutex mutex_;
  std::shared_ptr<const TlsMaterial> current_;
  std::unique_ptr<Follower> follower_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_IDENTITY_TLS_FILES_H_
