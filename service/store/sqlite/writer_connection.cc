// Gives keys to ids and sequences to what is written.
#include "service/store/sqlite/writer_connection.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::service {
namespace {

constexpr char kFindOrganisation[] = "SELECT key FROM organisation WHERE name=?";
constexpr char kAddOrganisation[] = "INSERT OR IGNORE INTO organisation (name) VALUES (?)";
constexpr char kReadCounters[] = "SELECT name, value FROM counter";
constexpr char kSaveCounter[] = "UPDATE counter SET value=? WHERE name=?";
constexpr char kLastItem[] = "SELECT ifnull(max(key), 0) FROM item_id WHERE organisation=?";
constexpr char kAnyRetraction[] = "SELECT 1 FROM pending_retraction WHERE organisation=? LIMIT 1";
constexpr char kFindMember[] = "SELECT key FROM member WHERE organisation=? AND member_id=?";
constexpr char kAddMember[] = "INSERT INTO member (key, organisation, member_id) VALUES (?,?,?)";
constexpr char kFindItem[] =
    "SELECT i.key, EXISTS (SELECT 1 FROM item c WHERE c.organisation=i.organisation AND "
    "c.key=i.key) "
    "FROM item_id i WHERE i.organisation=? AND i.item_id=?";
constexpr char kAddItem[] = "INSERT INTO item_id (organisation, key, item_id) VALUES (?,?,?)";
constexpr char kDropChange[] = "DELETE FROM change WHERE sequence=?";
constexpr char kAddChange[] =
    "INSERT INTO change (sequence, organisation, kind, subject, at) VALUES (?,?,?,?,?)";

}  // namespace

absl::StatusOr<std::unique_ptr<WriterConnection>> WriterConnection::Open(
    const WriterOptions& options, const runtime::Clock& clock) {
  std::unique_ptr<WriterConnection> writer(new WriterConnection(options, clock));
  COFILTER_ASSIGN_OR_RETURN(writer->connection_,
                            Connection::Open(options.path, options.connection));
  COFILTER_RETURN_IF_ERROR(PrepareSchema(*writer->connection_, Migrations()));
  COFILTER_RETURN_IF_ERROR(writer->LoadOrganisation());
  COFILTER_RETURN_IF_ERROR(writer->LoadCounters());
  return writer;
}

absl::Status WriterConnection::LoadOrganisation() {
  COFILTER_RETURN_IF_ERROR(connection_->Use(kAddOrganisation).BindText(name_).Run());
  Query query = connection_->Use(kFindOrganisation);
  COFILTER_ASSIGN_OR_RETURN(const bool row, query.BindText(name_).Step());
  if (!row) return absl::InternalError("store: the organisation was not kept");
  organisation_ = query.Int(0);
  return absl::OkStatus();
}

absl::Status WriterConnection::LoadCounters() {
  {
    Query query = connection_->Use(kReadCounters);
    while (true) {
      COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
      if (!row) break;
      const std::int64_t name = query.Int(0);
      if (name < 1 || name > 3) continue;
      counters_[name] = query.Int(1);
      counters_moved_[name] = false;
    }
  }
  {
    Query query = connection_->Use(kLastItem);
    COFILTER_ASSIGN_OR_RETURN(const bool row, query.BindInt(organisation_).Step());
    last_item_ = row ? static_cast<ItemKey>(query.Int(0)) : 0;
  }
  Query query = connection_->Use(kAnyRetraction);
  COFILTER_ASSIGN_OR_RETURN(retractions_pending_, query.BindInt(organisation_).Step());
  return absl::OkStatus();
}

Sequence WriterConnection::Next(Counter counter) {
  const auto at = static_cast<std::size_t>(counter);
  counters_moved_[at] = true;
  return ++counters_[at];
}

absl::StatusOr<std::optional<MemberKey>> WriterConnection::FindMember(std::string_view member_id) {
  if (const MemberKey* key = members_.Find(member_id)) return *key;
  Query query = connection_->Use(kFindMember);
  COFILTER_ASSIGN_OR_RETURN(const bool row,
                            query.BindInt(organisation_).BindText(member_id).Step());
  if (!row) return std::optional<MemberKey>();
  return *members_.Insert(member_id, query.Int(0));
}

absl::StatusOr<MemberKey> WriterConnection::InternMember(std::string_view member_id) {
  COFILTER_ASSIGN_OR_RETURN(const std::optional<MemberKey> known, FindMember(member_id));
  if (known.has_value()) return *known;
  const MemberKey key = Next(Counter::kMember);
  COFILTER_RETURN_IF_ERROR(
      connection_->Use(kAddMember).BindInt(key).BindInt(organisation_).BindText(member_id).Run());
  return *members_.Insert(member_id, key);
}

absl::StatusOr<ItemEntry> WriterConnection::InternItem(std::string_view item_id) {
  if (const ItemEntry* entry = items_.Find(item_id)) return *entry;
  {
    Query query = connection_->Use(kFindItem);
    COFILTER_ASSIGN_OR_RETURN(const bool row,
                              query.BindInt(organisation_).BindText(item_id).Step());
    if (row) {
      return *items_.Insert(
          item_id, {.key = static_cast<ItemKey>(query.Int(0)), .in_catalogue = query.Int(1) != 0});
    }
  }
  if (last_item_ == std::numeric_limits<ItemKey>::max()) {
    return absl::InternalError("store: all item keys are given out");
  }
  const ItemKey key = ++last_item_;
  COFILTER_RETURN_IF_ERROR(
      connection_->Use(kAddItem).BindInt(organisation_).BindInt(key).BindText(item_id).Run());
  return *items_.Insert(item_id, {.key = key, .in_catalogue = false});
}

void WriterConnection::MarkInCatalogue(std::string_view item_id, ItemKey key) {
  items_.Insert(item_id, {.key = key, .in_catalogue = true});
}

absl::StatusOr<Sequence> WriterConnection::AddChange(ChangeKind kind, std::string_view subject,
                                                     Sequence replaced) {
  if (replaced != 0) {
    COFILTER_RETURN_IF_ERROR(connection_->Use(kDropChange).BindInt(replaced).Run());
  }
  const Sequence sequence = Next(Counter::kChange);
  COFILTER_RETURN_IF_ERROR(connection_->Use(kAddChange)
                               .BindInt(sequence)
                               .BindInt(organisation_)
                               .BindInt(static_cast<int>(kind))
                               .BindText(subject)
                               .BindInt(Now().time_since_epoch().count())
                               .Run());
  changed_feed_ = true;
  return sequence;
}

absl::Status WriterConnection::Begin() {
  changed_feed_ = false;
  return connection_->Use("BEGIN IMMEDIATE").Run();
}

absl::Status WriterConnection::Commit() {
  for (int name = 1; name <= 3; ++name) {
    if (!counters_moved_[name]) continue;
    COFILTER_RETURN_IF_ERROR(
        connection_->Use(kSaveCounter).BindInt(counters_[name]).BindInt(name).Run());
    counters_moved_[name] = false;
  }
  // An acknowledgement for what lies in a file that was removed or replaced would be a lie.
  if (!connection_->InPlace()) {
    return absl::UnavailableError(
        absl::StrCat("store: ", connection_->path(), " was removed or replaced"));
  }
  return connection_->Use("COMMIT").Run();
}

absl::Status WriterConnection::Rollback() {
  members_.Clear();
  items_.Clear();
  changed_feed_ = false;
  // SQLite has rolled back by itself after some errors.
  if (connection_->InTransaction()) COFILTER_RETURN_IF_ERROR(connection_->Use("ROLLBACK").Run());
  return LoadCounters();
}

}  // namespace cofilter::service
