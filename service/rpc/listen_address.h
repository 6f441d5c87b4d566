// Where the server may listen: loopback, or anywhere with TLS.
#ifndef COFILTER_SERVICE_RPC_LISTEN_ADDRESS_H_
#define COFILTER_SERVICE_RPC_LISTEN_ADDRESS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace cofilter::service {

struct ListenAddress {
  std::string host;  // without brackets
  int port = 0;      // 0: any
  // "127.0.0.1:8470", "[::1]:8470".
  std::string ToText(int bound_port) const;
};

// "host:port" or "[IPv6]:port". Errors: INVALID_ARGUMENT; FAILED_PRECONDITION for a host that is
// not loopback, unless `beyond_loopback`: with TLS, or because somebody said so.
absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text, bool beyond_loopback);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_LISTEN_ADDRESS_H_
