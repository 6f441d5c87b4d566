// Our own formats behind the importers' interface: JSON lines and CSV by the field tables, lists
// and tables of interactions.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/import/import_format.h"
#include "data/import/json_document.h"
#include "data/record_csv.h"
#include "data/record_json.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

// Where a record of this type goes.
Event& Added(LineRecords& out, Event*) { return out.events.emplace_back().event; }
Item& Added(LineRecords& out, Item*) { return out.items.emplace_back(); }
Member& Added(LineRecords& out, Member*) { return out.members.emplace_back(); }

template <typename Record>
class OwnJsonReader final : public RecordReader {
 public:
  absl::Status Read(std::string_view line, std::uint64_t, LineRecords& out) override {
    return reader_.Read(line, Added(out, static_cast<Record*>(nullptr)));
  }

 private:
  JsonReader<Record> reader_;
};

template <typename Record>
class OwnCsvReader final : public RecordReader {
 public:
  void BeginFile() override { reader_.reset(); }

  absl::Status Read(std::string_view line, std::uint64_t, LineRecords& out) override {
    if (reader_.has_value()) return reader_->Read(line, Added(out, static_cast<Record*>(nullptr)));
    out.header = true;
    absl::StatusOr<CsvReader<Record>> reader = CsvReader<Record>::Create(line);
    if (!reader.ok()) return absl::FailedPreconditionError(reader.status().message());
    reader_.emplace(*std::move(reader));
    return absl::OkStatus();
  }

 private:
  std::optional<CsvReader<Record>> reader_;
};

class ListReader final : public RecordReader {
 public:
  explicit ListReader(const ListFormatOptions& options) : options_(options) {}

  absl::Status Read(std::string_view line, std::uint64_t number, LineRecords& out) override {
    COFILTER_RETURN_IF_ERROR(ParseListLine(line, options_.counted, parsed_));
    const std::string member =
        options_.counted ? absl::StrCat(number - 1) : std::string(parsed_.member);
    for (std::size_t i = 0; i < parsed_.items.size(); ++i) {
      Event& event = out.events.emplace_back().event;
      MakeListEvent(member, parsed_.items[i], i, options_, event);
      event.event_id.clear();  // derived once more, of the ids that it will have
    }
    return absl::OkStatus();
  }

 private:
  const ListFormatOptions options_;
  ListLine parsed_;
};

class TableLines final : public RecordReader {
 public:
  explicit TableLines(const TableFormatOptions& options) : options_(options) {}

  void BeginFile() override { reader_.reset(); }

  absl::Status Read(std::string_view line, std::uint64_t, LineRecords& out) override {
    if (!reader_.has_value()) {
      out.header = true;
      absl::StatusOr<TableReader> reader = TableReader::Create(line, options_);
      if (!reader.ok()) return absl::FailedPreconditionError(reader.status().message());
      reader_.emplace(*std::move(reader));
      return absl::OkStatus();
    }
    TableRow row;
    COFILTER_RETURN_IF_ERROR(reader_->Read(line, row));
    Event& event = out.events.emplace_back().event;
    MakeTableEvent(row, rows_++, options_, event);
    event.event_id.clear();
    return absl::OkStatus();
  }

 private:
  const TableFormatOptions options_;
  std::optional<TableReader> reader_;
  std::uint64_t rows_ = 0;
};

using Reader = std::unique_ptr<RecordReader>;

template <template <typename> typename OwnReader>
absl::StatusOr<Reader> CreateOwn(const ReaderOptions& options) {
  switch (options.kind) {
    case RecordKind::kItems:
      return std::make_unique<OwnReader<Item>>();
    case RecordKind::kMembers:
      return std::make_unique<OwnReader<Member>>();
    default:
      return std::make_unique<OwnReader<Event>>();
  }
}

absl::Status EventsOnly(const ReaderOptions& options) {
  if (options.kind == RecordKind::kEvents || options.kind == RecordKind::kUnknown)
    return absl::OkStatus();
  return absl::InvalidArgumentError("formats list and table hold events only");
}

RecordKind LooksLikeJson(std::span<const std::string> lines) {
  JsonDocument document;
  const absl::StatusOr<JsonElement> root = document.Parse(lines.front());
  if (!root.ok()) return RecordKind::kUnknown;
  const bool member = JsonMember(*root, "member_id").has_value();
  if (member && JsonMember(*root, "verb").has_value()) return RecordKind::kEvents;
  if (JsonMember(*root, "item_id").has_value() && JsonMember(*root, "kind").has_value())
    return RecordKind::kItems;
  return member ? RecordKind::kMembers : RecordKind::kUnknown;
}

RecordKind LooksLikeCsv(std::span<const std::string> lines) {
  const std::string& header = lines.front();
  const bool member = header.find("member_id") != std::string::npos;
  const bool item = header.find("item_id") != std::string::npos;
  if (member && CsvReader<Event>::Create(header).ok()) {
    return item ? RecordKind::kEvents : RecordKind::kMembers;
  }
  if (item && CsvReader<Item>::Create(header).ok()) return RecordKind::kItems;
  return member && CsvReader<Member>::Create(header).ok() ? RecordKind::kMembers
                                                          : RecordKind::kUnknown;
}

}  // namespace

const ImportFormat kOwnJsonFormat = {.name = "json",
                                     .title = "JSON lines of Cofilter",
                                     .verbs = {},
                                     .ours = true,
                                     .looks_like = LooksLikeJson,
                                     .create = CreateOwn<OwnJsonReader>};

const ImportFormat kOwnCsvFormat = {.name = "csv",
                                    .title = "CSV of Cofilter",
                                    .verbs = {},
                                    .ours = true,
                                    .looks_like = LooksLikeCsv,
                                    .create = CreateOwn<OwnCsvReader>};

const ImportFormat kListFormat = {
    .name = "list",
    .title = "lists of items by member",
    .verbs = {},
    .ours = true,
    .create = [](const ReaderOptions& options) -> absl::StatusOr<Reader> {
      COFILTER_RETURN_IF_ERROR(EventsOnly(options));
      return std::make_unique<ListReader>(options.list);
    }};

const ImportFormat kTableFormat = {
    .name = "table",
    .title = "a table of interactions",
    .verbs = {},
    .ours = true,
    .create = [](const ReaderOptions& options) -> absl::StatusOr<Reader> {
      COFILTER_RETURN_IF_ERROR(EventsOnly(options));
      return std::make_unique<TableLines>(options.table);
    }};

}  // namespace cofilter::data
