// Wraps the system's layer: each file carries the real file behind its own method table.
#include "tests/service/store/faulty_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <cstring>

namespace cofilter::service {
namespace {

std::atomic<DiskFault> current_fault{DiskFault::kNone};

// The real file lies right behind this header.
struct FaultyFile {
  sqlite3_file base;
  sqlite3_file* real;
};
sqlite3_file* Real(sqlite3_file* file) { return reinterpret_cast<FaultyFile*>(file)->real; }
sqlite3_vfs* RealVfs() { return sqlite3_vfs_find("unix"); }

int Close(sqlite3_file* f) { return Real(f)->pMethods->xClose(Real(f)); }
int Read(sqlite3_file* f, void* data, int size, sqlite3_int64 at) {
  if (current_fault == DiskFault::kReadError) return SQLITE_IOERR_READ;
  return Real(f)->pMethods->xRead(Real(f), data, size, at);
}
int Write(sqlite3_file* f, const void* data, int size, sqlite3_int64 at) {
  if (current_fault == DiskFault::kFull) return SQLITE_FULL;
  if (current_fault == DiskFault::kWriteError) return SQLITE_IOERR_WRITE;
  return Real(f)->pMethods->xWrite(Real(f), data, size, at);
}
int Truncate(sqlite3_file* f, sqlite3_int64 size) {
  return Real(f)->pMethods->xTruncate(Real(f), size);
}
int Sync(sqlite3_file* f, int flags) {
  if (current_fault == DiskFault::kSyncError) return SQLITE_IOERR_FSYNC;
  return Real(f)->pMethods->xSync(Real(f), flags);
}
int FileSize(sqlite3_file* f, sqlite3_int64* size) {
  return Real(f)->pMethods->xFileSize(Real(f), size);
}
int Lock(sqlite3_file* f, int level) { return Real(f)->pMethods->xLock(Real(f), level); }
int Unlock(sqlite3_file* f, int level) { return Real(f)->pMethods->xUnlock(Real(f), level); }
int CheckReservedLock(sqlite3_file* f, int* out) {
  return Real(f)->pMethods->xCheckReservedLock(Real(f), out);
}
int FileControl(sqlite3_file* f, int op, void* arg) {
  return Real(f)->pMethods->xFileControl(Real(f), op, arg);
}
int SectorSize(sqlite3_file* f) { return Real(f)->pMethods->xSectorSize(Real(f)); }
int Characteristics(sqlite3_file* f) { return Real(f)->pMethods->xDeviceCharacteristics(Real(f)); }
int ShmMap(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return Real(f)->pMethods->xShmMap(Real(f), page, size, extend, out);
}
int ShmLock(sqlite3_file* f, int offset, int n, int flags) {
  if (current_fault == DiskFault::kReadError && (flags & SQLITE_SHM_LOCK))
    return SQLITE_IOERR_SHMLOCK;
  return Real(f)->pMethods->xShmLock(Real(f), offset, n, flags);
}
void ShmBarrier(sqlite3_file* f) { Real(f)->pMethods->xShmBarrier(Real(f)); }
int ShmUnmap(sqlite3_file* f, int remove) { return Real(f)->pMethods->xShmUnmap(Real(f), remove); }

const sqlite3_io_methods kMethods = {2,
                                     Close,
                                     Read,
                                     Write,
                                     Truncate,
                                     Sync,
                                     FileSize,
                                     Lock,
                                     Unlock,
                                     CheckReservedLock,
                                     FileControl,
                                     SectorSize,
                                     Characteristics,
                                     ShmMap,
                                     ShmLock,
                                     ShmBarrier,
                                     ShmUnmap,
                                     nullptr,
                                     nullptr};

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* faulty = reinterpret_cast<FaultyFile*>(file);
  faulty->real = reinterpret_cast<sqlite3_file*>(faulty + 1);
  faulty->base.pMethods = nullptr;
  const int result = RealVfs()->xOpen(RealVfs(), name, faulty->real, flags, out_flags);
  if (result == SQLITE_OK) faulty->base.pMethods = &kMethods;
  return result;
}

}  // namespace

std::string FaultyVfsName() {
  static sqlite3_vfs layer = [] {
    sqlite3_vfs copy = *RealVfs();
    copy.zName = "faulty";
    copy.pNext = nullptr;
    copy.szOsFile = static_cast<int>(sizeof(FaultyFile)) + RealVfs()->szOsFile;
    copy.xOpen = Open;
    return copy;
  }();
  static const int registered = sqlite3_vfs_register(&layer, 0);
  return registered == SQLITE_OK ? "faulty" : "";
}

void SetDiskFault(DiskFault fault) { current_fault = fault; }

}  // namespace cofilter::service
