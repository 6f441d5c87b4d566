// One writing process for a store: a lock file beside it.
#ifndef COFILTER_SERVICE_STORE_SQLITE_LOCK_FILE_H_
#define COFILTER_SERVICE_STORE_SQLITE_LOCK_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace cofilter::service {

// Held while the object lives; the system lets it go when the process dies. The file itself stays.
class LockFile {
 public:
  // Locks `<store_path>.lock` without waiting.
  // Errors: FAILED_PRECONDITION naming the process that holds it, UNAVAILABLE when it cannot be
  // made.
  static absl::StatusOr<LockFile> Acquire(const std::string& store_path);
  ~LockFile();
  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;

 private:
  explicit LockFile(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_LOCK_FILE_H_
