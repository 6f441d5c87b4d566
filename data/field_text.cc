// Number, truth and time fields by <charconv>: exact, fast, without a locale.
#include "data/field_text.h"

#include <charconv>
#include <cmath>

#include "data/field_checks.h"

namespace cofilter::data {
namespace {

constexpr std::int64_t kMicros = 1'000'000;
// 0001-01-01 and 9999-12-31T23:59:59.
constexpr std::int64_t kFirstSecond = -62'135'596'800;
constexpr std::int64_t kLastSecond = 253'402'300'799;
constexpr std::string_view kTimeRight =
    "RFC 3339 such as 2026-11-24T08:00:00Z, or seconds since 1970 (not milliseconds)";

template <typename Number>
bool ParseAll(std::string_view text, Number& value) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

template <typename Number>
void AppendShortest(std::string& out, Number value) {
  char buffer[40];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  if (error == std::errc()) out.append(buffer, end);
}

}  // namespace

absl::StatusOr<double> ParseNumberField(std::string_view field, std::string_view text) {
  double value = 0;
  if (!ParseAll(text, value) || !std::isfinite(value)) return FieldError(field, text, "a number");
  return value;
}

absl::StatusOr<std::int64_t> ParseIntegerField(std::string_view field, std::string_view text) {
  std::int64_t value = 0;
  if (!ParseAll(text, value)) return FieldError(field, text, "a whole number");
  return value;
}

absl::StatusOr<bool> ParseBoolField(std::string_view field, std::string_view text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return FieldError(field, text, "true or false");
}

absl::StatusOr<runtime::Time> ParseTimeField(std::string_view field, std::string_view text) {
  std::int64_t seconds = 0;
  if (ParseAll(text, seconds)) {
    if (seconds < kFirstSecond || seconds > kLastSecond) return FieldError(field, text, kTimeRight);
    return runtime::Time(runtime::Duration(seconds * kMicros));
  }
  double fractional = 0;
  if (ParseAll(text, fractional)) {
    if (!(fractional >= kFirstSecond && fractional <= kLastSecond)) {
      return FieldError(field, text, kTimeRight);
    }
    return runtime::Time(runtime::Duration(std::llround(fractional * kMicros)));
  }
  absl::StatusOr<runtime::Time> time = runtime::ParseTime(text);
  // An offset can carry a time out of the years that four digits can write back.
  if (!time.ok() || *time < runtime::Time(std::chrono::seconds(kFirstSecond)) ||
      *time >= runtime::Time(std::chrono::seconds(kLastSecond + 1))) {
    return FieldError(field, text, kTimeRight);
  }
  return time;
}

void AppendNumber(std::string& out, double value) { AppendShortest(out, value); }
void AppendNumber(std::string& out, float value) { AppendShortest(out, value); }
void AppendNumber(std::string& out, std::int64_t value) { AppendShortest(out, value); }

}  // namespace cofilter::data
