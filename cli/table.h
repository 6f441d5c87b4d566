// A table for people: aligned columns, where a Chinese character is two columns wide.
#ifndef COFILTER_CLI_TABLE_H_
#define COFILTER_CLI_TABLE_H_

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace cofilter::cli {

enum class Align { kLeft, kRight };

// Columns on a terminal: 2 for wide East Asian characters, 0 for combining marks, 1 for the rest.
// Control characters count 0: Print leaves them out, so that text from a log cannot steer a
// terminal.
std::size_t DisplayWidth(std::string_view text);

class Table {
 public:
  struct Column {
    std::string title;
    Align align = Align::kLeft;
    std::size_t max_width = 48;  // longer text ends in …
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // cells.size() must be the number of columns.
  void AddRow(std::vector<std::string> cells);
  void Print(std::ostream& out) const;
  bool empty() const { return rows_.empty(); }

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// 0.1234567 → "0.1235"; the product's one way to show a score to people.
std::string FormatScore(double value);

}  // namespace cofilter::cli

#endif  // COFILTER_CLI_TABLE_H_
