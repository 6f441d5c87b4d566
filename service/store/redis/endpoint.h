// Where a server listens.
#ifndef COFILTER_SERVICE_STORE_REDIS_ENDPOINT_H_
#define COFILTER_SERVICE_STORE_REDIS_ENDPOINT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace cofilter::service::redis {

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  std::string Text() const;  // "10.0.0.1:6379", "[::1]:6379"
  auto operator<=>(const Endpoint&) const = default;
};

// "host:port"; an IPv6 address in brackets or as Redis writes it in redirections, without.
// Errors: INVALID_ARGUMENT.
absl::StatusOr<Endpoint> ParseEndpoint(std::string_view text);

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_ENDPOINT_H_
