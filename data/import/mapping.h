// A mapping file: which columns of a CSV or members of JSON lines are which of our fields.
#ifndef COFILTER_DATA_IMPORT_MAPPING_H_
#define COFILTER_DATA_IMPORT_MAPPING_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/import/record_reader.h"

namespace cofilter::data {

// Where one field comes from.
struct MappedField {
  std::string field;   // ours: "occurred_at"
  std::string column;  // a CSV column, or a path of JSON names with dots between; empty: `value`
  std::string value;   // the same for every line; with a column: where that is empty
  std::string prefix;  // put before an id, so that two systems' ids stay apart
  std::map<std::string, std::string, std::less<>> values;  // theirs → ours
  double scale = 1;      // of numbers: 0.01 makes a share of a percentage
  char separator = '|';  // of lists within a CSV column
  // rfc3339 (default; also seconds since 1970), unix_seconds, unix_milliseconds,
  // unix_microseconds, or a pattern such as "%Y-%m-%d %H:%M:%S"
  std::string time;
  int offset_seconds = 0;  // of the time zone, for patterns
};

struct Mapping {
  RecordKind records = RecordKind::kEvents;
  bool json = false;
  char separator = ',';  // of CSV columns
  std::vector<MappedField> fields;

  // Of the text of a TOML file. Errors: INVALID_ARGUMENT naming the key, the value and what would
  // be right.
  static absl::StatusOr<Mapping> Parse(const std::string& text);
};

// Applies the time format of a field. Errors: INVALID_ARGUMENT naming the field.
absl::StatusOr<std::string> MappedTimeText(const MappedField& field, std::string_view text);

// A draft for files that begin with these lines: columns whose names or values tell what they are,
// and the others as comments. Errors: INVALID_ARGUMENT when the lines are neither CSV nor JSON.
absl::StatusOr<std::string> DraftMapping(const std::vector<std::string>& lines);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_IMPORT_MAPPING_H_
