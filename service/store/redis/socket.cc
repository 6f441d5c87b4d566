// Non-blocking calls, and poll() up to the deadline.
#include "service/store/redis/socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::service::redis {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};

int MillisecondsUntil(Deadline deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

}  // namespace

Socket::Socket(Socket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      address_(std::move(other.address_)),
      ssl_(std::move(other.ssl_)) {}

Socket::~Socket() {
  ssl_.reset();
  if (fd_ >= 0) close(fd_);
}

absl::Status Socket::Away(std::string_view why) const {
  return absl::UnavailableError(absl::StrCat("store: Redis at ", address_, ": ", std::string(why)));
}

absl::Status Socket::WaitFor(short events, Deadline deadline) const {
  pollfd wait{.fd = fd_, .events = events, .revents = 0};
  for (;;) {
    const int ready = poll(&wait, 1, MillisecondsUntil(deadline));
    if (ready > 0) return absl::OkStatus();
    if (ready == 0) return Away("no answer in time");
    if (errno != EINTR) return Away(std::generic_category().message(errno));
  }
}

absl::StatusOr<Socket> Socket::Connect(const Endpoint& endpoint, const TlsContext* tls,
                                       Deadline deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
  absl::Status last = absl::UnavailableError(
      absl::StrCat("store: Redis at ", endpoint.Text(), ": ", gai_strerror(error)));
  if (error != 0) return last;
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    Socket made(socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                endpoint.Text());
    if (made.fd_ < 0) {
      last = made.Away(std::generic_category().message(errno));
      continue;
    }
    const int on = 1;
    setsockopt(made.fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(made.fd_, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    if (connect(made.fd_, address->ai_addr, address->ai_addrlen) != 0) {
      last = errno == EINPROGRESS ? made.WaitFor(POLLOUT, deadline)
                                  : made.Away(std::generic_category().message(errno));
      if (!last.ok()) continue;
      int refused = 0;
      socklen_t size = sizeof refused;
      getsockopt(made.fd_, SOL_SOCKET, SO_ERROR, &refused, &size);
      if (refused != 0) {
        last = made.Away(std::generic_category().message(refused));
        continue;
      }
    }
    if (tls != nullptr) COFILTER_RETURN_IF_ERROR(made.Handshake(*tls, endpoint.host, deadline));
    return made;
  }
  return last;
}

absl::Status Socket::Handshake(const TlsContext& tls, const std::string& host, Deadline deadline) {
  COFILTER_ASSIGN_OR_RETURN(ssl_, tls.NewConnection(fd_, host));
  for (;;) {
    const int result = SSL_connect(ssl_.get());
    if (result == 1) return absl::OkStatus();
    COFILTER_RETURN_IF_ERROR(WaitForTls(result, deadline));
  }
}

absl::Status Socket::WaitForTls(int result, Deadline deadline) const {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return WaitFor(POLLIN, deadline);
    case SSL_ERROR_WANT_WRITE:
      return WaitFor(POLLOUT, deadline);
    case SSL_ERROR_ZERO_RETURN:
      return Away("the connection was ended");
    default:
      return Away(absl::StrCat("TLS: ", TlsErrorText()));
  }
}

absl::Status Socket::Write(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    if (ssl_ != nullptr) {
      const int size = static_cast<int>(std::min<std::size_t>(bytes.size(), 1u << 30));
      const int written = SSL_write(ssl_.get(), bytes.data(), size);
      if (written > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(written));
      } else {
        COFILTER_RETURN_IF_ERROR(WaitForTls(written, deadline));
      }
      continue;
    }
    const ssize_t written = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      COFILTER_RETURN_IF_ERROR(WaitFor(POLLOUT, deadline));
    } else if (errno != EINTR) {
      return Away(std::generic_category().message(errno));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::size_t> Socket::Read(std::span<char> into, Deadline deadline) {
  for (;;) {
    if (ssl_ != nullptr) {
      const int size = static_cast<int>(into.size());
      const int read = SSL_read(ssl_.get(), into.data(), size);
      if (read > 0) return static_cast<std::size_t>(read);
      COFILTER_RETURN_IF_ERROR(WaitForTls(read, deadline));
      continue;
    }
    const ssize_t read = recv(fd_, into.data(), into.size(), 0);
    if (read > 0) return static_cast<std::size_t>(read);
    if (read == 0) return Away("the connection was ended");
    if (errno == EAGAIN) {
      COFILTER_RETURN_IF_ERROR(WaitFor(POLLIN, deadline));
    } else if (errno != EINTR) {
      return Away(std::generic_category().message(errno));
    }
  }
}

bool Socket::Quiet() const {
  if (ssl_ != nullptr && SSL_pending(ssl_.get()) > 0) return false;
  pollfd look{.fd = fd_, .events = POLLIN, .revents = 0};
  return poll(&look, 1, 0) == 0;
}

}  // namespace cofilter::service::redis
