// The loop that every reader of a log shares: lines in, malformed ones to quarantine, progress out.
#ifndef COFILTER_DATA_LINE_LOOP_H_
#define COFILTER_DATA_LINE_LOOP_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/line_reader.h"
#include "data/record_source.h"

namespace cofilter::data {

// What became of a line.
struct LineOutcome {
  static LineOutcome Read() { return {}; }
  static LineOutcome Header() { return {.counted = false, .malformed = {}, .fatal = {}}; }
  static LineOutcome Malformed(absl::Status why) {
    return {.counted = true, .malformed = std::move(why), .fatal = {}};
  }
  static LineOutcome Fatal(absl::Status why) {
    return {.counted = true, .malformed = {}, .fatal = std::move(why)};
  }

  bool counted = true;
  absl::Status malformed;  // not OK: the line is quarantined
  absl::Status fatal;      // not OK: the loop ends with it
};

// `each` gets every line that is neither blank nor too long. The report's `records` is left to the
// caller.
absl::StatusOr<SourceReport> ForEachLine(const std::string& path, const SourceOptions& options,
                                         const std::function<LineOutcome(const Line&)>& each);

// Puts "path: " before the message.
absl::Status InFile(std::string_view path, const absl::Status& status);

}  // namespace cofilter::data

#endif  // COFILTER_DATA_LINE_LOOP_H_
