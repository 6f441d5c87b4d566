// What a stranger may take of the server over HTTP.
#ifndef COFILTER_SERVICE_HTTP_LIMITS_H_
#define COFILTER_SERVICE_HTTP_LIMITS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace cofilter::service::http {

struct Limits {
  std::size_t body_bytes = 4 << 20;     // of one request
  std::size_t header_bytes = 16 << 10;  // all lines before the body
  std::size_t header_count = 100;
  // Of all connections together, for bodies and answers past their first 64 KiB.
  std::size_t shared_bytes = 64 << 20;
  std::chrono::milliseconds header_time{10'000};  // from the first byte; a TLS handshake too
  std::chrono::milliseconds body_time{30'000};
  std::chrono::milliseconds write_time{30'000};
  std::chrono::milliseconds idle_time{60'000};  // between requests
  std::uint32_t connections = 512;
  std::uint32_t connections_per_address = 128;  // an IPv4 address, an IPv6 /64
  std::uint32_t accepts_per_second = 2000;      // those past it wait in the kernel's queue
};

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_LIMITS_H_
