// CSV and JSON lines of any other system, by a mapping file.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/csv_line.h"
#include "data/field_checks.h"
#include "data/field_text.h"
#include "data/import/app_verbs.h"
#include "data/import/columns.h"
#include "data/import/import_format.h"
#include "data/import/json_document.h"
#include "data/import/mapping.h"
#include "data/record_fields.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

namespace dom = simdjson::dom;

Event& Added(LineRecords& out, Event*) { return out.events.emplace_back().event; }
Item& Added(LineRecords& out, Item*) { return out.items.emplace_back(); }
Member& Added(LineRecords& out, Member*) { return out.members.emplace_back(); }

bool IsTime(std::string_view field) { return field.ends_with("_at"); }

// The entries of one column on one line.
using Entries = std::vector<std::string>;

template <typename Record>
class MappedReader final : public RecordReader {
 public:
  MappedReader(Mapping mapping, const ReaderOptions& options)
      : mapping_(std::move(mapping)), options_(options), splitter_(mapping_.separator) {
    for (const MappedField& mapped : mapping_.fields) {
      for (const Field<Record>& field : FieldsOf<Record>()) {
        if (field.name == mapped.field) fields_.push_back({&field, &mapped, Columns::kNone});
      }
    }
  }

  void BeginFile() override { names_.clear(); }

  absl::Status Read(std::string_view line, std::uint64_t, LineRecords& out) override {
    JsonElement root;
    if (mapping_.json) {
      COFILTER_ASSIGN_OR_RETURN(root, document_.Parse(line));
    } else if (names_.empty()) {
      out.header = true;
      return ReadHeader(line);
    } else {
      COFILTER_RETURN_IF_ERROR(splitter_.Split(line, values_));
      if (values_.size() != names_.size()) {
        return absl::InvalidArgumentError(absl::StrCat("the line has ", values_.size(),
                                                       " columns; right: ", names_.size(),
                                                       ", as the header has"));
      }
    }
    Record& record = Added(out, static_cast<Record*>(nullptr));
    for (const Bound& bound : fields_) {
      entries_.clear();
      if (mapping_.json) {
        COFILTER_RETURN_IF_ERROR(JsonEntries(root, bound));
      } else {
        CsvEntries(bound);
      }
      if (entries_.empty() && !bound.mapped->value.empty()) entries_ = {bound.mapped->value};
      for (std::string& entry : entries_)
        COFILTER_RETURN_IF_ERROR(Set(bound, std::move(entry), record, out));
    }
    return absl::OkStatus();
  }

 private:
  struct Bound {
    const Field<Record>* field;
    const MappedField* mapped;
    std::size_t column;
  };

  absl::Status ReadHeader(std::string_view line) {
    COFILTER_RETURN_IF_ERROR(splitter_.Split(line, values_));
    names_.assign(values_.begin(), values_.end());
    for (Bound& bound : fields_) {
      if (bound.mapped->column.empty()) continue;
      const auto found = std::find(names_.begin(), names_.end(), bound.mapped->column);
      if (found == names_.end()) {
        return absl::FailedPreconditionError(
            FieldError("column", bound.mapped->column, absl::StrCat("one of ", std::string(line)))
                .message());
      }
      bound.column = static_cast<std::size_t>(found - names_.begin());
    }
    return absl::OkStatus();
  }

  void CsvEntries(const Bound& bound) {
    if (bound.column == Columns::kNone || values_[bound.column].empty()) return;
    if (bound.field->type != FieldType::kTextList) {
      entries_.emplace_back(values_[bound.column]);
      return;
    }
    ForEachEntry(values_[bound.column], bound.mapped->separator,
                 [&](std::string_view entry) { entries_.emplace_back(entry); });
  }

  absl::Status JsonEntries(JsonElement root, const Bound& bound) {
    if (bound.mapped->column.empty()) return absl::OkStatus();
    std::optional<JsonElement> value = JsonMember(root, bound.mapped->column);
    if (!value.has_value()) {
      value = root;
      ForEachEntry(bound.mapped->column, '.', [&](std::string_view name) {
        if (value.has_value()) value = JsonMember(*value, name);
      });
    }
    if (!value.has_value()) return absl::OkStatus();
    if (dom::array list; bound.field->type == FieldType::kTextList &&
                         value->get_array().get(list) == simdjson::SUCCESS) {
      for (const JsonElement entry : list) {
        if (!JsonScalarText(entry, entries_.emplace_back()))
          return FieldError(bound.mapped->column, "[…", "a list of texts");
      }
      return absl::OkStatus();
    }
    std::string text;
    if (!JsonScalarText(*value, text))
      return FieldError(bound.mapped->column, "{…}", "text, a number, true or false");
    if (!text.empty()) entries_.push_back(std::move(text));
    return absl::OkStatus();
  }

  absl::Status Set(const Bound& bound, std::string text, Record& record, LineRecords& out) {
    const MappedField& mapped = *bound.mapped;
    const auto ours = mapped.values.find(text);
    if (ours != mapped.values.end()) text = ours->second;
    if (mapped.scale != 1) {
      COFILTER_ASSIGN_OR_RETURN(const double number, ParseNumberField(mapped.field, text));
      text.clear();
      AppendNumber(text, number * mapped.scale);
    }
    if (IsTime(mapped.field)) {
      COFILTER_ASSIGN_OR_RETURN(text, MappedTimeText(mapped, text));
    }
    if (!mapped.prefix.empty()) text.insert(0, mapped.prefix);
    if constexpr (std::is_same_v<Record, Event>) {
      // What the mapping itself says is one of ours, not a foreign verb.
      if (mapped.field == "verb" && !mapped.column.empty()) {
        out.events.back().verb = options_.verbs->Find(text);
        SetVerb(*out.events.back().verb, text, record);
        return absl::OkStatus();
      }
    }
    return bound.field->set(record, mapped.field, text);
  }

  const Mapping mapping_;
  const ReaderOptions options_;
  CsvSplitter splitter_;
  JsonDocument document_;
  std::vector<Bound> fields_;
  std::vector<std::string> names_;
  std::vector<std::string_view> values_;
  Entries entries_;
};

}  // namespace

const ImportFormat kMappingFormat = {
    .name = "mapping",
    .title = "what the mapping file describes",
    .verbs = AppVerbs(),
    .create = [](const ReaderOptions& options) -> absl::StatusOr<std::unique_ptr<RecordReader>> {
      if (options.mapping.empty())
        return FieldError("format", "mapping", "with a mapping file: --mapping FILE");
      COFILTER_ASSIGN_OR_RETURN(Mapping mapping, Mapping::Parse(options.mapping));
      switch (mapping.records) {
        case RecordKind::kItems:
          return std::make_unique<MappedReader<Item>>(std::move(mapping), options);
        case RecordKind::kMembers:
          return std::make_unique<MappedReader<Member>>(std::move(mapping), options);
        default:
          return std::make_unique<MappedReader<Event>>(std::move(mapping), options);
      }
    }};

}  // namespace cofilter::data
