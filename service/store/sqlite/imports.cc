// One row a run; the row keeps its place when the run goes on.
#include "service/store/sqlite/imports.h"

#include "runtime/status_macros.h"

namespace cofilter::service {
namespace {

constexpr char kPut[] =
    "INSERT INTO import (organisation, import_id, fingerprint, source_system, started_at, events, "
    "quarantined, body) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (organisation, import_id) DO UPDATE "
    "SET "
    "fingerprint=excluded.fingerprint, source_system=excluded.source_system, "
    "started_at=excluded.started_at, events=excluded.events, quarantined=excluded.quarantined, "
    "body=excluded.body";
// An empty fingerprint asks for all.
constexpr char kList[] =
    "SELECT sequence, import_id, fingerprint, source_system, started_at, events, quarantined, body "
    "FROM import WHERE organisation=?1 AND sequence<?2 AND (?3='' OR fingerprint=?3) "
    "ORDER BY sequence DESC LIMIT ?4";

}  // namespace

absl::Status SqliteImports::Put(const StoredImport& import) {
  return database_.Write(1, [&](WriterConnection& writer) {
    return writer.connection()
        .Use(kPut)
        .BindInt(writer.organisation())
        .BindText(import.import_id)
        .BindText(import.fingerprint)
        .BindText(import.source_system)
        .BindInt(import.started_at.time_since_epoch().count())
        .BindInt(import.events)
        .BindInt(import.quarantined)
        .BindBlob(import.body)
        .Run();
  });
}

absl::StatusOr<std::vector<StoredImport>> SqliteImports::List(Sequence below,
                                                              std::string_view fingerprint,
                                                              std::size_t limit) {
  using Imports = std::vector<StoredImport>;
  return database_.ReadValue<Imports>([&](Connection& connection) -> absl::StatusOr<Imports> {
    Query query = connection.Use(kList);
    query.BindInt(database_.organisation())
        .BindInt(below)
        .BindText(fingerprint)
        .BindInt(static_cast<std::int64_t>(limit));
    Imports imports;
    while (true) {
      COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
      if (!row) return imports;
      imports.push_back({.sequence = query.Int(0),
                         .import_id = std::string(query.Bytes(1)),
                         .fingerprint = std::string(query.Bytes(2)),
                         .source_system = std::string(query.Bytes(3)),
                         .started_at = runtime::Time(runtime::Duration(query.Int(4))),
                         .events = query.Int(5),
                         .quarantined = query.Int(6),
                         .body = std::string(query.Bytes(7))});
    }
  });
}

}  // namespace cofilter::service
