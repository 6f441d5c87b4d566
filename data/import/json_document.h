// A JSON line as a tree, for formats whose objects nest.
#ifndef COFILTER_DATA_IMPORT_JSON_DOCUMENT_H_
#define COFILTER_DATA_IMPORT_JSON_DOCUMENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
// Turns every conversion that could throw into an error of the compiler.
#define SIMDJSON_EXCEPTIONS 0
#include "simdjson.h"

namespace cofilter::data {

using JsonElement = simdjson::dom::element;

// Thread-safety: one thread at a time.
class JsonDocument {
 public:
  // The whole line as one value, which lives until the next Parse. Errors: INVALID_ARGUMENT.
  absl::StatusOr<JsonElement> Parse(std::string_view line);

 private:
  simdjson::dom::parser parser_;
  std::vector<char> padded_;
};

// The member `key` of an object; nullopt where `value` is no object, has none, or has null.
std::optional<JsonElement> JsonMember(JsonElement value, std::string_view key);
// The same, down a path.
std::optional<JsonElement> JsonMember(JsonElement value,
                                      std::initializer_list<std::string_view> keys);
// A text; nullopt for anything else.
std::optional<std::string_view> JsonText(std::optional<JsonElement> value);
// A text as it is, a number or truth value as it is written. False for anything else.
bool JsonScalarText(JsonElement value, std::string& text);
// A number. Errors: INVALID_ARGUMENT naming `field`.
absl::StatusOr<double> JsonNumber(std::string_view field, JsonElement value);

// Appends the value without spaces, members of objects by name: equal content, equal text.
void AppendCanonicalJson(JsonElement value, std::string& out);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_IMPORT_JSON_DOCUMENT_H_
