// The checks that events, items and members share, and how a bad value is shown in a message.
#ifndef COFILTER_DATA_FIELD_CHECKS_H_
#define COFILTER_DATA_FIELD_CHECKS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace cofilter::data {

inline constexpr std::size_t kMaxIdBytes = 256;
// Titles, summaries, labels: long enough for any real one, short enough that a row stays small.
inline constexpr std::size_t kMaxTextBytes = 16384;
inline constexpr std::size_t kMaxListEntries = 1000;

// In quotes, at most 60 bytes, control characters and broken UTF-8 escaped.
std::string ShowValue(std::string_view value);

// `<field> <value> is wrong; right: <right>`. Code INVALID_ARGUMENT.
absl::Status FieldError(std::string_view field, std::string_view value, std::string_view right);

// At most max_bytes of valid UTF-8 without control characters; empty is fine.
absl::Status ValidateText(std::string_view field, std::string_view text, std::size_t max_bytes);

// "/" or "/a/b": starts with a slash, no empty part, does not end with one. Empty is fine: unknown.
absl::Status ValidateOrgUnit(std::string_view field, std::string_view path);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_FIELD_CHECKS_H_
