// Reads a mapping file with toml11, which throws and is caught here.
#include "data/import/mapping.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <sstream>
#include <utility>

#include <toml.hpp>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "data/field_text.h"
#include "data/record_fields.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

using Table = toml::value;

absl::Status Unknown(std::string_view where, const Table& table,
                     std::span<const std::string_view> known) {
  for (const auto& [key, value] : table.as_table()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string names;
    for (const std::string_view name : known)
      absl::StrAppend(&names, names.empty() ? "" : ", ", std::string(name));
    return FieldError(absl::StrCat(std::string(where), "key"), key, names);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> TextOf(std::string_view key, const Table& table) {
  const std::string name(key);
  if (!table.contains(name)) return std::string();
  const Table& value = table.at(name);
  if (value.is_string()) return value.as_string().str;
  if (value.is_boolean()) return std::string(value.as_boolean() ? "true" : "false");
  if (value.is_integer()) return absl::StrCat(value.as_integer());
  return FieldError(key, "", "a text");
}

absl::StatusOr<char> SeparatorOf(const Table& table, char otherwise) {
  COFILTER_ASSIGN_OR_RETURN(const std::string text, TextOf("separator", table));
  if (text.empty()) return otherwise;
  if (text.size() != 1 || text == "\"" || text == "\n")
    return FieldError("separator", text, "one character");
  return text.front();
}

// "+08:00"
absl::StatusOr<int> OffsetOf(const Table& table) {
  COFILTER_ASSIGN_OR_RETURN(const std::string text, TextOf("offset", table));
  if (text.empty() || text == "Z") return 0;
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  const bool shape = text.size() == 6 && (text[0] == '+' || text[0] == '-') && digit(1) &&
                     digit(2) && text[3] == ':' && digit(4) && digit(5);
  if (!shape) return FieldError("offset", text, "such as +08:00");
  const int hours = (text[1] - '0') * 10 + text[2] - '0';
  const int minutes = (text[4] - '0') * 10 + text[5] - '0';
  if (hours > 14 || minutes > 59) return FieldError("offset", text, "such as +08:00");
  return (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

template <typename Record>
bool HasField(std::string_view name) {
  const auto fields = FieldsOf<Record>();
  return std::any_of(fields.begin(), fields.end(),
                     [&](const Field<Record>& field) { return field.name == name; });
}

bool IsFieldOf(RecordKind kind, std::string_view name) {
  switch (kind) {
    case RecordKind::kItems:
      return HasField<Item>(name);
    case RecordKind::kMembers:
      return HasField<Member>(name);
    default:
      return HasField<Event>(name);
  }
}

absl::StatusOr<MappedField> FieldOf(const std::string& name, const Table& value) {
  MappedField field;
  field.field = name;
  if (value.is_string()) {
    field.column = value.as_string().str;
    return field;
  }
  if (!value.is_table()) return FieldError(name, "", "a column's name, or { column = … }");
  static constexpr std::array<std::string_view, 8> kKeys = {
      "column", "value", "prefix", "values", "scale", "separator", "time", "offset"};
  COFILTER_RETURN_IF_ERROR(Unknown(absl::StrCat(name, "."), value, kKeys));
  COFILTER_ASSIGN_OR_RETURN(field.column, TextOf("column", value));
  COFILTER_ASSIGN_OR_RETURN(field.value, TextOf("value", value));
  COFILTER_ASSIGN_OR_RETURN(field.prefix, TextOf("prefix", value));
  COFILTER_ASSIGN_OR_RETURN(field.time, TextOf("time", value));
  COFILTER_ASSIGN_OR_RETURN(field.separator, SeparatorOf(value, '|'));
  COFILTER_ASSIGN_OR_RETURN(field.offset_seconds, OffsetOf(value));
  if (field.column.empty() && field.value.empty())
    return FieldError(name, "", "a column or a value");
  if (value.contains("scale")) {
    const Table& scale = value.at("scale");
    if (!scale.is_floating() && !scale.is_integer())
      return FieldError(absl::StrCat(name, ".scale"), "", "a number");
    field.scale =
        scale.is_floating() ? scale.as_floating() : static_cast<double>(scale.as_integer());
  }
  if (!value.contains("values")) return field;
  const Table& values = value.at("values");
  if (!values.is_table()) return FieldError(absl::StrCat(name, ".values"), "", "theirs = ours");
  for (const auto& [theirs, ours] : values.as_table()) {
    if (!ours.is_string()) return FieldError(absl::StrCat(name, ".values"), theirs, "a text");
    field.values.emplace(theirs, ours.as_string().str);
  }
  return field;
}

absl::StatusOr<Mapping> MappingOf(const Table& root) {
  static constexpr std::array<std::string_view, 4> kKeys = {"records", "format", "separator",
                                                            "fields"};
  COFILTER_RETURN_IF_ERROR(Unknown("", root, kKeys));
  Mapping mapping;
  COFILTER_ASSIGN_OR_RETURN(const std::string records, TextOf("records", root));
  static constexpr std::array<std::pair<std::string_view, RecordKind>, 3> kKinds = {
      {{"events", RecordKind::kEvents},
       {"items", RecordKind::kItems},
       {"members", RecordKind::kMembers}}};
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(),
                                 [&](const auto& known) { return known.first == records; });
  if (kind == kKinds.end()) return FieldError("records", records, "events, items or members");
  mapping.records = kind->second;
  COFILTER_ASSIGN_OR_RETURN(const std::string format, TextOf("format", root));
  if (format != "csv" && format != "json") return FieldError("format", format, "csv or json");
  mapping.json = format == "json";
  COFILTER_ASSIGN_OR_RETURN(mapping.separator, SeparatorOf(root, ','));
  if (!root.contains("fields") || !root.at("fields").is_table())
    return FieldError("fields", "", "a table of our fields and their columns");
  for (const auto& [name, value] : root.at("fields").as_table()) {
    if (!IsFieldOf(mapping.records, name))
      return FieldError("fields", name, absl::StrCat("a field of ", records));
    COFILTER_ASSIGN_OR_RETURN(MappedField field, FieldOf(name, value));
    mapping.fields.push_back(std::move(field));
  }
  if (mapping.fields.empty()) return FieldError("fields", "", "one field or more");
  // The table has no order of its own.
  std::sort(mapping.fields.begin(), mapping.fields.end(),
            [](const MappedField& a, const MappedField& b) { return a.field < b.field; });
  return mapping;
}

// A time as a pattern of strptime says, in the field's zone.
absl::StatusOr<std::string> PatternTime(const MappedField& field, std::string_view text) {
  tm parts{};
  parts.tm_mday = 1;
  const std::string copy(text);
  const char* const rest = strptime(copy.c_str(), field.time.c_str(), &parts);
  if (rest == nullptr || *rest != '\0' || copy.size() != text.size())
    return FieldError(field.field, text, absl::StrCat("a time such as ", field.time));
  const std::chrono::year_month_day date{
      std::chrono::year(parts.tm_year + 1900),
      std::chrono::month(static_cast<unsigned>(parts.tm_mon + 1)),
      std::chrono::day(static_cast<unsigned>(parts.tm_mday))};
  if (!date.ok()) return FieldError(field.field, text, "a day that the calendar has");
  const auto at = std::chrono::sys_days(date) + std::chrono::hours(parts.tm_hour) +
                  std::chrono::minutes(parts.tm_min) + std::chrono::seconds(parts.tm_sec) -
                  std::chrono::seconds(field.offset_seconds);
  return runtime::FormatTime(runtime::Time(at));
}

}  // namespace

absl::StatusOr<std::string> MappedTimeText(const MappedField& field, std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 3> kUnits = {
      {{"unix_seconds", 1'000'000}, {"unix_milliseconds", 1'000}, {"unix_microseconds", 1}}};
  if (field.time.empty() || field.time == "rfc3339") return std::string(text);
  for (const auto& [unit, micros] : kUnits) {
    if (field.time != unit) continue;
    COFILTER_ASSIGN_OR_RETURN(const double number, ParseNumberField(field.field, text));
    const double scaled = number * static_cast<double>(micros);
    // Years 1 to 9999.
    if (!(scaled > -6.2e16 && scaled < 2.534e17))
      return FieldError(field.field, text, absl::StrCat("a number of ", std::string(unit)));
    return runtime::FormatTime(runtime::Time(runtime::Duration(static_cast<std::int64_t>(scaled))));
  }
  return PatternTime(field, text);
}

absl::StatusOr<Mapping> Mapping::Parse(const std::string& text) {
  try {
    std::istringstream stream(text);
    const absl::StatusOr<Mapping> mapping = MappingOf(toml::parse(stream, "mapping"));
    if (mapping.ok()) return mapping;
    return absl::InvalidArgumentError(absl::StrCat("mapping: ", mapping.status().message()));
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("mapping: ", error.what()));
  }
}

}  // namespace cofilter::data
