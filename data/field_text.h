// Values of fields as text, the same in JSON and CSV: numbers, truth values, times, and back.
#ifndef COFILTER_DATA_FIELD_TEXT_H_
#define COFILTER_DATA_FIELD_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "runtime/clock.h"

namespace cofilter::data {

// Errors of all: INVALID_ARGUMENT that names the field, the value and what would be right.
absl::StatusOr<double> ParseNumberField(std::string_view field, std::string_view text);
absl::StatusOr<std::int64_t> ParseIntegerField(std::string_view field, std::string_view text);
// true or false, also 1 or 0.
absl::StatusOr<bool> ParseBoolField(std::string_view field, std::string_view text);
// RFC 3339 with any offset, or seconds since 1970-01-01 UTC, with a fraction or without; years 1 to
// 9999.
absl::StatusOr<runtime::Time> ParseTimeField(std::string_view field, std::string_view text);

// The shortest text that reads back as the same number.
void AppendNumber(std::string& out, double value);
void AppendNumber(std::string& out, float value);
void AppendNumber(std::string& out, std::int64_t value);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_FIELD_TEXT_H_
