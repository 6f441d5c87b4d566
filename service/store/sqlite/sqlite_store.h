// The embedded store: one SQLite file, one writing thread, a few readers.
#ifndef COFILTER_SERVICE_STORE_SQLITE_SQLITE_STORE_H_
#define COFILTER_SERVICE_STORE_SQLITE_SQLITE_STORE_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/clock.h"
#include "service/store/store.h"

namespace cofilter::service {

struct SqliteStoreOptions {
  std::string path;                      // the file; made with its directory where there is none
  std::string organisation = "default";  // whose data this store shows; 1..256 bytes
  const runtime::Clock* clock = &runtime::SystemClock::Instance();  // outlives the store

  int read_connections = 4;         // 1..64: reads at the same time; each has its own cache
  int read_cache_mib = 16;          // 1..4096, a connection
  int write_cache_mib = 64;         // 1..4096; more makes large imports faster
  std::size_t cached_ids = 200000;  // members, and as many items, whose keys the writer remembers
  std::size_t max_queued_events = 262144;     // past it Record answers RESOURCE_EXHAUSTED
  std::size_t max_waiting_receipts = 4096;    // past it receipts are dropped and counted
  std::chrono::hours receipts_kept{24 * 30};  // older receipts go
  std::chrono::milliseconds busy_timeout{
      2000};        // how long another program's lock on the file is waited for
  std::string vfs;  // a registered SQLite VFS, for tests of faults; empty: the system's

  // Errors: INVALID_ARGUMENT naming the option.
  absl::Status Validate() const;
};

// Thread-safety: all calls from any thread.
class SqliteStore {
 public:
  // Holds the lock `<path>.lock` while the store lives, so that there is one writing process.
  // Errors: INVALID_ARGUMENT; FAILED_PRECONDITION when another process writes to it, the schema is
  // newer than this program, or the file is something else; DATA_LOSS when it is no intact
  // database; UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const SqliteStoreOptions& options);

  // Works beside a process that writes. Writes answer FAILED_PRECONDITION.
  // Errors: as above, and NOT_FOUND when there is no file.
  static absl::StatusOr<std::unique_ptr<Store>> OpenReadOnly(const SqliteStoreOptions& options);
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_SQLITE_STORE_H_
