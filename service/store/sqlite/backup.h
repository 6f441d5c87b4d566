// Backup, restore and comparison of SQLite stores, by their files.
#ifndef COFILTER_SERVICE_STORE_SQLITE_BACKUP_H_
#define COFILTER_SERVICE_STORE_SQLITE_BACKUP_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/clock.h"

namespace cofilter::service {

// Copies one moment of a store to a new file, also while a server writes to it: checked whole,
// synced, then named in one step. Errors: ALREADY_EXISTS, NOT_FOUND, FAILED_PRECONDITION when the
// source is no store of this version or older, DATA_LOSS when it is damaged, UNAVAILABLE.
absl::Status BackupStore(const std::string& source, const std::string& destination);

struct RestoreOptions {
  bool force = false;  // put a store aside that stands at the place
  const runtime::Clock* clock = &runtime::SystemClock::Instance();  // names what is put aside
};

// Puts a checked copy of a backup at the place. The backup stays. A store that was there is kept as
// `<place>.replaced-<time>`, whose path is returned; empty when there was none.
// Errors: FAILED_PRECONDITION while a process writes to the place or when the backup is newer than
// this program, ALREADY_EXISTS when the place is taken and force is off, NOT_FOUND, DATA_LOSS,
// UNAVAILABLE.
absl::StatusOr<std::string> RestoreStore(const std::string& backup, const std::string& place,
                                         const RestoreOptions& options);

// A digest over all rows of all tables at one moment, 64 hexadecimal digits: equal for equal
// content, however the files lie. Works beside a process that writes. Errors: NOT_FOUND,
// FAILED_PRECONDITION, DATA_LOSS, UNAVAILABLE.
absl::StatusOr<std::string> StoreDigest(const std::string& path);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_BACKUP_H_
