// Events, items and members as CSV: the header row names the columns, in any order.
#ifndef COFILTER_DATA_RECORD_CSV_H_
#define COFILTER_DATA_RECORD_CSV_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/csv_line.h"
#include "data/record_fields.h"

namespace cofilter::data {

// Entries of a list stand in one field with this between them.
inline constexpr char kListSeparator = '|';

// Reads one kind of record: Event, Item or Member. An empty field is unset.
// Thread-safety: one thread at a time.
template <typename Record>
class CsvReader {
 public:
  // Errors: INVALID_ARGUMENT for a column that is unknown or named twice; names it.
  static absl::StatusOr<CsvReader> Create(std::string_view header);

  // Overwrites `record`, which keeps its memory. Any bytes are safe to pass.
  // Errors: INVALID_ARGUMENT that names the field, the value and what would be right.
  absl::Status Read(std::string_view line, Record& record);

 private:
  CsvReader() = default;
  CsvSplitter splitter_;
  std::vector<const Field<Record>*> columns_;
  std::vector<std::string_view> values_;
};

// Appends the names of all fields, without a line end.
template <typename Record>
void AppendCsvHeader(std::string& out);
// Appends the fields, in the order of the header, without a line end.
// Errors: INVALID_ARGUMENT when an entry of a list contains the list separator; nothing is
// appended.
template <typename Record>
absl::Status AppendCsv(const Record& record, std::string& out);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_RECORD_CSV_H_
