// Eight bytes, written in place.
#include "bench/clock_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {

absl::StatusOr<std::unique_ptr<ClockFile>> ClockFile::Create(const std::string& path,
                                                             runtime::Time now) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return absl::InternalError(absl::StrCat(path, " cannot be written"));
  std::unique_ptr<ClockFile> clock(new ClockFile(file));
  COFILTER_RETURN_IF_ERROR(clock->Set(now));
  return clock;
}

ClockFile::~ClockFile() { close(file_); }

absl::Status ClockFile::Set(runtime::Time now) {
  const std::int64_t micros = now.time_since_epoch().count();
  if (pwrite(file_, &micros, sizeof micros, 0) == sizeof micros) return absl::OkStatus();
  return absl::InternalError("the clock's file cannot be written");
}

}  // namespace cofilter::bench
