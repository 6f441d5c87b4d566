// How the field tables read and write struct members: one function template a kind of member.
#ifndef COFILTER_DATA_FIELD_ACCESS_H_
#define COFILTER_DATA_FIELD_ACCESS_H_

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "data/field_text.h"
#include "data/record_fields.h"
#include "runtime/status_macros.h"

namespace cofilter::data::field_access {

template <typename Value>
absl::Status SetValue(std::string& target, std::string_view, std::string_view text)
  requires std::is_same_v<Value, std::string>
{
  target.assign(text);
  return absl::OkStatus();
}

template <typename Value, typename Target>
absl::Status SetValue(Target& target, std::string_view name, std::string_view text)
  requires(!std::is_same_v<Value, std::string>)
{
  if constexpr (std::is_same_v<Value, runtime::Time>) {
    COFILTER_ASSIGN_OR_RETURN(target, ParseTimeField(name, text));
  } else if constexpr (std::is_same_v<Value, bool>) {
    COFILTER_ASSIGN_OR_RETURN(target, ParseBoolField(name, text));
  } else if constexpr (std::is_same_v<Value, float>) {
    COFILTER_ASSIGN_OR_RETURN(const double value, ParseNumberField(name, text));
    target = static_cast<float>(value);
  } else {
    static_assert(std::is_same_v<Value, double>);
    COFILTER_ASSIGN_OR_RETURN(target, ParseNumberField(name, text));
  }
  return absl::OkStatus();
}

inline void AppendValue(const std::string& value, std::string& out) { out += value; }
inline void AppendValue(runtime::Time value, std::string& out) {
  out += runtime::FormatTime(value);
}
inline void AppendValue(bool value, std::string& out) { out += value ? "true" : "false"; }
inline void AppendValue(double value, std::string& out) { AppendNumber(out, value); }
inline void AppendValue(float value, std::string& out) { AppendNumber(out, value); }

template <typename T>
struct Unwrapped {
  using type = T;
};
template <typename T>
struct Unwrapped<std::optional<T>> {
  using type = T;
};

template <auto kMember>
struct MemberType;
template <typename Record, typename Value, Value Record::*kMember>
struct MemberType<kMember> {
  using record = Record;
  using stored = Value;
  using value = typename Unwrapped<Value>::type;
};

// A field that is the struct's member kMember: text, number, bool, time, or an optional of these.
template <auto kMember>
constexpr auto Plain(std::string_view name) {
  using Type = MemberType<kMember>;
  using Record = typename Type::record;
  using Value = typename Type::value;
  constexpr FieldType kType = std::is_same_v<Value, bool>       ? FieldType::kBool
                              : std::is_floating_point_v<Value> ? FieldType::kNumber
                                                                : FieldType::kText;
  return Field<Record>{name, kType,
                       [](Record& record, std::string_view field, std::string_view text) {
                         return SetValue<Value>(record.*kMember, field, text);
                       },
                       [](const Record& record, std::string& out) {
                         if constexpr (std::is_same_v<typename Type::stored, Value>) {
                           if (record.*kMember != Value{}) AppendValue(record.*kMember, out);
                         } else {
                           if ((record.*kMember).has_value()) AppendValue(*(record.*kMember), out);
                         }
                       },
                       nullptr};
}

// A field that is a list of texts.
template <auto kMember>
constexpr auto List(std::string_view name) {
  using Record = typename MemberType<kMember>::record;
  return Field<Record>{
      name, FieldType::kTextList,
      [](Record& record, std::string_view, std::string_view text) {
        (record.*kMember).emplace_back(text);
        return absl::OkStatus();
      },
      nullptr,
      [](const Record& record) -> const std::vector<std::string>& { return record.*kMember; }};
}

}  // namespace cofilter::data::field_access

#endif  // COFILTER_DATA_FIELD_ACCESS_H_
