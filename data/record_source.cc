// Chooses the reader of each file and hands its records on.
#include "data/record_source.h"

#include <array>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "data/line_loop.h"
#include "data/record_csv.h"
#include "data/record_json.h"

namespace cofilter::data {
namespace {

constexpr std::size_t kNoFile = static_cast<std::size_t>(-1);

// kGuess when the file's name does not tell.
Format FormatOfName(std::string_view path) {
  for (const std::string_view suffix : {".gz", ".zst"}) {
    if (path.ends_with(suffix)) path.remove_suffix(suffix.size());
  }
  for (const std::string_view suffix : {".jsonl", ".ndjson", ".json"}) {
    if (path.ends_with(suffix)) return Format::kJson;
  }
  return path.ends_with(".csv") ? Format::kCsv : Format::kGuess;
}

template <typename Record>
Format FormatOfFirstLine(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t");
  if (start != std::string_view::npos && text[start] == '{') return Format::kJson;
  return CsvReader<Record>::Create(text).ok() ? Format::kCsv : Format::kGuess;
}

// Turns the lines of one source into records.
template <typename Record>
class RecordLines {
 public:
  RecordLines(const SourceOptions& options, const std::function<absl::Status(Record&)>& each)
      : options_(options), each_(each) {}

  std::uint64_t records() const { return records_; }

  LineOutcome Take(const Line& line) {
    if (line.file != file_) {
      file_ = line.file;
      csv_.reset();
      table_.reset();
      format_ = options_.format;
      if (format_ == Format::kGuess) format_ = FormatOfName(line.path);
      if (format_ == Format::kGuess) format_ = FormatOfFirstLine<Record>(line.text);
      if (format_ == Format::kGuess) {
        return LineOutcome::Fatal(absl::InvalidArgumentError(
            absl::StrCat(std::string(line.path), ": neither its name nor its first line ",
                         ShowValue(line.text), " tells the format; name it: json, csv",
                         std::is_same_v<Record, Event> ? ", list or table" : "")));
      }
    }
    switch (format_) {
      case Format::kCsv:
        if (!csv_.has_value()) return TakeCsvHeader(line);
        return HandOn(csv_->Read(line.text, record_));
      case Format::kList:
      case Format::kTable:
        if constexpr (std::is_same_v<Record, Event>)
          return format_ == Format::kList ? TakeList(line) : TakeTable(line);
        break;
      default:
        return HandOn(json_.Read(line.text, record_));
    }
    return LineOutcome::Fatal(
        absl::InvalidArgumentError("formats list and table hold events only; right: json or csv"));
  }

 private:
  LineOutcome HandOn(absl::Status read) {
    if (!read.ok()) return LineOutcome::Malformed(std::move(read));
    ++records_;
    absl::Status taken = each_(record_);
    return taken.ok() ? LineOutcome::Read() : LineOutcome::Fatal(std::move(taken));
  }

  LineOutcome TakeCsvHeader(const Line& line) {
    absl::StatusOr<CsvReader<Record>> reader = CsvReader<Record>::Create(line.text);
    if (!reader.ok()) return LineOutcome::Fatal(InFile(line.path, reader.status()));
    csv_.emplace(*std::move(reader));
    return LineOutcome::Header();
  }

  LineOutcome TakeList(const Line& line) {
    absl::Status parsed = ParseListLine(line.text, options_.list.counted, list_);
    if (!parsed.ok()) return LineOutcome::Malformed(std::move(parsed));
    const std::string member =
        options_.list.counted ? absl::StrCat(line.number - 1) : std::string(list_.member);
    for (std::size_t i = 0; i < list_.items.size(); ++i) {
      MakeListEvent(member, list_.items[i], i, options_.list, record_);
      LineOutcome outcome = HandOn(absl::OkStatus());
      if (!outcome.fatal.ok()) return outcome;
    }
    return LineOutcome::Read();
  }

  LineOutcome TakeTable(const Line& line) {
    if (!table_.has_value()) {
      absl::StatusOr<TableReader> reader = TableReader::Create(line.text, options_.table);
      if (!reader.ok()) return LineOutcome::Fatal(InFile(line.path, reader.status()));
      table_.emplace(*std::move(reader));
      return LineOutcome::Header();
    }
    TableRow row;
    absl::Status parsed = table_->Read(line.text, row);
    if (!parsed.ok()) return LineOutcome::Malformed(std::move(parsed));
    MakeTableEvent(row, records_, options_.table, record_);
    return HandOn(absl::OkStatus());
  }

  const SourceOptions& options_;
  const std::function<absl::Status(Record&)>& each_;
  std::size_t file_ = kNoFile;
  Format format_ = Format::kGuess;
  JsonReader<Record> json_;
  std::optional<CsvReader<Record>> csv_;
  std::optional<TableReader> table_;
  ListLine list_;
  Record record_;
  std::uint64_t records_ = 0;
};

template <typename Record>
absl::StatusOr<SourceReport> ReadRecords(const std::string& path, const SourceOptions& options,
                                         const std::function<absl::Status(Record&)>& each) {
  RecordLines<Record> lines(options, each);
  absl::StatusOr<SourceReport> report =
      ForEachLine(path, options, [&lines](const Line& line) { return lines.Take(line); });
  if (report.ok()) report->records = lines.records();
  return report;
}

}  // namespace

std::optional<Format> ParseFormat(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Format>, 5> kNames = {{
      {"auto", Format::kGuess},
      {"json", Format::kJson},
      {"csv", Format::kCsv},
      {"list", Format::kList},
      {"table", Format::kTable},
  }};
  for (const auto& [known, format] : kNames) {
    if (known == name) return format;
  }
  return std::nullopt;
}

absl::StatusOr<SourceReport> ReadEvents(const std::string& path, const SourceOptions& options,
                                        const std::function<absl::Status(Event&)>& each) {
  return ReadRecords<Event>(path, options, each);
}

absl::StatusOr<SourceReport> ReadItems(const std::string& path, const SourceOptions& options,
                                       const std::function<absl::Status(Item&)>& each) {
  return ReadRecords<Item>(path, options, each);
}

absl::StatusOr<SourceReport> ReadMembers(const std::string& path, const SourceOptions& options,
                                         const std::function<absl::Status(Member&)>& each) {
  return ReadRecords<Member>(path, options, each);
}

}  // namespace cofilter::data
