// Copies through SQLite, moves by rename, and digests row by row.
#include "service/store/sqlite/backup.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/digest.h"
#include "runtime/status_macros.h"
#include "service/store/sqlite/connection.h"
#include "service/store/sqlite/copy.h"
#include "service/store/sqlite/lock_file.h"
#include "service/store/sqlite/schema.h"

namespace cofilter::service {
namespace {

bool Exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

// Open for reading, and a store that this program can use, perhaps after a migration.
absl::StatusOr<std::unique_ptr<Connection>> OpenStoreFile(const std::string& path) {
  if (!Exists(path)) return absl::NotFoundError(absl::StrCat("store: ", path, " does not exist"));
  COFILTER_ASSIGN_OR_RETURN(auto connection, Connection::Open(path, {.read_only = true}));
  COFILTER_ASSIGN_OR_RETURN(const int version, SchemaVersion(*connection));
  const int current = 1 + static_cast<int>(Migrations().size());
  if (version < 1 || version > current) {
    return absl::FailedPreconditionError(
        absl::StrCat("store: ", path, " has schema version ", version,
                     "; this program knows versions 1 to ", current));
  }
  return connection;
}

absl::Status Rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("store: cannot rename ", from, " to ", to, ": ",
                                             std::generic_category().message(errno)));
}

// Empties the write-ahead log into the file. A damaged store is put aside as it is.
void FoldLogIntoFile(const std::string& path) {
  auto connection = Connection::Open(path, {});
  if (connection.ok()) (*connection)->Execute("PRAGMA wal_checkpoint(TRUNCATE)").IgnoreError();
}

// The log goes first: a store that lost its log is older, one that met another's log would be
// nonsense.
absl::Status PutAside(const std::string& place, const std::string& aside) {
  FoldLogIntoFile(place);
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    if (Exists(absl::StrCat(place, suffix))) {
      COFILTER_RETURN_IF_ERROR(Rename(absl::StrCat(place, suffix), absl::StrCat(aside, suffix)));
    }
  }
  COFILTER_RETURN_IF_ERROR(SyncDirectoryOf(place));
  return Rename(place, aside);
}

std::string AsideName(const std::string& place, runtime::Time now) {
  std::string time = runtime::FormatTime(now);
  std::erase(time, ':');
  std::string aside = absl::StrCat(place, ".replaced-", time);
  for (int n = 2; Exists(aside); ++n) aside = absl::StrCat(place, ".replaced-", time, "-", n);
  return aside;
}

// Chains pieces of any length into one digest.
class RunningDigest {
 public:
  template <typename T>
  void Raw(T value) {
    buffer_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void Bytes(std::string_view bytes) {
    Raw<std::uint64_t>(bytes.size());
    buffer_.append(bytes);
    if (buffer_.size() >= kPiece) Fold();
  }
  std::string Finish() {
    Fold();
    return runtime::Hex(digest_);
  }

 private:
  static constexpr std::size_t kPiece = 1 << 20;
  void Fold() {
    buffer_.append(reinterpret_cast<const char*>(digest_.data()), digest_.size());
    digest_ = runtime::Sha256(buffer_);
    buffer_.clear();
  }
  std::string buffer_;
  runtime::Sha256Digest digest_{};
};

absl::Status DigestTable(Connection& connection, const std::string& table, RunningDigest* digest) {
  std::string order;
  int columns = 0;
  {
    Query query = connection.Use("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid");
    query.BindText(table);
    std::vector<std::pair<std::int64_t, std::string>> keys;
    while (true) {
      COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
      if (!row) break;
      ++columns;
      if (query.Int(1) > 0) keys.emplace_back(query.Int(1), query.Bytes(0));
    }
    std::sort(keys.begin(), keys.end());
    for (const auto& [position, name] : keys) {
      absl::StrAppend(&order, order.empty() ? " ORDER BY " : ", ", "\"", name, "\"");
    }
  }
  digest->Bytes(table);
  // The names come from the schema that this program has made.
  const std::string sql = absl::StrCat("SELECT * FROM \"", table, "\"", order);
  return connection.ForEachRow(sql, [&](const Query& row) {
    for (int column = 0; column < columns; ++column) {
      digest->Raw(row.Type(column));
      digest->Bytes(row.Bytes(column));
    }
  });
}

}  // namespace

absl::Status BackupStore(const std::string& source, const std::string& destination) {
  COFILTER_RETURN_IF_ERROR(OpenStoreFile(source).status());
  if (Exists(destination)) {
    return absl::AlreadyExistsError(absl::StrCat("store: ", destination, " exists already"));
  }
  return CopyStoreFile(source, destination, false);
}

absl::StatusOr<std::string> RestoreStore(const std::string& backup, const std::string& place,
                                         const RestoreOptions& options) {
  COFILTER_RETURN_IF_ERROR(OpenStoreFile(backup).status());
  COFILTER_ASSIGN_OR_RETURN(const LockFile lock, LockFile::Acquire(place));
  if (Exists(place) && !options.force) {
    return absl::AlreadyExistsError(
        absl::StrCat("store: ", place, " exists already; restoring over it needs to be forced"));
  }
  const std::string beside = absl::StrCat(place, ".restoring");
  COFILTER_RETURN_IF_ERROR(CopyStoreFile(backup, beside, true));
  std::string aside;
  if (Exists(place)) {
    aside = AsideName(place, options.clock->Now());
    COFILTER_RETURN_IF_ERROR(PutAside(place, aside));
  }
  COFILTER_RETURN_IF_ERROR(Rename(beside, place));
  COFILTER_RETURN_IF_ERROR(SyncDirectoryOf(place));
  return aside;
}

absl::StatusOr<std::string> StoreDigest(const std::string& path) {
  COFILTER_ASSIGN_OR_RETURN(const auto connection, OpenStoreFile(path));
  COFILTER_RETURN_IF_ERROR(connection->Execute("BEGIN"));
  std::vector<std::string> tables;
  {
    Query query = connection->Use(
        "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite\\_%' ESCAPE "
        "'\\' "
        "ORDER BY name");
    while (true) {
      COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
      if (!row) break;
      tables.emplace_back(query.Bytes(0));
    }
  }
  RunningDigest digest;
  for (const std::string& table : tables) {
    COFILTER_RETURN_IF_ERROR(DigestTable(*connection, table, &digest));
  }
  return digest.Finish();
}

}  // namespace cofilter::service
