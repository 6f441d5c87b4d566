// Header and lines by one splitter.
#include "data/import/columns.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::data {

std::string PlainName(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c == '_' || c == ' ' || c == '-') continue;
    plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return plain;
}

absl::Status Columns::ReadHeader(std::string_view header) {
  COFILTER_RETURN_IF_ERROR(splitter_.Split(header, values_));
  names_.clear();
  for (const std::string_view name : values_) names_.push_back(PlainName(name));
  return absl::OkStatus();
}

std::size_t Columns::Find(std::initializer_list<std::string_view> plain_names) const {
  for (const std::string_view name : plain_names) {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found != names_.end()) return static_cast<std::size_t>(found - names_.begin());
  }
  return kNone;
}

absl::Status Columns::ReadLine(std::string_view line) {
  COFILTER_RETURN_IF_ERROR(splitter_.Split(line, values_));
  if (values_.size() == names_.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the line has ", values_.size(), " columns; right: ", names_.size(), ", as the header has"));
}

}  // namespace cofilter::data
