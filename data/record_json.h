// Events, items and members as JSON lines: one object a line, fields named as in docs/formats.
#ifndef COFILTER_DATA_RECORD_JSON_H_
#define COFILTER_DATA_RECORD_JSON_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/record_fields.h"

namespace cofilter::data {

// Reads one kind of record: Event, Item or Member. Holds the parser's memory from line to line.
// Unknown fields and nulls are passed over. A number or truth value is accepted for a text field as
// it is written, a text for a number field if it holds one; of a field given twice the last counts,
// lists add up. Thread-safety: one thread at a time.
template <typename Record>
class JsonReader {
 public:
  JsonReader();
  ~JsonReader();
  JsonReader(JsonReader&&) noexcept;
  JsonReader& operator=(JsonReader&&) noexcept;

  // Overwrites `record`, which keeps its memory. Any bytes are safe to pass.
  // Errors: INVALID_ARGUMENT that names the field, the value and what would be right.
  absl::Status Read(std::string_view line, Record& record);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

// For one line now and then.
template <typename Record>
absl::StatusOr<Record> ParseJson(std::string_view line) {
  Record record;
  absl::Status status = JsonReader<Record>().Read(line, record);
  if (!status.ok()) return status;
  return record;
}

// Appends the object, without a line end; fields that are unset are left out.
template <typename Record>
void AppendJson(const Record& record, std::string& out);

// Appends `text` in quotes, escaped. Text that is not valid UTF-8 has its bad bytes replaced by
// U+FFFD.
void AppendJsonText(std::string_view text, std::string& out);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_RECORD_JSON_H_
