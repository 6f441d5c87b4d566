// A SQLite file layer whose writes, syncs and reads fail on demand.
#ifndef COFILTER_TESTS_SERVICE_STORE_FAULTY_VFS_H_
#define COFILTER_TESTS_SERVICE_STORE_FAULTY_VFS_H_

#include <string>

namespace cofilter::service {

// What fails from now on, for every file opened through the layer, in this process.
enum class DiskFault {
  kNone,
  kFull,        // writes: no space left
  kWriteError,  // writes: I/O error
  kSyncError,   // syncs: I/O error
  kReadError,   // reads, and the locks with which each read begins: I/O error
};

// Registers the layer on the first call. Returns its name for SqliteStoreOptions::vfs.
std::string FaultyVfsName();
void SetDiskFault(DiskFault fault);

}  // namespace cofilter::service

#endif  // COFILTER_TESTS_SERVICE_STORE_FAULTY_VFS_H_
