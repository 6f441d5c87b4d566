// RFC 4180 fields.
#include "data/csv_line.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace cofilter::data {

absl::Status CsvSplitter::Split(std::string_view line, std::vector<std::string_view>& fields) {
  fields.clear();
  // Views into it must not move while it grows.
  unquoted_.clear();
  if (unquoted_.capacity() < line.size()) unquoted_.reserve(line.size());
  std::size_t at = 0;
  while (true) {
    if (at < line.size() && line[at] == '"') {
      const std::size_t start = unquoted_.size();
      std::size_t from = at + 1;
      while (true) {
        const std::size_t quote = line.find('"', from);
        if (quote == std::string_view::npos) {
          return absl::InvalidArgumentError(absl::StrCat(
              "column ", fields.size() + 1, " opens a quote that does not close on its line"));
        }
        unquoted_.append(line, from, quote - from);
        at = quote + 1;
        if (at == line.size() || line[at] != '"') break;
        unquoted_ += '"';
        from = at + 1;
      }
      if (at < line.size() && line[at] != separator_) {
        return absl::InvalidArgumentError(
            absl::StrCat("column ", fields.size() + 1, " has text after its closing quote"));
      }
      fields.push_back(std::string_view(unquoted_).substr(start));
    } else {
      const std::size_t end = std::min(line.find(separator_, at), line.size());
      fields.push_back(line.substr(at, end - at));
      at = end;
    }
    if (at >= line.size()) return absl::OkStatus();
    ++at;
  }
}

void AppendCsvField(std::string_view field, std::string& out) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += field;
    return;
  }
  out += '"';
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace cofilter::data
