// The adapter to SQLite: a connection with its prepared statements, and one use of a statement.
#ifndef COFILTER_SERVICE_STORE_SQLITE_CONNECTION_H_
#define COFILTER_SERVICE_STORE_SQLITE_CONNECTION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3;
struct sqlite3_stmt;

namespace cofilter::service {

// One execution of a prepared statement. Values are bound in order; texts must outlive the object.
// The first error is kept and returned by Step. Going out of scope makes the statement free again.
class Query {
 public:
  Query(sqlite3* database, sqlite3_stmt* statement, bool* in_use);
  explicit Query(absl::Status broken) : status_(std::move(broken)) {}
  ~Query();
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;

  Query& BindInt(std::int64_t value);
  Query& BindReal(double value);
  Query& BindText(std::string_view value);
  Query& BindBlob(std::string_view value);  // empty: NULL
  Query& BindNull();

  // True: a row is there to be read. False: the end.
  absl::StatusOr<bool> Step();
  // Steps to the end, whatever rows come.
  absl::Status Run();

  std::int64_t Int(int column) const;
  double Real(int column) const;
  std::string_view Bytes(int column) const;  // text or blob; valid until the next Step
  bool IsNull(int column) const;
  int Type(int column) const;  // SQLite's number of the value's type

 private:
  void Note(int result);

  sqlite3* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  bool* in_use_ = nullptr;
  int bound_ = 0;
  absl::Status status_;
};

struct ConnectionOptions {
  bool read_only = false;
  bool create = false;   // makes the file where there is none
  std::string vfs = {};  // a registered SQLite VFS; empty: the default
  int busy_timeout_ms = 2000;
  int cache_kib = 16384;
};

// Thread-safety: one thread at a time.
// Errors: UNAVAILABLE for what may pass (disk full, locked, I/O error, file away), DATA_LOSS for a
// file that is no intact database, INTERNAL for the rest. Messages hold SQLite's own.
class Connection {
 public:
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path,
                                                          const ConnectionOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // `sql` is a constant of the program with static storage: its address is the key of the prepared
  // statement.
  Query Use(const char* sql);
  // For statements that run once: prepared and finished here. May hold several, parted by
  // semicolons.
  absl::Status Execute(const std::string& sql);
  // The same for one statement that gives rows.
  absl::Status ForEachRow(const std::string& sql, const std::function<void(const Query&)>& each);
  // Waits for nobody. Copies what it can of the write-ahead log into the file.
  absl::Status Checkpoint();

  std::int64_t Changes() const;       // rows changed by the last statement
  std::int64_t TotalChanges() const;  // since opening
  bool InTransaction() const;
  int wal_pages() const {
    return wal_pages_;
  }  // length of the log after this connection's last commit
  // The file at the path is still the one that was opened.
  bool InPlace() const;
  sqlite3* handle() const { return database_; }
  const std::string& path() const { return path_; }

 private:
  struct Prepared {
    sqlite3_stmt* statement = nullptr;
    bool in_use = false;
  };
  explicit Connection(std::string path) : path_(std::move(path)) {}

  const std::string path_;
  sqlite3* database_ = nullptr;
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
  int wal_pages_ = 0;
  absl::flat_hash_map<const char*, std::unique_ptr<Prepared>> prepared_;
};

// `what` says what was tried.
absl::Status SqliteStatus(sqlite3* database, int result, std::string_view what);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_SQLITE_CONNECTION_H_
