// Typed reads from a TOML table.
#include "service/config/config_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iomanip>
#include <numeric>
#include <sstream>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace cofilter::service {
namespace {

std::string Shown(const toml::value& value) {
  constexpr std::size_t kMost = 60;
  if (value.is_table()) return "a table";
  std::ostringstream text;
  text << std::setw(1000) << value;  // a list on one line
  std::string shown = text.str();
  if (shown.size() > kMost) shown = shown.substr(0, kMost) + "…";
  return shown;
}

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

constexpr char kPlace[] = "cofilter.config.place";  // of the payload "LINE KEY"

absl::Status ErrorAt(std::string_view origin, const toml::value& at, std::string_view key,
                     std::string_view what) {
  const auto line = at.location().line();
  absl::Status error = absl::InvalidArgumentError(
      absl::StrCat(std::string(origin), ":", line, ": ", std::string(what)));
  error.SetPayload(kPlace, absl::Cord(absl::StrCat(line, " ", std::string(key))));
  return error;
}

}  // namespace

absl::Status ConfigError(std::string_view origin, const toml::value& at, std::string_view key,
                         std::string_view right) {
  return ErrorAt(
      origin, at, key,
      absl::StrCat(std::string(key), ": ", Shown(at), " is wrong; right: ", std::string(right)));
}

ErrorPlace PlaceOf(const absl::Status& error) {
  const auto payload = error.GetPayload(kPlace);
  if (!payload.has_value()) return {};
  const std::string text(*payload);
  const std::size_t space = text.find(' ');
  return {.key = text.substr(space + 1), .line = std::stoll(text.substr(0, space))};
}

std::string_view NearestKey(std::string_view key, std::span<const std::string_view> known) {
  std::string_view nearest;
  std::size_t best = std::max<std::size_t>(2, key.size() / 2) + 1;
  for (const std::string_view candidate : known) {
    const std::size_t distance = EditDistance(key, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string TableReader::Path(std::string_view key) const {
  return name_.empty() ? std::string(key) : absl::StrCat(name_, ".", std::string(key));
}

const toml::value* TableReader::Find(std::string_view key) const {
  const auto found = table_.find(std::string(key));
  return found == table_.end() ? nullptr : &found->second;
}

absl::Status TableReader::Error(std::string_view key, std::string_view right) const {
  return ConfigError(origin_, *Find(key), Path(key), right);
}

absl::Status TableReader::CheckKeys(std::span<const std::string_view> known) const {
  // The first in the file, not in the table's own order.
  const std::string* unknown = nullptr;
  const toml::value* value = nullptr;
  for (const auto& [key, candidate] : table_) {
    if (std::find(known.begin(), known.end(), std::string_view(key)) != known.end()) continue;
    if (value != nullptr && value->location().line() <= candidate.location().line()) continue;
    unknown = &key;
    value = &candidate;
  }
  if (unknown == nullptr) return absl::OkStatus();
  const std::string_view nearest = NearestKey(*unknown, known);
  std::string right;
  if (!nearest.empty()) {
    right = absl::StrCat("did you mean ", Path(nearest), "?");
  } else {
    for (const std::string_view key : known) {
      absl::StrAppend(&right, right.empty() ? "right: " : ", ", std::string(key));
    }
  }
  return ErrorAt(
      origin_, *value, Path(*unknown),
      absl::StrCat("there is no key ", Path(*unknown), " (value ", Shown(*value), "); ", right));
}

absl::Status TableReader::ReadText(std::string_view key, std::string& out) const {
  const toml::value* value = Find(key);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_string() || value->as_string().str.empty()) {
    return Error(key, "text in quotes, not empty");
  }
  out = value->as_string().str;
  return absl::OkStatus();
}

absl::Status TableReader::ReadNumber(std::string_view key, double low, double high,
                                     double& out) const {
  const toml::value* value = Find(key);
  if (value == nullptr) return absl::OkStatus();
  double number = NAN;
  if (value->is_floating()) number = value->as_floating();
  if (value->is_integer()) number = static_cast<double>(value->as_integer());
  if (!(number >= low && number <= high))
    return Error(key, absl::StrCat("a number from ", low, " to ", high));
  out = number;
  return absl::OkStatus();
}

absl::Status TableReader::ReadCount(std::string_view key, std::uint32_t low, std::uint32_t high,
                                    std::uint32_t& out) const {
  const toml::value* value = Find(key);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_integer() || value->as_integer() < std::int64_t{low} ||
      value->as_integer() > std::int64_t{high}) {
    return Error(key, absl::StrCat("a whole number from ", low, " to ", high));
  }
  out = static_cast<std::uint32_t>(value->as_integer());
  return absl::OkStatus();
}

absl::Status TableReader::ReadHours(std::string_view key, double& out) const {
  constexpr std::string_view kRight =
      "a time as text, more than 0, at most 3650d: \"90m\", \"36h\", \"2d\"";
  const toml::value* value = Find(key);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_string()) return Error(key, kRight);
  const std::string& text = value->as_string().str;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end + 1 != text.data() + text.size()) return Error(key, kRight);
  const double unit = *end == 'm' ? 1.0 / 60 : *end == 'h' ? 1.0 : *end == 'd' ? 24.0 : 0.0;
  const double hours = number * unit;
  // A thousandth of a second is as short as a half-life can mean anything.
  if (!(hours > 1e-3 / 3600 && hours <= 3650 * 24)) return Error(key, kRight);
  out = hours;
  return absl::OkStatus();
}

absl::Status TableReader::ReadFlag(std::string_view key, bool& out) const {
  const toml::value* value = Find(key);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_boolean()) return Error(key, "true or false");
  out = value->as_boolean();
  return absl::OkStatus();
}

absl::Status TableReader::ReadTexts(std::string_view key, std::vector<std::string>& out) const {
  constexpr std::string_view kRight = "a list of texts in quotes";
  const toml::value* value = Find(key);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_array()) return Error(key, kRight);
  std::vector<std::string> texts;
  for (const toml::value& entry : value->as_array()) {
    if (!entry.is_string()) return Error(key, kRight);
    texts.push_back(entry.as_string().str);
  }
  out = std::move(texts);
  return absl::OkStatus();
}

}  // namespace cofilter::service
