// A connected stream of bytes, plain or TLS, on which every wait ends at a deadline.
#ifndef COFILTER_SERVICE_STORE_REDIS_SOCKET_H_
#define COFILTER_SERVICE_STORE_REDIS_SOCKET_H_

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/store/redis/endpoint.h"
#include "service/store/redis/options.h"
#include "service/store/redis/tls_context.h"

namespace cofilter::service::redis {

using Deadline = std::chrono::steady_clock::time_point;

// Errors of all calls: UNAVAILABLE naming the address. Thread-safety: one thread at a time.
class Socket {
 public:
  // Resolving a name is the system's and may take its own time; addresses take none.
  static absl::StatusOr<Socket> Connect(const Endpoint& endpoint, const TlsContext* tls,
                                        Deadline deadline);
  ~Socket();
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&&) = delete;

  absl::Status Write(std::string_view bytes, Deadline deadline);
  // At least one byte.
  absl::StatusOr<std::size_t> Read(std::span<char> into, Deadline deadline);
  // Nothing has come, neither bytes nor the end.
  bool Quiet() const;

 private:
  Socket(int fd, std::string address) : fd_(fd), address_(std::move(address)) {}
  absl::Status Handshake(const TlsContext& tls, const std::string& host, Deadline deadline);
  absl::Status WaitFor(short events, Deadline deadline) const;
  // After a call of OpenSSL that did not succeed: waits for what it needs.
  absl::Status WaitForTls(int result, Deadline deadline) const;
  absl::Status Away(std::string_view why) const;

  int fd_;
  std::string address_;
  Ssl ssl_;
};

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_SOCKET_H_
