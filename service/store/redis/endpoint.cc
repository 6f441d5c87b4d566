// The last colon ends the host.
#include "service/store/redis/endpoint.h"

#include <charconv>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace cofilter::service::redis {

std::string Endpoint::Text() const {
  const bool bracketed = host.find(':') != std::string::npos;
  return bracketed ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

absl::StatusOr<Endpoint> ParseEndpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  Endpoint endpoint;
  if (colon != std::string_view::npos) {
    std::string_view host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
      host = host.substr(1, host.size() - 2);
    }
    endpoint.host = host;
    const std::string_view port = text.substr(colon + 1);
    const auto [end, error] =
        std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (error != std::errc() || end != port.data() + port.size()) endpoint.port = 0;
  }
  if (!endpoint.host.empty() && endpoint.port != 0) return endpoint;
  return absl::InvalidArgumentError(
      absl::StrCat("'", std::string(text), "' is no address; right: host:port, as 127.0.0.1:6379"));
}

}  // namespace cofilter::service::redis
