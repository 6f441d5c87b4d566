// TLS to Redis: whom the client believes, and what it shows of itself.
#ifndef COFILTER_SERVICE_STORE_REDIS_TLS_CONTEXT_H_
#define COFILTER_SERVICE_STORE_REDIS_TLS_CONTEXT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

struct ssl_ctx_st;
struct ssl_st;

namespace cofilter::service::redis {

struct TlsFiles {
  std::string ca;           // PEM: authorities of the server's certificate; empty: the system's
  std::string certificate;  // PEM: the client's own, with its key; empty: none is shown
  std::string key;
};

struct SslDeleter {
  void operator()(ssl_st* ssl) const;
};
using Ssl = std::unique_ptr<ssl_st, SslDeleter>;

// Thread-safety: all calls from any thread.
class TlsContext {
 public:
  // TLS 1.2 or newer. Errors: INVALID_ARGUMENT naming the file.
  static absl::StatusOr<std::shared_ptr<const TlsContext>> Load(const TlsFiles& files);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // A client's end that takes only a certificate of `host`, on a connected socket.
  absl::StatusOr<Ssl> NewConnection(int socket, const std::string& host) const;

 private:
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  ssl_ctx_st* const context_;
};

// The newest error of OpenSSL on this thread, in words.
std::string TlsErrorText();

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_TLS_CONTEXT_H_
