// A consistent copy of a store's file while somebody may be writing to it.
#ifndef COFILTER_SERVICE_STORE_SQLITE_COPY_H_
#define COFILTER_SERVICE_STORE_SQLITE_COPY_H_

#include <string>

#include "absl/status/status.h"
#include "service/store/sqlite/connection.h"

namespace cofilter::service {

// Copies one moment of the database at `source` to `destination`: one file without a write-ahead
// log, checked whole, synced, then named in one step. Does not wait for the writer, nor the writer
// for it. Errors: ALREADY_EXISTS when the destination is there and not to be replaced, NOT_FOUND,
// DATA_LOSS when the copy is not intact, UNAVAILABLE.
absl::Status CopyStoreFile(const std::string& source, const std::string& destination, bool replace);

// Reads every page and index. Errors: DATA_LOSS with what was found first.
absl::Status CheckIntegrity(Connection& connection);

// Makes a finished file, or a new name in its directory, survive a loss of power.
absl::Status SyncFile(const std::string& path);
absl::Status SyncDirectoryOf(const std::string& path);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_COPY_H_
