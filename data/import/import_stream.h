// The way of a foreign log into ours: lines through a reader, ids and verbs mapped, records named
// after their source, checked and handed on.
#ifndef COFILTER_DATA_IMPORT_IMPORT_STREAM_H_
#define COFILTER_DATA_IMPORT_IMPORT_STREAM_H_

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/import/import_format.h"
#include "data/line_reader.h"
#include "data/quarantine.h"

namespace cofilter::data {

// Longer ids and texts than any that is right must fit in a line to be refused by name.
inline constexpr std::size_t kImportLineBytes = 8u << 20;

// A place in the input: files before this one, and the line, from 1.
struct LinePosition {
  std::uint64_t file = 0;
  std::uint64_t line = 0;
  auto operator<=>(const LinePosition&) const = default;
};

struct ImportStreamOptions {
  std::string format = "auto";  // a name of ImportFormats(), or auto
  ReaderOptions reader;         // verbs is set by the stream
  // Who logged it, where a record does not say. Empty: the format's name; our own formats stay
  // without.
  std::string source;
  std::string member_ids;  // files of id maps; empty: none
  std::string item_ids;
  std::string verbs;  // a file of verbs; empty: none
  LineReaderOptions lines{.max_line_bytes = kImportLineBytes, .decompression = {}};
  QuarantineOptions quarantine;
  // Lines up to here are read, so that what follows is understood, but nothing of them is handed
  // on.
  LinePosition resume_after;
  runtime::Time now{};  // events after it are counted as of the future
  std::function<void(std::uint64_t read, std::uint64_t total)> progress;
};

struct ImportReport {
  std::string format;  // its name; of the last file where they differ
  std::string source;
  std::uint64_t lines = 0;
  std::uint64_t items = 0, members = 0, events = 0;  // handed on, or before resume_after
  std::uint64_t quarantined = 0;                     // lines
  std::uint64_t passed_over = 0;                     // lines that rightly hold nothing for us
  std::uint64_t untimed = 0;                         // events with the import's time
  std::uint64_t future = 0;                          // events after `now`
  std::uint64_t unresolved_retractions = 0;
  std::uint64_t unkept_values = 0;
  std::uint64_t mapped_ids = 0;
  std::uint64_t mapped_verbs = 0;      // events whose foreign verb is one of ours
  std::uint64_t unweighted_verbs = 0;  // and those whose verb is kept as it was
  std::vector<VerbUse> verbs;          // the foreign verbs that came
  std::vector<std::string> first_reasons;
};

// Where records go. Each may be moved from.
class RecordTaker {
 public:
  virtual ~RecordTaker() = default;
  virtual absl::Status Take(Event& event) = 0;
  virtual absl::Status Take(Item& item) = 0;
  virtual absl::Status Take(Member& member) = 0;
  // An item that an event's line describes.
  virtual void Describe(Item& item) = 0;
  // All of this line has been handed on.
  virtual absl::Status LineDone(const LinePosition& position) = 0;
};

// `path`: see LineReader::Open. The report, with what was read, is filled in on errors too.
// Errors: as ReadEvents has; INVALID_ARGUMENT for a file that is not of the format, with the format
// that it looks like; and whatever the taker returns.
absl::Status ReadImport(const std::string& path, const ImportStreamOptions& options,
                        RecordTaker& taker, ImportReport& report);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_IMPORT_IMPORT_STREAM_H_
