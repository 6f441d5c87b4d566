// One line of comma- or tab-separated text, cut into fields.
#ifndef COFILTER_DATA_CSV_LINE_H_
#define COFILTER_DATA_CSV_LINE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace cofilter::data {

// RFC 4180 quoting, with one difference: a field cannot contain a line end (no field of ours may),
// so that a quote that is never closed costs one line and not the rest of the file. A quote inside
// a field that does not begin with one stands for itself.
class CsvSplitter {
 public:
  explicit CsvSplitter(char separator = ',') : separator_(separator) {}

  // `fields` point into `line` or into the splitter and are valid until the next call.
  // Errors: INVALID_ARGUMENT for an unclosed quote or text after a closing one; names the column.
  absl::Status Split(std::string_view line, std::vector<std::string_view>& fields);

 private:
  char separator_;
  std::string unquoted_;
};

// Appends the field, quoted where it must be.
void AppendCsvField(std::string_view field, std::string& out);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_CSV_LINE_H_
