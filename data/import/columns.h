// The columns of a table by name, whatever case and underscores its header uses.
#ifndef COFILTER_DATA_IMPORT_COLUMNS_H_
#define COFILTER_DATA_IMPORT_COLUMNS_H_

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "data/csv_line.h"

namespace cofilter::data {

// "USER_ID", "UserId" and "user_id" are one name: "userid".
std::string PlainName(std::string_view name);

// Thread-safety: one thread at a time.
class Columns {
 public:
  explicit Columns(char separator = ',') : splitter_(separator) {}

  // Errors: INVALID_ARGUMENT for a header that cannot be split.
  absl::Status ReadHeader(std::string_view header);
  bool has_header() const { return !names_.empty(); }
  void Forget() { names_.clear(); }

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  // The first column of one of these plain names.
  std::size_t Find(std::initializer_list<std::string_view> plain_names) const;
  const std::vector<std::string>& names() const { return names_; }  // plain

  // Errors: INVALID_ARGUMENT for quotes that do not close and a wrong number of columns.
  absl::Status ReadLine(std::string_view line);
  // Of the last line; empty for kNone. Valid until the next ReadLine.
  std::string_view Value(std::size_t column) const {
    return column == kNone ? std::string_view() : values_[column];
  }

 private:
  CsvSplitter splitter_;
  std::vector<std::string> names_;
  std::vector<std::string_view> values_;
};

// Calls take(entry) for each entry that is not empty.
template <typename Take>
void ForEachEntry(std::string_view list, char separator, Take take) {
  while (!list.empty()) {
    const std::size_t end = list.find(separator);
    if (const std::string_view entry = list.substr(0, end); !entry.empty()) take(entry);
    if (end == std::string_view::npos) return;
    list.remove_prefix(end + 1);
  }
}

}  // namespace cofilter::data

#endif  // COFILTER_DATA_IMPORT_COLUMNS_H_
