// Reads what browsers and curl write into a query.
#include "service/http/url_text.h"

namespace cofilter::service::http {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t n = 0; n < text.size(); ++n) {
    if (text[n] == '+') {
      decoded.push_back(' ');
    } else if (text[n] != '%') {
      decoded.push_back(text[n]);
    } else {
      if (n + 2 >= text.size()) return std::nullopt;
      const int high = HexValue(text[n + 1]);
      const int low = HexValue(text[n + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      n += 2;
    }
  }
  return decoded;
}

std::optional<QueryFields> ParseQuery(std::string_view query) {
  QueryFields fields;
  while (!query.empty()) {
    const std::string_view field = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), field.size() + 1));
    if (field.empty()) continue;
    const std::size_t equals = std::min(field.find('='), field.size());
    std::optional<std::string> name = PercentDecode(field.substr(0, equals));
    std::optional<std::string> value =
        PercentDecode(field.substr(std::min(field.size(), equals + 1)));
    if (!name || !value) return std::nullopt;
    fields.emplace_back(*std::move(name), *std::move(value));
  }
  return fields;
}

}  // namespace cofilter::service::http
