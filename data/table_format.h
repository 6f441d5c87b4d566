// Tables of interactions with a header row, as public data sets come: a column of members, one of
// items, perhaps one of times.
#ifndef COFILTER_DATA_TABLE_FORMAT_H_
#define COFILTER_DATA_TABLE_FORMAT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/csv_line.h"
#include "data/event.h"
#include "data/list_format.h"
#include "runtime/clock.h"

namespace cofilter::data {

struct TableFormatOptions {
  std::string member_column = "member_id";
  std::string item_column = "item_id";
  // Empty: no times. The values are RFC 3339 or seconds since 1970.
  std::string time_column = "occurred_at";
  // Without a time column: whether the order of the rows means oldest first.
  bool order_is_sequence = false;
  Verb verb = Verb::kComplete;
  // occurred_at where there is no time column, plus a second per row when the order is a sequence.
  runtime::Time base = kSyntheticBase;
};

struct TableRow {
  std::string_view member;
  std::string_view item;
  std::optional<runtime::Time> at;
};

// Thread-safety: one thread at a time.
class TableReader {
 public:
  // A tab in the header makes the table tab-separated, else commas separate.
  // Errors: INVALID_ARGUMENT naming a column that is missing.
  static absl::StatusOr<TableReader> Create(std::string_view header,
                                            const TableFormatOptions& options);

  // Errors: INVALID_ARGUMENT. The views are valid until the next call.
  absl::Status Read(std::string_view line, TableRow& row);

 private:
  explicit TableReader(char separator) : splitter_(separator) {}
  CsvSplitter splitter_;
  std::vector<std::string_view> values_;
  std::size_t columns_ = 0;
  std::size_t member_ = 0;
  std::size_t item_ = 0;
  std::optional<std::size_t> time_;
};

// The event of a row; its id is derived. `number` counts the rows, for synthetic times.
void MakeTableEvent(const TableRow& row, std::uint64_t number, const TableFormatOptions& options,
                    Event& event);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_TABLE_FORMAT_H_
