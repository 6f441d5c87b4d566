// The shared loop over the lines of a log.
#include "data/line_loop.h"

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::data {
namespace {

constexpr std::uint64_t kProgressInterval = 10'000;

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t") == std::string_view::npos;
}

}  // namespace

absl::Status InFile(std::string_view path, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(std::string(path), ": ", status.message()));
}

absl::StatusOr<SourceReport> ForEachLine(const std::string& path, const SourceOptions& options,
                                         const std::function<LineOutcome(const Line&)>& each) {
  COFILTER_ASSIGN_OR_RETURN(LineReader reader, LineReader::Open(path, options.lines));
  COFILTER_ASSIGN_OR_RETURN(QuarantineSink quarantine, QuarantineSink::Open(options.quarantine));
  Line line;
  std::uint64_t seen = 0;
  while (reader.Next(line)) {
    if (options.progress && ++seen % kProgressInterval == 0) {
      options.progress(reader.stored_bytes(), reader.total_stored_bytes());
    }
    if (IsBlank(line.text)) continue;
    if (line.too_long) {
      COFILTER_RETURN_IF_ERROR(quarantine.Reject(
          line, absl::StrCat("the line is longer than ", options.lines.max_line_bytes, " bytes")));
      continue;
    }
    const LineOutcome outcome = each(line);
    if (!outcome.fatal.ok()) return outcome.fatal;
    if (!outcome.malformed.ok()) {
      const absl::string_view reason = outcome.malformed.message();
      COFILTER_RETURN_IF_ERROR(quarantine.Reject(line, {reason.data(), reason.size()}));
    } else if (outcome.counted) {
      COFILTER_RETURN_IF_ERROR(quarantine.Accept());
    }
  }
  COFILTER_RETURN_IF_ERROR(reader.status());
  if (options.progress) options.progress(reader.stored_bytes(), reader.total_stored_bytes());
  COFILTER_RETURN_IF_ERROR(quarantine.Finish());
  SourceReport report;
  report.lines = quarantine.lines();
  report.quarantined = quarantine.quarantined();
  report.first_reasons = quarantine.first_reasons();
  return report;
}

}  // namespace cofilter::data
