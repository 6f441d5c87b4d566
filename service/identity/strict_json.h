// JSON from strangers: one object, no key twice.
#ifndef COFILTER_SERVICE_IDENTITY_STRICT_JSON_H_
#define COFILTER_SERVICE_IDENTITY_STRICT_JSON_H_

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/string_view.h"

namespace cofilter::service {

// nullopt: not JSON, not an object, or an object in it names a key twice (two readers would
// understand two things).
std::optional<nlohmann::json> ParseStrictObject(std::string_view text);

// The text of a string member; nullopt when it is absent or no string.
std::optional<std::string> TextOf(const nlohmann::json& object, const char* key);

// Base64url without padding, in its one canonical spelling (RFC 7515, section 2). nullopt for any
// other.
std::optional<std::string> DecodeBase64Url(std::string_view text);
std::string EncodeBase64Url(std::string_view bytes);

inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_IDENTITY_STRICT_JSON_H_
