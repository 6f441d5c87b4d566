// One row a member, and one range of rows for all that the member did.
#include "service/store/sqlite/members.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/store/encoding.h"

namespace cofilter::service {
namespace {

// One row in any case, so that the log's position is of the same moment as the absence of a member.
constexpr char kReadMember[] =
    "SELECT c.value, m.key, m.org_unit, m.cohorts, m.required_credits, m.required_due_at, "
    "m.preferences, m.preferences_revision FROM counter c LEFT JOIN member m "
    "ON m.organisation=? AND m.member_id=? WHERE c.name=1";
constexpr char kReadItems[] =
    "SELECT item, verbs, progress, first_at, last_at FROM member_item WHERE member=? AND item>0";
constexpr char kReadRevision[] = "SELECT revision FROM member WHERE key=?";
constexpr char kUpdateMember[] =
    "UPDATE member SET org_unit=?, cohorts=?, required_credits=?, required_due_at=?, revision=? "
    "WHERE key=?";
constexpr char kReadPreferences[] =
    "SELECT preferences, preferences_revision FROM member WHERE organisation=? AND member_id=?";
constexpr char kUpdatePreferences[] =
    "UPDATE member SET preferences=?, preferences_revision=? WHERE key=?";
constexpr char kList[] =
    "SELECT key, member_id FROM member WHERE key>? AND organisation=? ORDER BY key LIMIT ?";

runtime::Time FromMicros(std::int64_t micros) { return runtime::Time(runtime::Duration(micros)); }

// The etag is the number of the change that brought the preferences; 0 for those nobody has set.
std::string Etag(Sequence revision) { return absl::StrCat(revision); }

absl::Status ReadMemberRow(const Query& query, std::string_view member_id, MemberState* state) {
  state->known = true;
  state->key = query.Int(1);
  state->member.member_id = member_id;
  state->member.org_unit = query.Bytes(2);
  COFILTER_ASSIGN_OR_RETURN(state->member.cohorts, DecodeTexts(query.Bytes(3)));
  if (!query.IsNull(4)) {
    state->member.required = {.credits = query.Real(4), .due_at = FromMicros(query.Int(5))};
  }
  state->preferences.etag = Etag(query.Int(7));
  return DecodePreferences(query.Bytes(6), &state->preferences, &state->not_interested);
}

absl::Status ReadItems(Connection& connection, MemberState* state) {
  Query query = connection.Use(kReadItems);
  query.BindInt(state->key);
  while (true) {
    COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) break;
    const auto verbs = static_cast<std::uint32_t>(query.Int(1));
    if (verbs == 0) continue;  // all was retracted
    state->items.push_back({.item = static_cast<ItemKey>(query.Int(0)),
                            .verbs = verbs,
                            .progress = static_cast<float>(query.Real(2)),
                            .first_at = FromMicros(query.Int(3)),
                            .last_at = FromMicros(query.Int(4))});
  }
  std::sort(state->items.begin(), state->items.end(), [](const MemberItem& a, const MemberItem& b) {
    return std::tie(a.last_at, a.item) < std::tie(b.last_at, b.item);
  });
  return absl::OkStatus();
}

absl::Status UpsertMember(WriterConnection& writer, const data::Member& member) {
  COFILTER_ASSIGN_OR_RETURN(const MemberKey key, writer.InternMember(member.member_id));
  Sequence replaced = 0;
  {
    Query query = writer.connection().Use(kReadRevision);
    COFILTER_ASSIGN_OR_RETURN(const bool row, query.BindInt(key).Step());
    if (row) replaced = query.Int(0);
  }
  COFILTER_ASSIGN_OR_RETURN(const Sequence revision,
                            writer.AddChange(ChangeKind::kMember, member.member_id, replaced));
  const std::string cohorts = EncodeTexts(member.cohorts);
  Query query = writer.connection().Use(kUpdateMember);
  query.BindText(member.org_unit).BindBlob(cohorts);
  if (member.required.has_value()) {
    query.BindReal(member.required->credits)
        .BindInt(member.required->due_at.time_since_epoch().count());
  } else {
    query.BindNull().BindNull();
  }
  return query.BindInt(revision).BindInt(key).Run();
}

struct StoredPreferences {
  bool known = false;
  Sequence revision = 0;
  Preferences preferences;
};

absl::StatusOr<StoredPreferences> ReadPreferences(Connection& connection, std::int64_t organisation,
                                                  std::string_view member_id) {
  Query query = connection.Use(kReadPreferences);
  StoredPreferences stored;
  COFILTER_ASSIGN_OR_RETURN(stored.known, query.BindInt(organisation).BindText(member_id).Step());
  if (!stored.known) return stored;
  stored.revision = query.Int(1);
  stored.preferences.etag = Etag(stored.revision);
  std::vector<ItemKey> keys;
  COFILTER_RETURN_IF_ERROR(DecodePreferences(query.Bytes(0), &stored.preferences, &keys));
  return stored;
}

absl::StatusOr<Preferences> WritePreferences(WriterConnection& writer, std::string_view member_id,
                                             Preferences preferences) {
  COFILTER_ASSIGN_OR_RETURN(const StoredPreferences stored,
                            ReadPreferences(writer.connection(), writer.organisation(), member_id));
  if (!preferences.etag.empty() && preferences.etag != Etag(stored.revision)) {
    return absl::AbortedError(absl::StrCat("preferences of ", std::string(member_id),
                                           " have changed since: etag is ", Etag(stored.revision),
                                           ", not ", preferences.etag, "; read them again"));
  }
  COFILTER_ASSIGN_OR_RETURN(const MemberKey key, writer.InternMember(member_id));
  std::vector<ItemKey> keys;
  for (const std::string& item_id : preferences.not_interested_item_ids) {
    COFILTER_ASSIGN_OR_RETURN(const ItemEntry entry, writer.InternItem(item_id));
    keys.push_back(entry.key);
  }
  COFILTER_ASSIGN_OR_RETURN(const Sequence revision,
                            writer.AddChange(ChangeKind::kPreferences, member_id, stored.revision));
  const std::string bytes = EncodePreferences(preferences, keys);
  COFILTER_RETURN_IF_ERROR(writer.connection()
                               .Use(kUpdatePreferences)
                               .BindBlob(bytes)
                               .BindInt(revision)
                               .BindInt(key)
                               .Run());
  preferences.etag = Etag(revision);
  return preferences;
}

}  // namespace

absl::StatusOr<MemberState> SqliteMembers::Read(std::string_view member_id) {
  return database_.ReadValue<MemberState>(
      [&](Connection& connection) -> absl::StatusOr<MemberState> {
        MemberState state;
        // While its row is held the read transaction stays open: both statements see one moment.
        Query query = connection.Use(kReadMember);
        COFILTER_ASSIGN_OR_RETURN(
            const bool row, query.BindInt(database_.organisation()).BindText(member_id).Step());
        if (!row) return absl::DataLossError("store: the counters are gone");
        state.history_cursor = query.Int(0);
        if (query.IsNull(1)) return state;
        COFILTER_RETURN_IF_ERROR(ReadMemberRow(query, member_id, &state));
        COFILTER_RETURN_IF_ERROR(ReadItems(connection, &state));
        return state;
      });
}

absl::Status SqliteMembers::Upsert(std::span<const data::Member> members) {
  return database_.Write(members.size(), [members](WriterConnection& writer) {
    for (const data::Member& member : members) {
      COFILTER_RETURN_IF_ERROR(UpsertMember(writer, member));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<Preferences> SqliteMembers::GetPreferences(std::string_view member_id) {
  return database_.ReadValue<Preferences>(
      [&](Connection& connection) -> absl::StatusOr<Preferences> {
        COFILTER_ASSIGN_OR_RETURN(StoredPreferences stored,
                                  ReadPreferences(connection, database_.organisation(), member_id));
        if (!stored.known) {
          return absl::NotFoundError(
              absl::StrCat("member ", std::string(member_id), " was never heard of"));
        }
        return std::move(stored.preferences);
      });
}

absl::StatusOr<Preferences> SqliteMembers::UpdatePreferences(std::string_view member_id,
                                                             const Preferences& preferences) {
  return database_.WriteValue<Preferences>(1, [&](WriterConnection& writer) {
    return WritePreferences(writer, member_id, preferences);
  });
}

absl::StatusOr<std::vector<std::pair<MemberKey, std::string>>> SqliteMembers::List(
    MemberKey after, std::size_t limit) {
  using Members = std::vector<std::pair<MemberKey, std::string>>;
  return database_.ReadValue<Members>([&](Connection& connection) -> absl::StatusOr<Members> {
    Query query = connection.Use(kList);
    query.BindInt(after)
        .BindInt(database_.organisation())
        .BindInt(static_cast<std::int64_t>(limit));
    Members members;
    while (true) {
      COFILTER_ASSIGN_OR_RETURN(const bool row, query.Step());
      if (!row) return members;
      members.emplace_back(query.Int(0), query.Bytes(1));
    }
  });
}

}  // namespace cofilter::service
