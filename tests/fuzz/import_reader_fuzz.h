// What every importer must bear: any bytes as the lines of a file. Refused by name, or records; and
// those that pass the checks are valid.
#ifndef COFILTER_TESTS_FUZZ_IMPORT_READER_FUZZ_H_
#define COFILTER_TESTS_FUZZ_IMPORT_READER_FUZZ_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "data/import/import_format.h"
#include "data/record_fields.h"

namespace cofilter::data {

// `options` but for its verbs.
inline void FuzzReader(const ImportFormat& format, ReaderOptions options, std::string_view bytes) {
  VerbMap verbs(format.verbs);
  options.verbs = &verbs;
  options.describe_items = true;
  options.imported_at = runtime::Time(std::chrono::seconds(1'767'225'600));
  auto reader = format.create(options);
  if (!reader.ok()) return;
  (*reader)->BeginFile();
  LineRecords records;
  for (std::uint64_t number = 1; !bytes.empty(); ++number) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    // The loop over lines hands on none that is blank.
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    records.Clear();
    const absl::Status status = (*reader)->Read(line, number, records);
    if (!status.ok() && status.message().empty()) std::abort();
    if (absl::IsFailedPrecondition(status)) return;
    if (!status.ok() || records.header) continue;
    for (ReadEvent& read : records.events) {
      if (CompleteRecord(read.event).ok() && !ValidateEvent(read.event).ok()) std::abort();
    }
    for (Item& item : records.items) {
      if (CompleteRecord(item).ok() && !ValidateItem(item).ok()) std::abort();
    }
    for (Member& member : records.members) {
      if (CompleteRecord(member).ok() && !ValidateMember(member).ok()) std::abort();
    }
  }
}

}  // namespace cofilter::data

#endif  // COFILTER_TESTS_FUZZ_IMPORT_READER_FUZZ_H_
