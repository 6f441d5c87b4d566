// Reads tables of interactions.
#include "data/table_format.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "data/field_text.h"
#include "data/record_fields.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

absl::StatusOr<std::size_t> FindColumn(const std::vector<std::string_view>& names,
                                       std::string_view name, std::string_view header) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    return FieldError("column", name, absl::StrCat("one of ", std::string(header)));
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

absl::StatusOr<TableReader> TableReader::Create(std::string_view header,
                                                const TableFormatOptions& options) {
  TableReader reader(header.find('\t') != std::string_view::npos ? '\t' : ',');
  std::vector<std::string_view> names;
  COFILTER_RETURN_IF_ERROR(reader.splitter_.Split(header, names));
  reader.columns_ = names.size();
  COFILTER_ASSIGN_OR_RETURN(reader.member_, FindColumn(names, options.member_column, header));
  COFILTER_ASSIGN_OR_RETURN(reader.item_, FindColumn(names, options.item_column, header));
  if (!options.time_column.empty()) {
    COFILTER_ASSIGN_OR_RETURN(reader.time_, FindColumn(names, options.time_column, header));
  }
  return reader;
}

absl::Status TableReader::Read(std::string_view line, TableRow& row) {
  COFILTER_RETURN_IF_ERROR(splitter_.Split(line, values_));
  if (values_.size() != columns_) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the line has ", values_.size(), " columns; right: ", columns_, ", as the header has"));
  }
  row.member = values_[member_];
  row.item = values_[item_];
  COFILTER_RETURN_IF_ERROR(ValidateId("member_id", row.member));
  COFILTER_RETURN_IF_ERROR(ValidateId("item_id", row.item));
  row.at.reset();
  if (time_.has_value()) {
    COFILTER_ASSIGN_OR_RETURN(row.at, ParseTimeField("occurred_at", values_[*time_]));
  }
  return absl::OkStatus();
}

void MakeTableEvent(const TableRow& row, std::uint64_t number, const TableFormatOptions& options,
                    Event& event) {
  ClearRecord(event);
  event.member_id.assign(row.member);
  event.item_id.assign(row.item);
  event.verb = options.verb;
  event.occurred_at = row.at.value_or(options.base);
  if (!row.at.has_value() && options.order_is_sequence) {
    event.occurred_at += std::chrono::seconds(number);
  }
  event.event_id = DeriveEventId(event);
}

}  // namespace cofilter::data
