// Parsing with a look at every key.
#include "service/identity/strict_json.h"

#include <set>
#include <vector>

#include "absl/strings/escaping.h"

namespace cofilter::service {

std::optional<nlohmann::json> ParseStrictObject(std::string_view text) {
  std::vector<std::set<std::string>> open;
  bool repeated = false;
  const auto look = [&](int, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (event == Event::object_start) open.emplace_back();
    if (event == Event::object_end) open.pop_back();
    if (event == Event::key && !open.back().insert(parsed.get<std::string>()).second)
      repeated = true;
    return true;
  };
  nlohmann::json parsed =
      nlohmann::json::parse(text.begin(), text.end(), look, /*allow_exceptions=*/false);
  if (repeated || !parsed.is_object()) return std::nullopt;
  return parsed;
}

std::optional<std::string> TextOf(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::string> DecodeBase64Url(std::string_view text) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(ToAbsl(text), &bytes)) return std::nullopt;
  // The library forgives padding, blanks and stray bits; whoever signs writes none.
  if (EncodeBase64Url(bytes) != text) return std::nullopt;
  return bytes;
}

std::string EncodeBase64Url(std::string_view bytes) {
  return absl::WebSafeBase64Escape(ToAbsl(bytes));
}

}  // namespace cofilter::service
