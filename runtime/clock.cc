// The clocks: the system's, and the one that another process moves through a file.
#include "runtime/clock.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "runtime/errno_text.h"

namespace cofilter::runtime {

Time SystemClock::Now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

const SystemClock& SystemClock::Instance() {
  static const SystemClock* const instance = new SystemClock;
  return *instance;
}

absl::StatusOr<std::unique_ptr<FileClock>> FileClock::Open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const std::string reason = absl::StrCat("clock file ", path, ": ", ErrnoText(errno));
    return errno == ENOENT ? absl::NotFoundError(reason) : absl::InternalError(reason);
  }
  struct stat info {};
  if (::fstat(fd, &info) != 0 || info.st_size != sizeof(std::int64_t)) {
    ::close(fd);
    return absl::InvalidArgumentError(
        absl::StrCat("clock file ", path, " has ", info.st_size,
                     " bytes; right: 8, microseconds since the epoch"));
  }
  // Shared, so that what the other process writes is seen without another call to the system.
  void* mapped = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, fd, 0);
  const int error = errno;
  ::close(fd);
  if (mapped == MAP_FAILED) {
    return absl::InternalError(absl::StrCat("clock file ", path, ": ", ErrnoText(error)));
  }
  return std::unique_ptr<FileClock>(
      new FileClock(static_cast<const volatile std::int64_t*>(mapped)));
}

FileClock::~FileClock() { ::munmap(const_cast<std::int64_t*>(mapped_), sizeof(std::int64_t)); }

Time FileClock::Now() const { return Time(Duration(*mapped_)); }

}  // namespace cofilter::runtime
