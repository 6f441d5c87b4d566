// Times as RFC 3339 text, without the C library: its parsers are slow and follow the locale.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "runtime/clock.h"

namespace cofilter::runtime {
namespace {

// Writes `value` with exactly `width` digits.
char* PutDigits(char* out, std::int64_t value, int width) {
  for (int i = width - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return out + width;
}

// Reads exactly `width` digits at `at` and moves it. −1 when there are fewer.
int TakeDigits(std::string_view text, std::size_t& at, int width) {
  if (text.size() - at < static_cast<std::size_t>(width)) return -1;
  int value = 0;
  for (int i = 0; i < width; ++i) {
    const char c = text[at + static_cast<std::size_t>(i)];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  at += static_cast<std::size_t>(width);
  return value;
}

bool TakeChar(std::string_view text, std::size_t& at, std::string_view accepted) {
  if (at >= text.size() || accepted.find(text[at]) == std::string_view::npos) return false;
  ++at;
  return true;
}

absl::Status BadTime(std::string_view text) {
  const std::string shown = absl::CHexEscape(std::string(text.substr(0, 40)));
  return absl::InvalidArgumentError(
      absl::StrCat("time \"", shown,
                   "\" is not RFC 3339; right: 2026-11-24T08:00:00Z or "
                   "2026-11-24T16:00:00.5+08:00"));
}

// Minutes east of UTC. False when what is left of the text is no offset.
bool TakeOffset(std::string_view text, std::size_t& at, int& minutes) {
  minutes = 0;
  if (TakeChar(text, at, "Zz")) return true;
  const bool west = at < text.size() && text[at] == '-';
  if (!TakeChar(text, at, "+-")) return false;
  const int hours = TakeDigits(text, at, 2);
  if (hours < 0 || hours > 23 || !TakeChar(text, at, ":")) return false;
  const int rest = TakeDigits(text, at, 2);
  if (rest < 0 || rest > 59) return false;
  minutes = (west ? -1 : 1) * (hours * 60 + rest);
  return true;
}

}  // namespace

std::string FormatTime(Time t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(day);
  const std::int64_t micros = (t - day).count();
  const std::int64_t seconds = micros / 1'000'000;
  const std::int64_t fraction = micros % 1'000'000;
  char buffer[40];
  char* out = buffer;
  const int year = static_cast<int>(date.year());
  if (year < 0) *out++ = '-';
  out = PutDigits(out, year < 0 ? -year : year, year > 9999 || year < -9999 ? 6 : 4);
  *out++ = '-';
  out = PutDigits(out, static_cast<unsigned>(date.month()), 2);
  *out++ = '-';
  out = PutDigits(out, static_cast<unsigned>(date.day()), 2);
  *out++ = 'T';
  out = PutDigits(out, seconds / 3600, 2);
  *out++ = ':';
  out = PutDigits(out, seconds / 60 % 60, 2);
  *out++ = ':';
  out = PutDigits(out, seconds % 60, 2);
  if (fraction != 0) {
    *out++ = '.';
    out = PutDigits(out, fraction, 6);
    while (out[-1] == '0') --out;
  }
  *out++ = 'Z';
  return std::string(buffer, out);
}

absl::StatusOr<Time> ParseTime(std::string_view text) {
  std::size_t at = 0;
  const int year = TakeDigits(text, at, 4);
  if (year < 0 || !TakeChar(text, at, "-")) return BadTime(text);
  const int month = TakeDigits(text, at, 2);
  if (month < 0 || !TakeChar(text, at, "-")) return BadTime(text);
  const int day = TakeDigits(text, at, 2);
  if (day < 0 || !TakeChar(text, at, "Tt ")) return BadTime(text);
  const int hour = TakeDigits(text, at, 2);
  if (hour < 0 || hour > 23 || !TakeChar(text, at, ":")) return BadTime(text);
  const int minute = TakeDigits(text, at, 2);
  if (minute < 0 || minute > 59 || !TakeChar(text, at, ":")) return BadTime(text);
  const int second = TakeDigits(text, at, 2);
  // 60 is a leap second; it becomes the first of the next minute, as POSIX time has it.
  if (second < 0 || second > 60) return BadTime(text);
  std::int64_t fraction = 0;
  if (TakeChar(text, at, ".")) {
    int digits = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits) {
      if (digits < 6) fraction = fraction * 10 + (text[at] - '0');
    }
    if (digits == 0) return BadTime(text);
    for (; digits < 6; ++digits) fraction *= 10;
  }
  int offset = 0;
  if (!TakeOffset(text, at, offset) || at != text.size()) return BadTime(text);
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return BadTime(text);
  return Time(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute - offset) + std::chrono::seconds(second) + Duration(fraction);
}

}  // namespace cofilter::runtime
