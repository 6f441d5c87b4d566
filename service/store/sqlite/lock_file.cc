// flock on a file whose content is the holder's process id.
#include "service/store/sqlite/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace cofilter::service {

absl::StatusOr<LockFile> LockFile::Acquire(const std::string& store_path) {
  const std::string path = absl::StrCat(store_path, ".lock");
  LockFile lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (lock.fd_ < 0) {
    return absl::UnavailableError(absl::StrCat("store: cannot open the lock ", path, ": ",
                                               std::generic_category().message(errno)));
  }
  if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    char holder[32] = {};
    if (::pread(lock.fd_, holder, sizeof holder - 1, 0) < 0) holder[0] = '\0';
    return absl::FailedPreconditionError(absl::StrCat(
        "store: ", store_path, " is in use by process ", absl::StripAsciiWhitespace(holder),
        ": a store has one writing process at a time; stop that one, or send the work to it"));
  }
  // The number is for people; a lock without it is as good.
  const std::string holder = absl::StrCat(::getpid(), "\n");
  if (::ftruncate(lock.fd_, 0) == 0 && ::pwrite(lock.fd_, holder.data(), holder.size(), 0) < 0) {
    errno = 0;
  }
  return lock;
}

LockFile::~LockFile() {
  if (fd_ >= 0) ::close(fd_);
}

LockFile::LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

}  // namespace cofilter::service
