// CSV by the field tables.
#include "data/record_csv.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

template <typename Record>
std::string FieldNames() {
  std::string names;
  for (const Field<Record>& field : FieldsOf<Record>()) {
    if (!names.empty()) names += ", ";
    names += field.name;
  }
  return names;
}

template <typename Record>
absl::Status SetList(const Field<Record>& field, std::string_view text, Record& record) {
  while (true) {
    const std::size_t end = std::min(text.find(kListSeparator), text.size());
    if (end > 0) COFILTER_RETURN_IF_ERROR(field.set(record, field.name, text.substr(0, end)));
    if (end == text.size()) return absl::OkStatus();
    text.remove_prefix(end + 1);
  }
}

}  // namespace

template <typename Record>
absl::StatusOr<CsvReader<Record>> CsvReader<Record>::Create(std::string_view header) {
  CsvReader reader;
  COFILTER_RETURN_IF_ERROR(reader.splitter_.Split(header, reader.values_));
  for (const std::string_view name : reader.values_) {
    const std::span<const Field<Record>> fields = FieldsOf<Record>();
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field<Record>& f) { return f.name == name; });
    if (field == fields.end()) return FieldError("column", name, FieldNames<Record>());
    if (std::find(reader.columns_.begin(), reader.columns_.end(), &*field) !=
        reader.columns_.end()) {
      return FieldError("column", name, "each column once");
    }
    reader.columns_.push_back(&*field);
  }
  return reader;
}

template <typename Record>
absl::Status CsvReader<Record>::Read(std::string_view line, Record& record) {
  ClearRecord(record);
  COFILTER_RETURN_IF_ERROR(splitter_.Split(line, values_));
  if (values_.size() != columns_.size()) {
    return absl::InvalidArgumentError(absl::StrCat("the line has ", values_.size(),
                                                   " columns; right: ", columns_.size(),
                                                   ", as the header has"));
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (values_[i].empty()) continue;
    COFILTER_RETURN_IF_ERROR(columns_[i]->type == FieldType::kTextList
                                 ? SetList(*columns_[i], values_[i], record)
                                 : columns_[i]->set(record, columns_[i]->name, values_[i]));
  }
  return CompleteRecord(record);
}

template <typename Record>
void AppendCsvHeader(std::string& out) {
  const char* separator = "";
  for (const Field<Record>& field : FieldsOf<Record>()) {
    out += separator;
    separator = ",";
    out += field.name;
  }
}

template <typename Record>
absl::Status AppendCsv(const Record& record, std::string& out) {
  const std::size_t before = out.size();
  std::string value;
  bool first = true;
  for (const Field<Record>& field : FieldsOf<Record>()) {
    value.clear();
    if (field.type == FieldType::kTextList) {
      for (const std::string& entry : field.list(record)) {
        if (entry.find(kListSeparator) != std::string::npos) {
          out.resize(before);
          return FieldError(field.name, entry, "no | in an entry, which separates entries in CSV");
        }
        if (!value.empty()) value += kListSeparator;
        value += entry;
      }
    } else {
      field.append(record, value);
    }
    if (!first) out += ',';
    first = false;
    AppendCsvField(value, out);
  }
  return absl::OkStatus();
}

template class CsvReader<Event>;
template class CsvReader<Item>;
template class CsvReader<Member>;
template void AppendCsvHeader<Event>(std::string&);
template void AppendCsvHeader<Item>(std::string&);
template void AppendCsvHeader<Member>(std::string&);
template absl::Status AppendCsv(const Event&, std::string&);
template absl::Status AppendCsv(const Item&, std::string&);
template absl::Status AppendCsv(const Member&, std::string&);

}  // namespace cofilter::data
