// Calls SQLite's C interface and turns its result codes into statuses.
#include "service/store/sqlite/connection.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::service {
namespace {

int KeepWalPages(void* wal_pages, sqlite3*, const char*, int pages) {
  *static_cast<int*>(wal_pages) = pages;
  return SQLITE_OK;
}

bool Identify(const std::string& path, std::uint64_t* device, std::uint64_t* inode) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return false;
  *device = info.st_dev;
  *inode = info.st_ino;
  return true;
}

// SQLite would make a file that everybody on the machine may read. Only where there is none:
// closing a file that is in use would let go of SQLite's locks on it. An error is SQLite's to tell.
void CreatePrivately(const std::string& path) {
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file >= 0) ::close(file);
}

}  // namespace

absl::Status SqliteStatus(sqlite3* database, int result, std::string_view what) {
  const int code = result & 0xff;
  std::string message = absl::StrCat("store: ", std::string(what), ": ", sqlite3_errstr(result));
  if (database != nullptr && sqlite3_errcode(database) == code &&
      std::string_view(sqlite3_errmsg(database)) != sqlite3_errstr(code)) {
    absl::StrAppend(&message, " (", sqlite3_errmsg(database), ")");
  }
  switch (code) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
      return absl::OkStatus();
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
    case SQLITE_NOMEM:
      return absl::UnavailableError(message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(message);
    default:
      return absl::InternalError(message);
  }
}

Query::Query(sqlite3* database, sqlite3_stmt* statement, bool* in_use)
    : database_(database), statement_(statement), in_use_(in_use) {
  *in_use_ = true;
}

Query::Query(Query&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      in_use_(std::exchange(other.in_use_, nullptr)),
      bound_(other.bound_),
      status_(std::move(other.status_)) {}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  *in_use_ = false;
}

void Query::Note(int result) {
  if (result != SQLITE_OK && status_.ok()) {
    status_ = SqliteStatus(database_, result, "cannot bind a value");
  }
}

Query& Query::BindInt(std::int64_t value) {
  if (statement_ != nullptr) Note(sqlite3_bind_int64(statement_, ++bound_, value));
  return *this;
}

Query& Query::BindReal(double value) {
  if (statement_ != nullptr) Note(sqlite3_bind_double(statement_, ++bound_, value));
  return *this;
}

Query& Query::BindText(std::string_view value) {
  // A null pointer would bind NULL, where an empty text is meant.
  const char* data = value.data() == nullptr ? "" : value.data();
  if (statement_ != nullptr) {
    Note(sqlite3_bind_text64(statement_, ++bound_, data, value.size(), SQLITE_STATIC, SQLITE_UTF8));
  }
  return *this;
}

Query& Query::BindBlob(std::string_view value) {
  if (value.empty()) return BindNull();
  if (statement_ != nullptr) {
    Note(sqlite3_bind_blob64(statement_, ++bound_, value.data(), value.size(), SQLITE_STATIC));
  }
  return *this;
}

Query& Query::BindNull() {
  if (statement_ != nullptr) Note(sqlite3_bind_null(statement_, ++bound_));
  return *this;
}

absl::StatusOr<bool> Query::Step() {
  if (!status_.ok()) return status_;
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  status_ = SqliteStatus(database_, result, sqlite3_sql(statement_));
  return status_;
}

absl::Status Query::Run() {
  while (true) {
    COFILTER_ASSIGN_OR_RETURN(const bool row, Step());
    if (!row) return absl::OkStatus();
  }
}

std::int64_t Query::Int(int column) const { return sqlite3_column_int64(statement_, column); }
double Query::Real(int column) const { return sqlite3_column_double(statement_, column); }
bool Query::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int Query::Type(int column) const { return sqlite3_column_type(statement_, column); }

std::string_view Query::Bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? std::string_view()
                         : std::string_view(data, static_cast<std::size_t>(size));
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path,
                                                             const ConnectionOptions& options) {
  // Memory statistics take one lock for every allocation of every connection. SQLite refuses the
  // change once it is in use, which does no harm.
  static std::once_flag configured;
  std::call_once(configured, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });

  std::unique_ptr<Connection> connection(new Connection(path));
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (options.create) flags |= SQLITE_OPEN_CREATE;
  if (options.create && options.vfs.empty()) CreatePrivately(path);
  const int result = sqlite3_open_v2(path.c_str(), &connection->database_, flags,
                                     options.vfs.empty() ? nullptr : options.vfs.c_str());
  if (result != SQLITE_OK) {
    return SqliteStatus(connection->database_, result, absl::StrCat("cannot open ", path));
  }
  sqlite3* database = connection->database_;
  sqlite3_busy_timeout(database, options.busy_timeout_ms);
  // What a hostile file could bring along (triggers, views with functions) must not run.
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // Checkpoints are made by the writer after it has answered, not inside a commit.
  sqlite3_wal_hook(database, KeepWalPages, &connection->wal_pages_);
  COFILTER_RETURN_IF_ERROR(connection->Execute(
      absl::StrCat("PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; ",
                   "PRAGMA cache_size=-", options.cache_kib)));
  if (!Identify(path, &connection->device_, &connection->inode_)) {
    return absl::UnavailableError(absl::StrCat("store: ", path, " is not there"));
  }
  return connection;
}

Connection::~Connection() {
  for (auto& [sql, prepared] : prepared_) sqlite3_finalize(prepared->statement);
  sqlite3_close(database_);
}

Query Connection::Use(const char* sql) {
  std::unique_ptr<Prepared>& prepared = prepared_[sql];
  if (prepared == nullptr) {
    sqlite3_stmt* statement = nullptr;
    const int result =
        sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (result != SQLITE_OK) {
      prepared_.erase(sql);
      return Query(SqliteStatus(database_, result, sql));
    }
    prepared = std::make_unique<Prepared>();
    prepared->statement = statement;
  }
  if (prepared->in_use) {
    return Query(absl::InternalError(absl::StrCat("store: used inside itself: ", sql)));
  }
  return Query(database_, prepared->statement, &prepared->in_use);
}

absl::Status Connection::Execute(const std::string& sql) {
  const int result = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  return SqliteStatus(database_, result, sql);
}

absl::Status Connection::ForEachRow(const std::string& sql,
                                    const std::function<void(const Query&)>& each) {
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr);
  if (result != SQLITE_OK) return SqliteStatus(database_, result, sql);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> owner(statement, sqlite3_finalize);
  bool in_use = false;
  Query query(database_, statement, &in_use);
  while (true) {
    COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return absl::OkStatus();
    each(query);
  }
}

absl::Status Connection::Checkpoint() {
  const int result =
      sqlite3_wal_checkpoint_v2(database_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  return SqliteStatus(database_, result, "checkpoint");
}

std::int64_t Connection::Changes() const { return sqlite3_changes64(database_); }
std::int64_t Connection::TotalChanges() const { return sqlite3_total_changes64(database_); }
bool Connection::InTransaction() const { return sqlite3_get_autocommit(database_) == 0; }

bool Connection::InPlace() const {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  return Identify(path_, &device, &inode) && device == device_ && inode == inode_;
}

}  // namespace cofilter::service
