// Reads datasets; lists and tables skip the detour over events, whose derived ids cost most of the
// time.
#include "data/dataset_source.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/line_loop.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

absl::StatusOr<SourceReport> AddLists(const std::string& path, const SourceOptions& source,
                                      DatasetBuilder& builder) {
  ListLine parsed;
  std::uint64_t pairs = 0;
  COFILTER_ASSIGN_OR_RETURN(
      SourceReport report, ForEachLine(path, source, [&](const Line& line) {
        absl::Status status = ParseListLine(line.text, source.list.counted, parsed);
        if (!status.ok()) return LineOutcome::Malformed(std::move(status));
        const std::string number = absl::StrCat(line.number - 1);
        for (const std::string_view item : parsed.items) {
          // Any rising time keeps the sequence, across lines of one member too.
          builder.AddPair(source.list.counted ? std::string_view(number) : parsed.member, item, 1,
                          kSyntheticBase + runtime::Duration(++pairs));
        }
        return LineOutcome::Read();
      }));
  report.records = pairs;
  return report;
}

absl::StatusOr<SourceReport> AddTable(const std::string& path, const SourceOptions& source,
                                      DatasetBuilder& builder) {
  std::optional<TableReader> reader;
  std::size_t file = 0;
  std::uint64_t pairs = 0;
  COFILTER_ASSIGN_OR_RETURN(
      SourceReport report, ForEachLine(path, source, [&](const Line& line) {
        if (!reader.has_value() || line.file != file) {
          absl::StatusOr<TableReader> created = TableReader::Create(line.text, source.table);
          if (!created.ok()) return LineOutcome::Fatal(InFile(line.path, created.status()));
          reader.emplace(*std::move(created));
          file = line.file;
          return LineOutcome::Header();
        }
        TableRow row;
        absl::Status status = reader->Read(line.text, row);
        if (!status.ok()) return LineOutcome::Malformed(std::move(status));
        builder.AddPair(row.member, row.item, 1,
                        row.at.value_or(kSyntheticBase + runtime::Duration(pairs)));
        ++pairs;
        return LineOutcome::Read();
      }));
  report.records = pairs;
  return report;
}

Order OrderOf(const SourceOptions& source, Order of_events) {
  if (source.format == Format::kList) {
    return source.list.order_is_sequence ? Order::kSequence : Order::kNone;
  }
  if (source.format == Format::kTable) {
    if (!source.table.time_column.empty()) return Order::kTime;
    return source.table.order_is_sequence ? Order::kSequence : Order::kNone;
  }
  return of_events;
}

}  // namespace

absl::StatusOr<DatasetSource> ReadDataset(const std::string& path, const SourceOptions& source,
                                          const DatasetBuilderOptions& options) {
  DatasetBuilderOptions builder_options = options;
  builder_options.order = OrderOf(source, options.order);
  COFILTER_ASSIGN_OR_RETURN(DatasetBuilder builder,
                            DatasetBuilder::Create(std::move(builder_options)));
  DatasetSource result;
  if (source.format == Format::kList) {
    COFILTER_ASSIGN_OR_RETURN(result.report, AddLists(path, source, builder));
  } else if (source.format == Format::kTable) {
    COFILTER_ASSIGN_OR_RETURN(result.report, AddTable(path, source, builder));
  } else {
    COFILTER_ASSIGN_OR_RETURN(result.report, ReadEvents(path, source, [&builder](Event& event) {
                                builder.Add(event);
                                return absl::OkStatus();
                              }));
  }
  COFILTER_ASSIGN_OR_RETURN(result.dataset, std::move(builder).Build());
  return result;
}

}  // namespace cofilter::data
