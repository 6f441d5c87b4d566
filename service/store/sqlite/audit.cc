// Appends and reads; nothing changes or deletes an entry.
#include "service/store/sqlite/audit.h"

#include "runtime/status_macros.h"

namespace cofilter::service {
namespace {

constexpr char kAppend[] =
    "INSERT INTO audit (organisation, at, actor, action, subject, detail) VALUES (?,?,?,?,?,?)";
constexpr char kReadAfter[] =
    "SELECT sequence, at, actor, action, subject, detail FROM audit "
    "WHERE sequence>? AND organisation=? ORDER BY sequence LIMIT ?";

}  // namespace

absl::Status SqliteAudit::Append(const AuditEntry& entry) {
  return database_.Write(1, [&](WriterConnection& writer) {
    return writer.connection()
        .Use(kAppend)
        .BindInt(writer.organisation())
        .BindInt(entry.at.time_since_epoch().count())
        .BindText(entry.actor)
        .BindText(entry.action)
        .BindText(entry.subject)
        .BindText(entry.detail)
        .Run();
  });
}

absl::StatusOr<std::vector<AuditEntry>> SqliteAudit::ReadAfter(Sequence after, std::size_t limit) {
  using Entries = std::vector<AuditEntry>;
  return database_.ReadValue<Entries>([&](Connection& connection) -> absl::StatusOr<Entries> {
    Query query = connection.Use(kReadAfter);
    query.BindInt(after)
        .BindInt(database_.organisation())
        .BindInt(static_cast<std::int64_t>(limit));
    Entries entries;
    while (true) {
      COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
      if (!row) return entries;
      entries.push_back({.sequence = query.Int(0),
                         .at = runtime::Time(runtime::Duration(query.Int(1))),
                         .actor = std::string(query.Bytes(2)),
                         .action = std::string(query.Bytes(3)),
                         .subject = std::string(query.Bytes(4)),
                         .detail = std::string(query.Bytes(5))});
    }
  });
}

}  // namespace cofilter::service
