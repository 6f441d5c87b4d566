// Each write is refused unless the caller has seen the last one, and takes the next change for its
// revision.
#include "service/store/sqlite/revisioned.h"

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::service {
namespace {

constexpr char kChangesAfter[] =
    "SELECT sequence, kind, subject, at FROM change WHERE sequence>? AND organisation=? "
    "ORDER BY sequence LIMIT ?";
constexpr char kLastChange[] = "SELECT value FROM counter WHERE name=?";
constexpr char kPointers[] =
    "SELECT revision, version, previous_version, changed_by, reason, changed_at FROM model_pointer "
    "WHERE organisation=? ORDER BY revision DESC LIMIT ?";
constexpr char kAddPointer[] =
    "INSERT INTO model_pointer (revision, organisation, version, previous_version, changed_by, "
    "reason, "
    "changed_at) VALUES (?,?,?,?,?,?,?)";
constexpr char kLoadRules[] =
    "SELECT rule_id, body, revision FROM rule WHERE organisation=? ORDER BY rule_id";
constexpr char kRuleRevision[] = "SELECT revision FROM rule WHERE organisation=? AND rule_id=?";
constexpr char kPutRule[] =
    "INSERT OR REPLACE INTO rule (organisation, rule_id, revision, body) VALUES (?,?,?,?)";

runtime::Time FromMicros(std::int64_t micros) { return runtime::Time(runtime::Duration(micros)); }

absl::Status Moved(std::string_view what, Sequence stored, Sequence expected) {
  return absl::AbortedError(absl::StrCat(std::string(what), " has changed since: revision is ",
                                         stored, ", not ", expected, "; read it again"));
}

absl::StatusOr<std::vector<ModelPointer>> ReadPointers(Connection& connection,
                                                       std::int64_t organisation,
                                                       std::size_t limit) {
  Query query = connection.Use(kPointers);
  query.BindInt(organisation).BindInt(static_cast<std::int64_t>(limit));
  std::vector<ModelPointer> pointers;
  while (true) {
    COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return pointers;
    pointers.push_back({.version = static_cast<std::uint64_t>(query.Int(1)),
                        .previous_version = static_cast<std::uint64_t>(query.Int(2)),
                        .revision = query.Int(0),
                        .changed_by = std::string(query.Bytes(3)),
                        .reason = std::string(query.Bytes(4)),
                        .changed_at = FromMicros(query.Int(5))});
  }
}

absl::StatusOr<ModelPointer> ReadPointer(Connection& connection, std::int64_t organisation) {
  COFILTER_ASSIGN_OR_RETURN(std::vector<ModelPointer> newest,
                            ReadPointers(connection, organisation, 1));
  return newest.empty() ? ModelPointer{} : std::move(newest.front());
}

}  // namespace

absl::StatusOr<std::vector<Change>> SqliteChangeFeed::ChangesAfter(Sequence after,
                                                                   std::size_t limit) {
  using Changes = std::vector<Change>;
  return database_.ReadValue<Changes>([&](Connection& connection) -> absl::StatusOr<Changes> {
    Query query = connection.Use(kChangesAfter);
    query.BindInt(after)
        .BindInt(database_.organisation())
        .BindInt(static_cast<std::int64_t>(limit));
    Changes changes;
    while (true) {
      COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
      if (!row) return changes;
      changes.push_back({.sequence = query.Int(0),
                         .kind = static_cast<ChangeKind>(query.Int(1)),
                         .subject = std::string(query.Bytes(2)),
                         .at = FromMicros(query.Int(3))});
    }
  });
}

absl::StatusOr<Sequence> SqliteChangeFeed::LastChange() {
  return database_.ReadValue<Sequence>([](Connection& connection) -> absl::StatusOr<Sequence> {
    Query query = connection.Use(kLastChange);
    COFILTER_ASSIGN_OR_RETURN(const bool row,
                              query.BindInt(static_cast<int>(Counter::kChange)).Step());
    return row ? query.Int(0) : 0;
  });
}

void SqliteChangeFeed::OnChange(std::function<void()> listener) {
  database_.OnChange(std::move(listener));
}

absl::StatusOr<ModelPointer> SqliteModelPointer::Get() {
  return database_.ReadValue<ModelPointer>(
      [&](Connection& connection) { return ReadPointer(connection, database_.organisation()); });
}

absl::StatusOr<ModelPointer> SqliteModelPointer::Set(std::uint64_t version,
                                                     Sequence expected_revision,
                                                     std::string_view changed_by,
                                                     std::string_view reason) {
  return database_.WriteValue<ModelPointer>(
      1, [&](WriterConnection& writer) -> absl::StatusOr<ModelPointer> {
        COFILTER_ASSIGN_OR_RETURN(const ModelPointer stored,
                                  ReadPointer(writer.connection(), writer.organisation()));
        if (stored.revision != expected_revision) {
          return Moved("the model pointer", stored.revision, expected_revision);
        }
        ModelPointer pointer{.version = version,
                             .previous_version = stored.version,
                             .changed_by = std::string(changed_by),
                             .reason = std::string(reason),
                             .changed_at = writer.Now()};
        COFILTER_ASSIGN_OR_RETURN(
            pointer.revision, writer.AddChange(ChangeKind::kModelPointer,
                                               absl::StrCat("models/", version), stored.revision));
        COFILTER_RETURN_IF_ERROR(writer.connection()
                                     .Use(kAddPointer)
                                     .BindInt(pointer.revision)
                                     .BindInt(writer.organisation())
                                     .BindInt(static_cast<std::int64_t>(version))
                                     .BindInt(static_cast<std::int64_t>(pointer.previous_version))
                                     .BindText(changed_by)
                                     .BindText(reason)
                                     .BindInt(pointer.changed_at.time_since_epoch().count())
                                     .Run());
        return pointer;
      });
}

absl::StatusOr<std::vector<ModelPointer>> SqliteModelPointer::History(std::size_t limit) {
  return database_.ReadValue<std::vector<ModelPointer>>([&](Connection& connection) {
    return ReadPointers(connection, database_.organisation(), limit);
  });
}

absl::StatusOr<std::vector<StoredRule>> SqliteRules::Load() {
  using Rules = std::vector<StoredRule>;
  return database_.ReadValue<Rules>([&](Connection& connection) -> absl::StatusOr<Rules> {
    Query query = connection.Use(kLoadRules);
    query.BindInt(database_.organisation());
    Rules rules;
    while (true) {
      COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
      if (!row) return rules;
      rules.push_back({.rule_id = std::string(query.Bytes(0)),
                       .body = std::string(query.Bytes(1)),
                       .revision = query.Int(2)});
    }
  });
}

absl::StatusOr<Sequence> SqliteRules::Put(std::string_view rule_id, std::string_view body,
                                          Sequence expected_revision) {
  return database_.WriteValue<Sequence>(
      1, [&](WriterConnection& writer) -> absl::StatusOr<Sequence> {
        Sequence stored = 0;
        {
          Query query = writer.connection().Use(kRuleRevision);
          COFILTER_ASSIGN_OR_RETURN(const bool row,
                                    query.BindInt(writer.organisation()).BindText(rule_id).Step());
          if (row) stored = query.Int(0);
        }
        if (stored != expected_revision) {
          return Moved(absl::StrCat("rule ", std::string(rule_id)), stored, expected_revision);
        }
        COFILTER_ASSIGN_OR_RETURN(const Sequence revision,
                                  writer.AddChange(ChangeKind::kRule, rule_id, stored));
        COFILTER_RETURN_IF_ERROR(writer.connection()
                                     .Use(kPutRule)
                                     .BindInt(writer.organisation())
                                     .BindText(rule_id)
                                     .BindInt(revision)
                                     .BindBlob(body)
                                     .Run());
        return revision;
      });
}

}  // namespace cofilter::service
