// JSON lines by simdjson's on-demand parser; written by hand, in a fixed order.
#include "data/record_json.h"

#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "data/field_text.h"
#include "data/utf8_text.h"
#include "runtime/status_macros.h"
// Turns every conversion that could throw into an error of the compiler.
#define SIMDJSON_EXCEPTIONS 0
#include "simdjson.h"

namespace cofilter::data {
namespace {

namespace ondemand = simdjson::ondemand;

absl::Status NotJson(simdjson::error_code error, std::string_view line) {
  return absl::InvalidArgumentError(absl::StrCat(
      "not a JSON object: ", simdjson::error_message(error), "; line ", ShowValue(line)));
}

std::string_view Trimmed(std::string_view text) {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  return text.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

// The text of a scalar. On-demand parsing does not look at a token before it is asked for, so
// numbers are checked here.
absl::Status ScalarText(ondemand::value value, std::string_view field, std::string_view& text) {
  ondemand::json_type type;
  if (value.type().get(type) != simdjson::SUCCESS) {
    return FieldError(field, Trimmed(value.raw_json_token()), "text, a number, true or false");
  }
  switch (type) {
    case ondemand::json_type::string:
      if (value.get_string().get(text) != simdjson::SUCCESS) {
        return FieldError(field, Trimmed(value.raw_json_token()), "valid text");
      }
      return absl::OkStatus();
    case ondemand::json_type::number: {
      text = Trimmed(value.raw_json_token());
      double number;
      if (value.get_double().get(number) != simdjson::SUCCESS) {
        return FieldError(field, text, "a number within the range of a double");
      }
      return absl::OkStatus();
    }
    case ondemand::json_type::boolean: {
      bool truth;
      if (value.get_bool().get(truth) != simdjson::SUCCESS) {
        return FieldError(field, Trimmed(value.raw_json_token()), "true or false");
      }
      text = truth ? "true" : "false";
      return absl::OkStatus();
    }
    case ondemand::json_type::null: {
      text = {};
      bool null = false;
      if (value.is_null().get(null) != simdjson::SUCCESS || !null) {
        return FieldError(field, Trimmed(value.raw_json_token()), "null");
      }
      return absl::OkStatus();
    }
    default:
      return FieldError(field, type == ondemand::json_type::object ? "{…}" : "[…]",
                        "text, a number, true or false");
  }
}

template <typename Record>
absl::Status SetOne(const Field<Record>& field, ondemand::value value, Record& record) {
  std::string_view text;
  COFILTER_RETURN_IF_ERROR(ScalarText(value, field.name, text));
  return text.empty() ? absl::OkStatus() : field.set(record, field.name, text);
}

template <typename Record>
absl::Status SetList(const Field<Record>& field, ondemand::value value, Record& record) {
  ondemand::array array;
  const simdjson::error_code error = value.get_array().get(array);
  // One text for a list of one.
  if (error == simdjson::INCORRECT_TYPE) return SetOne(field, value, record);
  if (error != simdjson::SUCCESS) return FieldError(field.name, "", "a list of texts");
  for (auto entry : array) {
    ondemand::value one;
    if (entry.get(one) != simdjson::SUCCESS) return FieldError(field.name, "[…", "a list of texts");
    COFILTER_RETURN_IF_ERROR(SetOne(field, one, record));
  }
  return absl::OkStatus();
}

}  // namespace

template <typename Record>
struct JsonReader<Record>::Parser {
  ondemand::parser parser;
  std::vector<char> padded;
  // Fields usually come in the same order on every line: the search begins after the last one
  // found.
  std::size_t next = 0;

  const Field<Record>* Find(std::string_view name) {
    const std::span<const Field<Record>> fields = FieldsOf<Record>();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const std::size_t at = next + i < fields.size() ? next + i : next + i - fields.size();
      if (fields[at].name != name) continue;
      next = at + 1;
      return &fields[at];
    }
    return nullptr;
  }
};

template <typename Record>
JsonReader<Record>::JsonReader() : parser_(std::make_unique<Parser>()) {}
template <typename Record>
JsonReader<Record>::~JsonReader() = default;
template <typename Record>
JsonReader<Record>::JsonReader(JsonReader&&) noexcept = default;
template <typename Record>
JsonReader<Record>& JsonReader<Record>::operator=(JsonReader&&) noexcept = default;

template <typename Record>
absl::Status JsonReader<Record>::Read(std::string_view line, Record& record) {
  ClearRecord(record);
  std::vector<char>& padded = parser_->padded;
  const std::size_t capacity = line.size() + simdjson::SIMDJSON_PADDING;
  if (padded.size() < capacity) padded.resize(capacity);
  if (!line.empty()) std::memcpy(padded.data(), line.data(), line.size());
  std::memset(padded.data() + line.size(), ' ', simdjson::SIMDJSON_PADDING);

  ondemand::document document;
  simdjson::error_code error =
      parser_->parser.iterate(padded.data(), line.size(), capacity).get(document);
  if (error != simdjson::SUCCESS) return NotJson(error, line);
  ondemand::object object;
  error = document.get_object().get(object);
  if (error != simdjson::SUCCESS) return NotJson(error, line);
  parser_->next = 0;
  for (auto field : object) {
    ondemand::field pair;
    error = std::move(field).get(pair);
    if (error != simdjson::SUCCESS) return NotJson(error, line);
    std::string_view name;
    error = pair.unescaped_key().get(name);
    if (error != simdjson::SUCCESS) return NotJson(error, line);
    const Field<Record>* known = parser_->Find(name);
    if (known == nullptr) continue;
    COFILTER_RETURN_IF_ERROR(known->type == FieldType::kTextList
                                 ? SetList(*known, pair.value(), record)
                                 : SetOne(*known, pair.value(), record));
  }
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    return NotJson(simdjson::TRAILING_CONTENT, line);
  }
  return CompleteRecord(record);
}

void AppendJsonText(std::string_view text, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string repaired;
  if (!IsValidUtf8(text)) {
    repaired = ReplaceInvalidUtf8(text);
    text = repaired;
  }
  out += '"';
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, from, i - from);
    from = i + 1;
    out += '\\';
    switch (c) {
      case '"':
      case '\\':
        out += static_cast<char>(c);
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      default:
        out.append({'u', '0', '0', kHex[c >> 4], kHex[c & 15]});
    }
  }
  out.append(text, from, text.size() - from);
  out += '"';
}

template <typename Record>
void AppendJson(const Record& record, std::string& out) {
  thread_local std::string value;
  char before = '{';
  for (const Field<Record>& field : FieldsOf<Record>()) {
    value.clear();
    if (field.type == FieldType::kTextList) {
      if (field.list(record).empty()) continue;
    } else {
      field.append(record, value);
      if (value.empty()) continue;
    }
    out += before;
    before = ',';
    out += '"';
    out += field.name;
    out += "\":";
    if (field.type == FieldType::kTextList) {
      char separator = '[';
      for (const std::string& entry : field.list(record)) {
        out += separator;
        separator = ',';
        AppendJsonText(entry, out);
      }
      out += ']';
    } else if (field.type == FieldType::kText) {
      AppendJsonText(value, out);
    } else {
      out += value;
    }
  }
  if (before == '{') out += '{';
  out += '}';
}

template class JsonReader<Event>;
template class JsonReader<Item>;
template class JsonReader<Member>;
template void AppendJson(const Event&, std::string&);
template void AppendJson(const Item&, std::string&);
template void AppendJson(const Member&, std::string&);

}  // namespace cofilter::data
