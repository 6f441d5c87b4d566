// One entry to read events, items or members from any place and any accepted format.
#ifndef COFILTER_DATA_RECORD_SOURCE_H_
#define COFILTER_DATA_RECORD_SOURCE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/event.h"
#include "data/item.h"
#include "data/line_reader.h"
#include "data/list_format.h"
#include "data/member.h"
#include "data/quarantine.h"
#include "data/table_format.h"

namespace cofilter::data {

enum class Format {
  kGuess,  // each file by its name (.jsonl, .ndjson, .json, .csv, before .gz or .zst), else by its
           // first line
  kJson,
  kCsv,
  kList,   // events only, never guessed
  kTable,  // events only, never guessed
};
// "auto", "json", "csv", "list", "table".
std::optional<Format> ParseFormat(std::string_view name);

struct SourceOptions {
  Format format = Format::kGuess;
  ListFormatOptions list;
  TableFormatOptions table;
  LineReaderOptions lines;
  QuarantineOptions quarantine;
  // Called now and then (about every 10,000 lines) and at the end, with stored bytes read and in
  // all (0: unknown).
  std::function<void(std::uint64_t read, std::uint64_t total)> progress;
};

struct SourceReport {
  std::uint64_t lines = 0;                 // blank lines and headers are not counted
  std::uint64_t records = 0;               // handed on
  std::uint64_t quarantined = 0;           // lines
  std::vector<std::string> first_reasons;  // "path:line: reason", at most ten
};

// `path`: see LineReader::Open. `each` gets every record once, in order; it may move from it. Blank
// lines are passed over. The records are validated. Errors: those of LineReader; INVALID_ARGUMENT
// for a CSV header that is wrong or a format that cannot be told; FAILED_PRECONDITION when too many
// lines are malformed; and whatever `each` returns, which ends it.
absl::StatusOr<SourceReport> ReadEvents(const std::string& path, const SourceOptions& options,
                                        const std::function<absl::Status(Event&)>& each);
absl::StatusOr<SourceReport> ReadItems(const std::string& path, const SourceOptions& options,
                                       const std::function<absl::Status(Item&)>& each);
absl::StatusOr<SourceReport> ReadMembers(const std::string& path, const SourceOptions& options,
                                         const std::function<absl::Status(Member&)>& each);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_RECORD_SOURCE_H_
