// simdjson's DOM, with the errors of ours.
#include "data/import/json_document.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "data/field_text.h"
#include "data/record_json.h"

namespace cofilter::data {

namespace dom = simdjson::dom;

absl::StatusOr<JsonElement> JsonDocument::Parse(std::string_view line) {
  const std::size_t capacity = line.size() + simdjson::SIMDJSON_PADDING;
  if (padded_.size() < capacity) padded_.resize(capacity);
  if (!line.empty()) std::memcpy(padded_.data(), line.data(), line.size());
  std::memset(padded_.data() + line.size(), ' ', simdjson::SIMDJSON_PADDING);
  JsonElement root;
  const simdjson::error_code error =
      parser_.parse(padded_.data(), line.size(), /*realloc_if_needed=*/false).get(root);
  if (error == simdjson::SUCCESS) return root;
  return absl::InvalidArgumentError(
      absl::StrCat("not JSON: ", simdjson::error_message(error), "; line ", ShowValue(line)));
}

std::optional<JsonElement> JsonMember(JsonElement value, std::string_view key) {
  dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
  JsonElement member;
  if (object.at_key(key).get(member) != simdjson::SUCCESS || member.is_null()) return std::nullopt;
  return member;
}

std::optional<JsonElement> JsonMember(JsonElement value,
                                      std::initializer_list<std::string_view> keys) {
  std::optional<JsonElement> at = value;
  for (const std::string_view key : keys) {
    if (!at.has_value()) return std::nullopt;
    at = JsonMember(*at, key);
  }
  return at;
}

std::optional<std::string_view> JsonText(std::optional<JsonElement> value) {
  std::string_view text;
  if (!value.has_value() || value->get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

bool JsonScalarText(JsonElement value, std::string& text) {
  text.clear();
  switch (value.type()) {
    case dom::element_type::STRING: {
      std::string_view view;
      if (value.get_string().get(view) != simdjson::SUCCESS) return false;
      text.assign(view);
      return true;
    }
    case dom::element_type::INT64:
      AppendNumber(text, std::int64_t{value.get_int64().value_unsafe()});
      return true;
    case dom::element_type::UINT64:
      absl::StrAppend(&text, value.get_uint64().value_unsafe());
      return true;
    case dom::element_type::DOUBLE:
      AppendNumber(text, value.get_double().value_unsafe());
      return true;
    case dom::element_type::BOOL:
      text = value.get_bool().value_unsafe() ? "true" : "false";
      return true;
    default:
      return false;
  }
}

absl::StatusOr<double> JsonNumber(std::string_view field, JsonElement value) {
  double number = 0;
  if (value.is_number() && value.get_double().get(number) == simdjson::SUCCESS) return number;
  std::string text;
  if (!JsonScalarText(value, text)) text = "{…}";
  return FieldError(field, text, "a number");
}

void AppendCanonicalJson(JsonElement value, std::string& out) {
  if (dom::array array; value.get_array().get(array) == simdjson::SUCCESS) {
    char before = '[';
    for (const JsonElement entry : array) {
      out += before;
      before = ',';
      AppendCanonicalJson(entry, out);
    }
    out += before == '[' ? "[]" : "]";
    return;
  }
  if (dom::object object; value.get_object().get(object) == simdjson::SUCCESS) {
    std::vector<std::pair<std::string_view, JsonElement>> members;
    for (const dom::key_value_pair member : object) members.emplace_back(member.key, member.value);
    std::stable_sort(members.begin(), members.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    char before = '{';
    for (const auto& [key, member] : members) {
      out += before;
      before = ',';
      AppendJsonText(key, out);
      out += ':';
      AppendCanonicalJson(member, out);
    }
    out += before == '{' ? "{}" : "}";
    return;
  }
  std::string text;
  if (!JsonScalarText(value, text)) {
    out += "null";
  } else if (value.is_string()) {
    AppendJsonText(text, out);
  } else {
    out += text;
  }
}

}  // namespace cofilter::data
