// The clock of a server that a benchmark owns: a file that the server has mapped.
#ifndef COFILTER_BENCH_CLOCK_FILE_H_
#define COFILTER_BENCH_CLOCK_FILE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/clock.h"

namespace cofilter::bench {

// See runtime::FileClock. Thread-safety: one thread at a time.
class ClockFile {
 public:
  static absl::StatusOr<std::unique_ptr<ClockFile>> Create(const std::string& path,
                                                           runtime::Time now);
  ~ClockFile();
  ClockFile(const ClockFile&) = delete;
  ClockFile& operator=(const ClockFile&) = delete;

  absl::Status Set(runtime::Time now);

 private:
  explicit ClockFile(int file) : file_(file) {}
  const int file_;
};

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_CLOCK_FILE_H_
