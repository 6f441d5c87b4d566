// Copies through SQLite's backup interface in one read transaction.
#include "service/store/sqlite/copy.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::service {
namespace {

absl::Status SystemError(std::string_view what, const std::string& path) {
  return absl::UnavailableError(absl::StrCat("store: ", std::string(what), " ", path, ": ",
                                             std::generic_category().message(errno)));
}

absl::Status Sync(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return SystemError("cannot open", path);
  const bool synced = ::fsync(fd) == 0;
  const absl::Status status = synced ? absl::OkStatus() : SystemError("cannot sync", path);
  ::close(fd);
  return status;
}

absl::Status CopyPages(Connection& from, Connection& to) {
  sqlite3_backup* backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
  if (backup == nullptr) {
    return SqliteStatus(to.handle(), sqlite3_errcode(to.handle()), "cannot begin the copy");
  }
  // All pages in one step: one read transaction, so one moment of the store.
  const int result = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (result != SQLITE_DONE) return SqliteStatus(to.handle(), result, "cannot copy");
  return SqliteStatus(to.handle(), finished, "cannot finish the copy");
}

absl::Status CopyTo(const std::string& source, const std::string& beside) {
  COFILTER_ASSIGN_OR_RETURN(const auto from, Connection::Open(source, {.read_only = true}));
  COFILTER_ASSIGN_OR_RETURN(const auto to, Connection::Open(beside, {.create = true}));
  COFILTER_RETURN_IF_ERROR(CopyPages(*from, *to));
  COFILTER_RETURN_IF_ERROR(to->Execute("PRAGMA journal_mode=DELETE"));
  return CheckIntegrity(*to);
}

}  // namespace

absl::Status CheckIntegrity(Connection& connection) {
  Query query = connection.Use("PRAGMA integrity_check(1)");
  COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
  if (row && query.Bytes(0) == "ok") return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("store: ", connection.path(), " is damaged: ",
                                          row ? std::string(query.Bytes(0)) : "no answer"));
}

absl::Status SyncFile(const std::string& path) { return Sync(path, O_RDONLY); }

absl::Status SyncDirectoryOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return Sync(parent.empty() ? "." : parent, O_RDONLY | O_DIRECTORY);
}

absl::Status CopyStoreFile(const std::string& source, const std::string& destination,
                           bool replace) {
  struct stat info {};
  if (::stat(source.c_str(), &info) != 0) {
    return absl::NotFoundError(
        absl::StrCat("store: ", source, ": ", std::generic_category().message(errno)));
  }
  const std::string beside = absl::StrCat(destination, ".partial-", ::getpid());
  absl::Status status = CopyTo(source, beside);
  if (status.ok()) status = SyncFile(beside);
  if (status.ok() && ::renameat2(AT_FDCWD, beside.c_str(), AT_FDCWD, destination.c_str(),
                                 replace ? 0 : RENAME_NOREPLACE) != 0) {
    status = errno == EEXIST
                 ? absl::AlreadyExistsError(absl::StrCat("store: ", destination, " exists already"))
                 : SystemError("cannot rename to", destination);
  }
  if (status.ok()) return SyncDirectoryOf(destination);
  ::unlink(beside.c_str());
  ::unlink(absl::StrCat(beside, "-journal").c_str());
  return status;
}

}  // namespace cofilter::service
