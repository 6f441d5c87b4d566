// Creates and migrates the tables. docs/formats/store.md says what each column means.
#include "service/store/sqlite/schema.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/store/sqlite/copy.h"

namespace cofilter::service {
namespace {

constexpr char kCreateVersion1[] = R"sql(
CREATE TABLE schema_version (version INTEGER NOT NULL);
CREATE TABLE counter (name INTEGER PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO counter VALUES (1, 0), (2, 0), (3, 0);
CREATE TABLE organisation (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE member (
  key INTEGER PRIMARY KEY,
  organisation INTEGER NOT NULL,
  member_id TEXT NOT NULL,
  org_unit TEXT NOT NULL DEFAULT '',
  cohorts BLOB,
  required_credits REAL,
  required_due_at INTEGER,
  revision INTEGER NOT NULL DEFAULT 0,
  preferences BLOB,
  preferences_revision INTEGER NOT NULL DEFAULT 0,
  UNIQUE (organisation, member_id));

CREATE TABLE item_id (
  organisation INTEGER NOT NULL,
  key INTEGER NOT NULL,
  item_id TEXT NOT NULL,
  PRIMARY KEY (organisation, key),
  UNIQUE (organisation, item_id)) WITHOUT ROWID;

CREATE TABLE item (
  revision INTEGER PRIMARY KEY,
  organisation INTEGER NOT NULL,
  key INTEGER NOT NULL,
  body BLOB NOT NULL,
  UNIQUE (organisation, key));

CREATE TABLE event (
  sequence INTEGER PRIMARY KEY,
  organisation INTEGER NOT NULL,
  id_hash INTEGER NOT NULL UNIQUE,
  event_id TEXT NOT NULL,
  member INTEGER NOT NULL,
  item INTEGER NOT NULL,
  verb INTEGER NOT NULL,
  occurred_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  progress REAL,
  rest BLOB,
  previous INTEGER NOT NULL,
  retracted INTEGER NOT NULL DEFAULT 0);

CREATE TABLE member_item (
  member INTEGER NOT NULL,
  item INTEGER NOT NULL,
  verbs INTEGER NOT NULL,
  progress REAL NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  last_event INTEGER NOT NULL,
  PRIMARY KEY (member, item)) WITHOUT ROWID;

CREATE TABLE pending_retraction (
  organisation INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  member INTEGER NOT NULL,
  PRIMARY KEY (organisation, event_id, member)) WITHOUT ROWID;

CREATE TABLE change (
  sequence INTEGER PRIMARY KEY,
  organisation INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  subject TEXT NOT NULL,
  at INTEGER NOT NULL);

CREATE TABLE model_pointer (
  revision INTEGER PRIMARY KEY,
  organisation INTEGER NOT NULL,
  version INTEGER NOT NULL,
  previous_version INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  changed_at INTEGER NOT NULL);

CREATE TABLE rule (
  organisation INTEGER NOT NULL,
  rule_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  body BLOB,
  PRIMARY KEY (organisation, rule_id));

CREATE TABLE receipt (
  sequence INTEGER PRIMARY KEY,
  organisation INTEGER NOT NULL,
  recommendation_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  body BLOB,
  UNIQUE (organisation, recommendation_id));

CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  organisation INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL);

CREATE TABLE answer (
  organisation INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  body BLOB,
  PRIMARY KEY (organisation, request_id));
CREATE INDEX answer_by_time ON answer (at);
)sql";

constexpr char kAddImports[] = R"sql(
CREATE TABLE import (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  organisation INTEGER NOT NULL,
  import_id TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  source_system TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  events INTEGER NOT NULL,
  quarantined INTEGER NOT NULL,
  body BLOB,
  UNIQUE (organisation, import_id));
CREATE INDEX import_by_fingerprint ON import (organisation, fingerprint);
)sql";

absl::StatusOr<std::int64_t> OneNumber(Connection& connection, const char* sql) {
  Query query = connection.Use(sql);
  COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
  return row ? query.Int(0) : 0;
}

absl::Status EnableWriteAheadLog(Connection& connection) {
  Query query = connection.Use("PRAGMA journal_mode=WAL");
  COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row || query.Bytes(0) != "wal") {
    return absl::UnavailableError(absl::StrCat("store: ", connection.path(),
                                               " lies on a file system without a write-ahead log"));
  }
  return absl::OkStatus();
}

// Runs `body` in a transaction of its own.
template <typename Body>
absl::Status InTransaction(Connection& connection, Body body) {
  COFILTER_RETURN_IF_ERROR(connection.Execute("BEGIN IMMEDIATE"));
  absl::Status status = body();
  if (status.ok()) status = connection.Execute("COMMIT");
  if (!status.ok() && connection.InTransaction()) {
    COFILTER_RETURN_IF_ERROR(connection.Execute("ROLLBACK"));
  }
  return status;
}

absl::Status SetVersion(Connection& connection, int version) {
  COFILTER_RETURN_IF_ERROR(connection.Execute("DELETE FROM schema_version"));
  return connection.Use("INSERT INTO schema_version VALUES (?)").BindInt(version).Run();
}

absl::Status Create(Connection& connection, int version) {
  COFILTER_RETURN_IF_ERROR(EnableWriteAheadLog(connection));
  return InTransaction(connection, [&]() -> absl::Status {
    COFILTER_RETURN_IF_ERROR(
        connection.Execute(absl::StrCat("PRAGMA application_id=", kApplicationId)));
    COFILTER_RETURN_IF_ERROR(connection.Execute(kCreateVersion1));
    return SetVersion(connection, version);
  });
}

absl::Status TooNew(Connection& connection, int version, int current) {
  return absl::FailedPreconditionError(
      absl::StrCat("store: ", connection.path(), " has schema version ", version,
                   "; this program knows versions up to ", current,
                   ": use the program that wrote it, or a newer one"));
}

}  // namespace

std::span<const Migration> Migrations() {
  // Version 2 also lets the rest of an event say that its time was assumed, which version 1 cannot
  // read.
  static const std::vector<Migration> migrations = {
      {.from = 1, .description = "imports leave a record", .apply = [](Connection& connection) {
         return connection.Execute(kAddImports);
       }}};
  return migrations;
}

absl::StatusOr<int> SchemaVersion(Connection& connection) {
  COFILTER_ASSIGN_OR_RETURN(const std::int64_t tables,
                            OneNumber(connection, "SELECT count(*) FROM sqlite_master"));
  COFILTER_ASSIGN_OR_RETURN(const std::int64_t id, OneNumber(connection, "PRAGMA application_id"));
  if (tables == 0 && id == 0) return 0;
  if (id != kApplicationId) {
    return absl::FailedPreconditionError(
        absl::StrCat("store: ", connection.path(),
                     " is a SQLite database of another program, not a Cofilter store"));
  }
  COFILTER_ASSIGN_OR_RETURN(const std::int64_t version,
                            OneNumber(connection, "SELECT max(version) FROM schema_version"));
  if (version < 1) {
    return absl::DataLossError(
        absl::StrCat("store: ", connection.path(), " does not say its schema version"));
  }
  return static_cast<int>(version);
}

absl::Status PrepareSchema(Connection& connection, std::span<const Migration> migrations) {
  const int current = 1 + static_cast<int>(migrations.size());
  COFILTER_ASSIGN_OR_RETURN(int version, SchemaVersion(connection));
  if (version > current) return TooNew(connection, version, current);
  if (version == 0) {
    COFILTER_RETURN_IF_ERROR(Create(connection, 1));
    version = 1;
  } else if (version < current) {
    // A copy of that name is left from an attempt that failed: the same version, so it may go.
    COFILTER_RETURN_IF_ERROR(CopyStoreFile(
        connection.path(), absl::StrCat(connection.path(), ".version-", version), true));
  }
  for (const Migration& migration : migrations.subspan(static_cast<std::size_t>(version - 1))) {
    const absl::Status status = InTransaction(connection, [&]() -> absl::Status {
      COFILTER_RETURN_IF_ERROR(migration.apply(connection));
      return SetVersion(connection, migration.from + 1);
    });
    if (!status.ok()) {
      return absl::Status(status.code(),
                          absl::StrCat("store: migration from version ", migration.from, " (",
                                       migration.description, "): ", status.message()));
    }
  }
  return EnableWriteAheadLog(connection);
}

absl::Status RequireCurrentSchema(Connection& connection) {
  const int current = 1 + static_cast<int>(Migrations().size());
  COFILTER_ASSIGN_OR_RETURN(const int version, SchemaVersion(connection));
  if (version == current) return absl::OkStatus();
  if (version > current) return TooNew(connection, version, current);
  return absl::FailedPreconditionError(
      absl::StrCat("store: ", connection.path(), " has schema version ", version, ", older than ",
                   current, ": start the server once, which brings it forward"));
}

}  // namespace cofilter::service
