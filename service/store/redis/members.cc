// A member's record has the fields k (key), u (what the backend said), q (preferences), f (their
// etag).
#include "service/store/redis/members.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/store/encoding.h"
#include "service/store/redis/packed.h"

namespace cofilter::service::redis {
namespace {

constexpr std::size_t kPairBytes = 24;
// What one answer brings of a member's pairs, about; the few who have more take another round trip.
constexpr std::string_view kPairsAtOnce = "4096";
constexpr std::size_t kMembersAtOnce = 500;
constexpr std::size_t kMostInPage = 10'000;

runtime::Time FromMicros(std::int64_t micros) { return runtime::Time(runtime::Duration(micros)); }

// credits f64 and due_at i64 (both 0: none), then the org unit after its size, then cohorts.
std::string EncodeMember(const data::Member& member) {
  std::string bytes;
  Pack(member.required.has_value() ? member.required->credits : 0.0, &bytes);
  Pack<std::int64_t>(
      member.required.has_value() ? member.required->due_at.time_since_epoch().count() : 0, &bytes);
  Pack(static_cast<std::uint32_t>(member.org_unit.size()), &bytes);
  bytes.append(member.org_unit);
  bytes.append(EncodeTexts(member.cohorts));
  return bytes;
}

absl::Status DecodeMember(std::string_view bytes, data::Member* member) {
  if (bytes.empty()) return absl::OkStatus();
  constexpr std::size_t kFixed = 20;
  if (bytes.size() < kFixed || bytes.size() - kFixed < Unpack<std::uint32_t>(bytes, 16)) {
    return absl::DataLossError("store: a member's record is damaged");
  }
  const double credits = Unpack<double>(bytes, 0);
  if (credits > 0) {
    member->required = {.credits = credits, .due_at = FromMicros(Unpack<std::int64_t>(bytes, 8))};
  }
  const std::size_t unit = Unpack<std::uint32_t>(bytes, 16);
  member->org_unit = bytes.substr(kFixed, unit);
  COFILTER_ASSIGN_OR_RETURN(member->cohorts, DecodeTexts(bytes.substr(kFixed + unit)));
  return absl::OkStatus();
}

std::string EtagOf(ReplyView etag) { return etag.is_nil() ? "0" : std::string(etag.text()); }

// record: k, u, q, f.
absl::Status ReadRecord(ReplyView record, std::string_view member_id, MemberState* state) {
  if (record[0].is_nil()) return absl::OkStatus();
  state->known = true;
  state->key = record[0].number();
  state->member.member_id = member_id;
  COFILTER_RETURN_IF_ERROR(DecodeMember(record[1].text(), &state->member));
  state->preferences.etag = EtagOf(record[3]);
  return DecodePreferences(record[2].text(), &state->preferences, &state->not_interested);
}

// page: cursor, and items and pairs by turns.
absl::Status ReadPairs(ReplyView page, std::vector<MemberItem>* items) {
  const ReplyView pairs = page[1];
  items->reserve(items->size() + pairs.size() / 2);
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    const std::string_view bytes = pairs[i + 1].text();
    const std::int64_t item = pairs[i].number();
    if (bytes.size() != kPairBytes || item <= 0) {
      return absl::DataLossError("store: a pair of the member is damaged");
    }
    items->push_back({.item = static_cast<ItemKey>(item),
                      .verbs = Unpack<std::uint32_t>(bytes, 0),
                      .progress = Unpack<float>(bytes, 4),
                      .first_at = FromMicros(Unpack<std::int64_t>(bytes, 8)),
                      .last_at = FromMicros(Unpack<std::int64_t>(bytes, 16))});
  }
  return absl::OkStatus();
}

// A page may bring again what an earlier one brought; the later word holds.
void SortPairs(bool several_pages, std::vector<MemberItem>* items) {
  if (several_pages) {
    absl::flat_hash_map<ItemKey, MemberItem> last;
    for (const MemberItem& item : *items) last.insert_or_assign(item.item, item);
    items->clear();
    for (const auto& [key, item] : last) items->push_back(item);
  }
  std::sort(items->begin(), items->end(), [](const MemberItem& a, const MemberItem& b) {
    return std::tie(a.last_at, a.item) < std::tie(b.last_at, b.item);
  });
}

// The caller of a read needs to know only that the state is not to be had.
absl::Status Away(const absl::Status& status, std::string_view member_id) {
  return absl::UnavailableError(
      absl::StrCat(status.message(), " (member ", std::string(member_id), ")"));
}

}  // namespace

absl::StatusOr<MemberState> RedisMembers::Read(std::string_view member_id) {
  const KeyNames::Member keys = database_.names().OfMember(member_id);
  MemberState state;
  state.history_cursor = log_.settled();  // before the state is read
  const Command commands[] = {
      MakeCommand(keys.record, {"HMGET", keys.record, "k", "u", "q", "f"}),
      MakeCommand(keys.pairs, {"HSCAN", keys.pairs, "0", "COUNT", kPairsAtOnce})};
  const Answers answers = database_.Run(commands, Access::kRead);
  for (const absl::StatusOr<Reply>& reply : answers.replies) {
    if (!reply.ok()) return Away(reply.status(), member_id);
  }
  absl::Status status = ReadRecord(answers.replies[0]->view(), member_id, &state);
  if (status.ok()) status = ReadPairs(answers.replies[1]->view(), &state.items);
  std::string cursor(answers.replies[1]->view()[0].text());
  const bool several_pages = cursor != "0";
  while (status.ok() && cursor != "0") {
    const absl::StatusOr<Reply> more = database_.RunOne(
        MakeCommand(keys.pairs, {"HSCAN", keys.pairs, cursor, "COUNT", kPairsAtOnce}),
        Access::kRead);
    if (!more.ok()) return Away(more.status(), member_id);
    status = ReadPairs(more->view(), &state.items);
    cursor = more->view()[0].text();
  }
  if (!status.ok()) return Away(status, member_id);
  SortPairs(several_pages, &state.items);
  return state;
}

absl::StatusOr<std::vector<std::int64_t>> RedisMembers::Intern(
    std::span<const std::string_view> members, std::span<const std::string> items) {
  const KeyNames& names = database_.names();
  const std::string count = absl::StrCat(members.size());
  std::vector<std::string_view> arguments = {count};
  arguments.insert(arguments.end(), members.begin(), members.end());
  arguments.insert(arguments.end(), items.begin(), items.end());
  const std::string_view keys[] = {names.meta, names.members, names.item_ids};
  COFILTER_ASSIGN_OR_RETURN(
      const Reply reply,
      database_.RunOne(MakeScriptCall(database_.scripts().intern, keys, arguments),
                       Access::kWrite));
  std::vector<std::int64_t> result(members.size() + items.size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = reply.view()[i].number();
  return result;
}

absl::Status RedisMembers::AddChanges(ChangeKind kind,
                                      std::span<const std::string_view> member_ids) {
  const KeyNames& names = database_.names();
  const std::string now = database_.NowText();
  std::vector<std::string> subjects;
  subjects.reserve(member_ids.size());
  std::vector<std::string_view> arguments = {now};
  for (const std::string_view member_id : member_ids) {
    arguments.push_back(
        subjects.emplace_back(absl::StrCat(static_cast<int>(kind), std::string(member_id))));
  }
  const std::string_view keys[] = {names.meta, names.feed, names.feed_times};
  COFILTER_RETURN_IF_ERROR(
      database_
          .RunOne(MakeScriptCall(database_.scripts().add_changes, keys, arguments), Access::kWrite)
          .status());
  database_.NotifyChange();
  return absl::OkStatus();
}

absl::Status RedisMembers::Upsert(std::span<const data::Member> members) {
  for (std::size_t begin = 0; begin < members.size(); begin += kMembersAtOnce) {
    const auto part = members.subspan(begin, std::min(kMembersAtOnce, members.size() - begin));
    std::vector<std::string_view> ids;
    for (const data::Member& member : part) ids.push_back(member.member_id);
    COFILTER_ASSIGN_OR_RETURN(const std::vector<std::int64_t> member_keys, Intern(ids, {}));
    std::vector<Command> commands;
    for (std::size_t i = 0; i < part.size(); ++i) {
      const std::string record = database_.names().OfMember(part[i].member_id).record;
      commands.push_back(MakeCommand(
          record, {"HSET", record, "k", absl::StrCat(member_keys[i]), "u", EncodeMember(part[i])}));
    }
    const Answers answers = database_.Run(commands, Access::kWrite);
    for (const absl::StatusOr<Reply>& reply : answers.replies) {
      COFILTER_RETURN_IF_ERROR(reply.status());
    }
    // After the records: whoever follows the feed reads them.
    COFILTER_RETURN_IF_ERROR(AddChanges(ChangeKind::kMember, ids));
  }
  return absl::OkStatus();
}

absl::StatusOr<Preferences> RedisMembers::GetPreferences(std::string_view member_id) {
  const std::string record = database_.names().OfMember(member_id).record;
  COFILTER_ASSIGN_OR_RETURN(
      const Reply reply,
      database_.RunOne(MakeCommand(record, {"HMGET", record, "k", "u", "q", "f"}), Access::kRead));
  MemberState state;
  COFILTER_RETURN_IF_ERROR(ReadRecord(reply.view(), member_id, &state));
  if (!state.known) {
    return absl::NotFoundError(
        absl::StrCat("member ", std::string(member_id), " was never heard of"));
  }
  return std::move(state.preferences);
}

absl::StatusOr<Preferences> RedisMembers::UpdatePreferences(std::string_view member_id,
                                                            const Preferences& preferences) {
  const std::string record = database_.names().OfMember(member_id).record;
  const auto of_member = [&](const absl::Status& status) {
    return absl::IsAborted(status)
               ? absl::AbortedError(absl::StrCat("preferences of ", std::string(member_id),
                                                 " have changed since: ", status.message()))
               : status;
  };
  // A refusal must not make a member known: the etag is looked at before keys are given.
  COFILTER_ASSIGN_OR_RETURN(
      const Reply stored,
      database_.RunOne(MakeCommand(record, {"HMGET", record, "f"}), Access::kRead));
  const std::string etag = EtagOf(stored.view()[0]);
  if (!preferences.etag.empty() && preferences.etag != etag) {
    return of_member(absl::AbortedError(
        absl::StrCat("etag is ", etag, ", not ", preferences.etag, "; read them again")));
  }
  const std::string_view ids[] = {member_id};
  COFILTER_ASSIGN_OR_RETURN(const std::vector<std::int64_t> keys,
                            Intern(ids, preferences.not_interested_item_ids));
  const std::vector<ItemKey> items(keys.begin() + 1, keys.end());
  const absl::StatusOr<Reply> written = database_.RunOne(
      MakeScriptCall(
          database_.scripts().set_preferences, {record},
          {absl::StrCat(keys.front()), preferences.etag, EncodePreferences(preferences, items)}),
      Access::kWrite);
  if (!written.ok()) return of_member(written.status());
  Preferences result = preferences;
  result.etag = written->view().text();
  COFILTER_RETURN_IF_ERROR(AddChanges(ChangeKind::kPreferences, ids));
  return result;
}

absl::StatusOr<std::vector<std::pair<MemberKey, std::string>>> RedisMembers::List(
    MemberKey after, std::size_t limit) {
  const std::string& members = database_.names().members;
  COFILTER_ASSIGN_OR_RETURN(
      const Reply reply,
      database_.RunOne(MakeCommand(members, {"ZRANGEBYSCORE", members, absl::StrCat("(", after),
                                             "+inf", "WITHSCORES", "LIMIT", "0",
                                             absl::StrCat(std::min(limit, kMostInPage))}),
                       Access::kRead));
  std::vector<std::pair<MemberKey, std::string>> result;
  for (std::size_t i = 0; i + 1 < reply.view().size(); i += 2) {
    result.emplace_back(reply.view()[i + 1].number(), reply.view()[i].text());
  }
  return result;
}

}  // namespace cofilter::service::redis
