// The formats that can be imported: one table, which docs/formats/import.md repeats.
#ifndef COFILTER_DATA_IMPORT_IMPORT_FORMAT_H_
#define COFILTER_DATA_IMPORT_IMPORT_FORMAT_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "data/import/record_reader.h"
#include "data/import/verb_map.h"
#include "data/list_format.h"
#include "data/table_format.h"
#include "runtime/clock.h"

namespace cofilter::data {

struct ReaderOptions {
  // What the caller says the file holds; formats that tell it themselves ignore it.
  RecordKind kind = RecordKind::kUnknown;
  VerbMap* verbs = nullptr;                 // required; outlives the reader
  Verb default_verb = Verb::kComplete;      // of events whose format need not say one
  ItemKind item_kind = ItemKind::kArticle;  // of items whose format does not say one
  std::string language;                     // of the titles to take where there are several
  std::string account_home;     // xAPI: accounts of this home page go by their name alone
  std::string item_property;    // Segment: the property that names the item
  std::string mapping;          // the mapping file's text
  runtime::Time imported_at{};  // of events that have no time of their own
  bool describe_items = false;  // whether LineRecords::described is wanted
  ListFormatOptions list;
  TableFormatOptions table;
};

struct ImportFormat {
  std::string_view name;   // on the command line
  std::string_view title;  // in messages
  std::span<const VerbPair> verbs;
  bool ours = false;  // records name their own source; others are named after the format
  // What a file that begins with these lines holds; kUnknown: it is not of this format.
  RecordKind (*looks_like)(std::span<const std::string> lines) = nullptr;
  // Errors: INVALID_ARGUMENT for options that are wrong or missing.
  absl::StatusOr<std::unique_ptr<RecordReader>> (*create)(const ReaderOptions& options) = nullptr;
};

// In the order in which they are guessed.
std::span<const ImportFormat> ImportFormats();
// nullptr: none of that name.
const ImportFormat* FindImportFormat(std::string_view name);
// "json, csv, list, …", for messages.
std::string ImportFormatNames();

struct FormatGuess {
  const ImportFormat* format = nullptr;  // nullptr: none that is known
  RecordKind kind = RecordKind::kUnknown;
};
// By the first lines of a file, of which a handful is enough.
FormatGuess GuessFormat(std::span<const std::string> lines);

// Each in a file of its own.
extern const ImportFormat kOwnJsonFormat;
extern const ImportFormat kOwnCsvFormat;
extern const ImportFormat kListFormat;
extern const ImportFormat kTableFormat;
extern const ImportFormat kPersonalizeFormat;
extern const ImportFormat kGorseFormat;
extern const ImportFormat kMindFormat;
extern const ImportFormat kXapiFormat;
extern const ImportFormat kSegmentFormat;
extern const ImportFormat kMappingFormat;

}  // namespace cofilter::data

#endif  // COFILTER_DATA_IMPORT_IMPORT_FORMAT_H_
