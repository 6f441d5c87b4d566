// Each write is refused unless the caller has seen the last one, and takes the next change for its
// revision: one script each.
#include "service/store/redis/revisioned.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/store/encoding.h"
#include "service/store/redis/packed.h"

namespace cofilter::service::redis {
namespace {

constexpr std::size_t kMostChanges = 10'000;
constexpr std::size_t kMostPointers = 1000;
constexpr std::string_view kRulesAtOnce = "200";

runtime::Time FromMicros(std::int64_t micros) { return runtime::Time(runtime::Duration(micros)); }

}  // namespace

std::string EncodePointerRest(const ModelPointer& pointer) {
  std::string bytes;
  Pack<std::int64_t>(pointer.changed_at.time_since_epoch().count(), &bytes);
  bytes.append(EncodeTexts({pointer.changed_by, pointer.reason}));
  return bytes;
}

absl::StatusOr<ModelPointer> DecodePointer(std::string_view bytes) {
  constexpr std::size_t kFixed = 32;
  if (bytes.size() < kFixed) return absl::DataLossError("store: a model pointer is damaged");
  COFILTER_ASSIGN_OR_RETURN(std::vector<std::string> texts, DecodeTexts(bytes.substr(kFixed)));
  if (texts.size() != 2) return absl::DataLossError("store: a model pointer is damaged");
  return ModelPointer{.version = Unpack<std::uint64_t>(bytes, 8),
                      .previous_version = Unpack<std::uint64_t>(bytes, 16),
                      .revision = Unpack<Sequence>(bytes, 0),
                      .changed_by = std::move(texts[0]),
                      .reason = std::move(texts[1]),
                      .changed_at = FromMicros(Unpack<std::int64_t>(bytes, 24))};
}

absl::StatusOr<std::vector<Change>> RedisChangeFeed::ChangesAfter(Sequence after,
                                                                  std::size_t limit) {
  const KeyNames& names = database_.names();
  COFILTER_ASSIGN_OR_RETURN(
      const Reply reply,
      database_.RunOne(
          MakeScriptCall(database_.scripts().read_changes, {names.feed, names.feed_times},
                         {absl::StrCat(after), absl::StrCat(std::min(limit, kMostChanges))}),
          Access::kRead));
  std::vector<Change> changes;
  for (std::size_t i = 0; i + 2 < reply.view().size(); i += 3) {
    const std::string_view subject = reply.view()[i].text();
    if (subject.empty()) return absl::DataLossError("store: the change feed is damaged");
    changes.push_back({.sequence = reply.view()[i + 1].number(),
                       .kind = static_cast<ChangeKind>(subject.front() - '0'),
                       .subject = std::string(subject.substr(1)),
                       .at = FromMicros(reply.view()[i + 2].number())});
  }
  return changes;
}

absl::StatusOr<Sequence> RedisChangeFeed::LastChange() {
  const std::string& meta = database_.names().meta;
  COFILTER_ASSIGN_OR_RETURN(
      const Reply reply,
      database_.RunOne(MakeCommand(meta, {"HGET", meta, "change"}), Access::kRead));
  return reply.view().number();
}

absl::StatusOr<std::vector<ModelPointer>> RedisModelPointer::History(std::size_t limit) {
  const std::string& key = database_.names().pointers;
  if (limit == 0) return std::vector<ModelPointer>();
  COFILTER_ASSIGN_OR_RETURN(
      const Reply reply,
      database_.RunOne(MakeCommand(key, {"LRANGE", key,
                                         absl::StrCat("-", std::min(limit, kMostPointers)), "-1"}),
                       Access::kRead));
  std::vector<ModelPointer> pointers;
  for (std::size_t i = reply.view().size(); i-- > 0;) {
    COFILTER_ASSIGN_OR_RETURN(pointers.emplace_back(), DecodePointer(reply.view()[i].text()));
  }
  return pointers;
}

absl::StatusOr<ModelPointer> RedisModelPointer::Get() {
  COFILTER_ASSIGN_OR_RETURN(std::vector<ModelPointer> newest, History(1));
  return newest.empty() ? ModelPointer{} : std::move(newest.front());
}

absl::StatusOr<ModelPointer> RedisModelPointer::Set(std::uint64_t version,
                                                    Sequence expected_revision,
                                                    std::string_view changed_by,
                                                    std::string_view reason) {
  const KeyNames& names = database_.names();
  const ModelPointer wanted{.version = version,
                            .changed_by = std::string(changed_by),
                            .reason = std::string(reason),
                            .changed_at = database_.Now()};
  std::string version_bytes;
  Pack(version, &version_bytes);
  COFILTER_ASSIGN_OR_RETURN(
      const Reply reply,
      database_.RunOne(
          MakeScriptCall(database_.scripts().set_pointer,
                         {names.meta, names.pointers, names.feed, names.feed_times},
                         {database_.NowText(), absl::StrCat(expected_revision), version_bytes,
                          absl::StrCat(version), EncodePointerRest(wanted)}),
          Access::kWrite));
  database_.NotifyChange();
  return DecodePointer(reply.view().text());
}

absl::StatusOr<std::vector<StoredRule>> RedisRules::Load() {
  const std::string& key = database_.names().rules;
  std::map<std::string, StoredRule> rules;  // a scan may bring a rule twice
  std::string cursor = "0";
  do {
    COFILTER_ASSIGN_OR_RETURN(
        const Reply reply,
        database_.RunOne(MakeCommand(key, {"HSCAN", key, cursor, "COUNT", kRulesAtOnce}),
                         Access::kRead));
    const ReplyView page = reply.view()[1];
    for (std::size_t i = 0; i + 1 < page.size(); i += 2) {
      const std::string_view bytes = page[i + 1].text();
      const std::string rule_id(page[i].text());
      if (bytes.size() < sizeof(Sequence)) {
        return absl::DataLossError(absl::StrCat("store: rule ", rule_id, " is damaged"));
      }
      rules[rule_id] = {.rule_id = rule_id,
                        .body = std::string(bytes.substr(sizeof(Sequence))),
                        .revision = Unpack<Sequence>(bytes, 0)};
    }
    cursor = reply.view()[0].text();
  } while (cursor != "0");
  std::vector<StoredRule> result;
  for (auto& [id, rule] : rules) result.push_back(std::move(rule));
  return result;
}

absl::StatusOr<Sequence> RedisRules::Put(std::string_view rule_id, std::string_view body,
                                         Sequence expected_revision) {
  const KeyNames& names = database_.names();
  COFILTER_ASSIGN_OR_RETURN(
      const Reply reply,
      database_.RunOne(
          MakeScriptCall(database_.scripts().put_rule,
                         {names.meta, names.rules, names.feed, names.feed_times},
                         {database_.NowText(), rule_id, absl::StrCat(expected_revision), body}),
          Access::kWrite));
  database_.NotifyChange();
  return reply.view().number();
}

}  // namespace cofilter::service::redis
