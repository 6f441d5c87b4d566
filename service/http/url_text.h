// The parts of a URL's query.
#ifndef COFILTER_SERVICE_HTTP_URL_TEXT_H_
#define COFILTER_SERVICE_HTTP_URL_TEXT_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofilter::service::http {

// %XX and, in queries, '+' for a space. nullopt: a '%' without two hexadecimal digits.
std::optional<std::string> PercentDecode(std::string_view text);

// "a=1&b=2", decoded, in order. nullopt: as PercentDecode.
using QueryFields = std::vector<std::pair<std::string, std::string>>;
std::optional<QueryFields> ParseQuery(std::string_view query);

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_URL_TEXT_H_
