// Where malformed lines go: written down with place and reason, counted, and fatal only when there
// are many.
#ifndef COFILTER_DATA_QUARANTINE_H_
#define COFILTER_DATA_QUARANTINE_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/line_reader.h"

namespace cofilter::data {

struct QuarantineOptions {
  // JSON lines {"path","line","reason","text"} are written here, over what was there; empty: only
  // counted.
  std::string path;
  bool append = false;  // after what is there: of an input that is one of several
  // The share of lines that may be malformed. Range: 0 (none) to 1 (all). Checked after every
  // 10,000 lines and at the end.
  double max_share = 0.05;
};

// Thread-safety: one thread at a time.
class QuarantineSink {
 public:
  // Errors: INVALID_ARGUMENT for a share out of range; INTERNAL when the file cannot be written.
  static absl::StatusOr<QuarantineSink> Open(const QuarantineOptions& options);

  // Of both: FAILED_PRECONDITION, with counts and the first reasons, when too many lines are
  // malformed.
  absl::Status Accept() { return Count(); }
  absl::Status Reject(const Line& line, std::string_view reason);
  // Checks the share one last time and ends the file.
  absl::Status Finish();

  std::uint64_t lines() const { return lines_; }
  std::uint64_t quarantined() const { return quarantined_; }
  // "path:line: reason" of at most ten.
  const std::vector<std::string>& first_reasons() const { return first_reasons_; }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  explicit QuarantineSink(const QuarantineOptions& options) : options_(options) {}
  absl::Status Count();
  absl::Status CheckShare() const;

  QuarantineOptions options_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::uint64_t lines_ = 0;
  std::uint64_t quarantined_ = 0;
  std::vector<std::string> first_reasons_;
};

}  // namespace cofilter::data

#endif  // COFILTER_DATA_QUARANTINE_H_
