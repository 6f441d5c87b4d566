// Reads a listen address and says whether other machines reach it.
#include "service/rpc/listen_address.h"

#include <arpa/inet.h>

#include <charconv>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"

namespace cofilter::service {
namespace {

bool IsLoopback(const std::string& host) {
  if (host == "localhost") return true;
  in_addr four{};
  if (inet_pton(AF_INET, host.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  return inet_pton(AF_INET6, host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

}  // namespace

std::string ListenAddress::ToText(int bound_port) const {
  const bool six = host.find(':') != std::string::npos;
  return absl::StrCat(six ? "[" : "", host, six ? "]" : "", ":", bound_port);
}

absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text, bool beyond_loopback) {
  constexpr std::string_view kRight = "host:port such as 127.0.0.1:8470, the port from 0 to 65535";
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return data::FieldError("listen", text, kRight);
  ListenAddress address;
  std::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  address.host = std::string(host);
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (host.empty() || port.empty() || error != std::errc() || end != port.data() + port.size() ||
      address.port < 0 || address.port > 65535) {
    return data::FieldError("listen", text, kRight);
  }
  if (!beyond_loopback && !IsLoopback(address.host)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "listen ", data::ShowValue(text),
        " can be reached from other machines, which could read every token on its way; right: "
        "[server.tls], a loopback address such as 127.0.0.1:8470, or --insecure where the network "
        "keeps others out"));
  }
  return address;
}

}  // namespace cofilter::service
