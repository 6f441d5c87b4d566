// Groups updates by member, in the order of the log.
#include "service/store/redis/member_updates.h"

#include <cstdio>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "runtime/status_macros.h"
#include "service/store/redis/log_entry.h"
#include "service/store/redis/packed.h"

namespace cofilter::service::redis {
namespace {

// What one script call applies: bounded, so that Redis answers others soon.
constexpr std::size_t kMostInScript = 1000;

struct MemberGroup {
  std::vector<std::size_t> updates;  // indices
};

std::string ProgressText(const data::Event& event) {
  if (!event.progress.has_value()) return {};
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", static_cast<double>(*event.progress));
  return text;
}

Command MakeApply(const Database& database, const std::vector<LoggedUpdate>& updates,
                  const MemberGroup& group) {
  const LoggedUpdate& first = updates[group.updates.front()];
  const KeyNames::Member keys = database.names().OfMember(first.event->member_id);
  std::vector<std::string> texts;  // numbers, three an event
  texts.reserve(1 + 4 * group.updates.size());
  texts.push_back(absl::StrCat(first.member));
  std::vector<std::string_view> arguments = {texts.back()};
  for (const std::size_t index : group.updates) {
    const data::Event& event = *updates[index].event;
    const std::size_t at = texts.size();
    texts.push_back(absl::StrCat(updates[index].item));
    texts.push_back(absl::StrCat(static_cast<int>(event.verb)));
    texts.push_back(absl::StrCat(event.occurred_at.time_since_epoch().count()));
    texts.push_back(ProgressText(event));
    arguments.insert(arguments.end(), {event.event_id, texts[at], texts[at + 1], texts[at + 2],
                                       texts[at + 3], event.retracts_event_id});
  }
  const std::string_view key_names[] = {keys.record, keys.pairs, keys.events};
  return MakeScriptCall(database.scripts().apply_events, key_names, arguments);
}

absl::Status OfMember(const absl::Status& status, std::string_view member_id) {
  return absl::Status(status.code(),
                      absl::StrCat(status.message(), " (member ", std::string(member_id), ")"));
}

}  // namespace

UpdateResult ApplyUpdates(Database& database, const std::vector<LoggedUpdate>& updates) {
  UpdateResult result;
  result.moved.assign(updates.size(), absl::StatusOr<std::int64_t>(-1));
  if (updates.empty()) {
    result.replicated = true;
    return result;
  }
  std::vector<MemberGroup> groups;
  absl::flat_hash_map<absl::string_view, std::size_t> newest;  // member → its last group
  for (std::size_t i = 0; i < updates.size(); ++i) {
    const std::string& member_id = updates[i].event->member_id;
    const auto [found, added] = newest.try_emplace(absl::string_view(member_id), groups.size());
    if (!added && groups[found->second].updates.size() >= kMostInScript) {
      found->second = groups.size();
    }
    if (found->second == groups.size()) groups.emplace_back();
    groups[found->second].updates.push_back(i);
  }
  std::vector<Command> commands;
  commands.reserve(groups.size());
  for (const MemberGroup& group : groups) commands.push_back(MakeApply(database, updates, group));
  const Answers answers = database.Run(commands, Access::kDurableWrite);
  result.replicated = answers.replicated;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const std::vector<std::size_t>& indices = groups[g].updates;
    const absl::StatusOr<Reply>& reply = answers.replies[g];
    const bool whole =
        reply.ok() && reply->view().text().size() == indices.size() * sizeof(std::int64_t);
    for (std::size_t i = 0; i < indices.size(); ++i) {
      const std::string& member_id = updates[indices[i]].event->member_id;
      if (whole) {
        result.moved[indices[i]] =
            Unpack<std::int64_t>(reply->view().text(), i * sizeof(std::int64_t));
      } else {
        result.moved[indices[i]] =
            OfMember(reply.ok() ? absl::DataLossError("store: a script's answer is damaged")
                                : reply.status(),
                     member_id);
      }
    }
  }
  return result;
}

absl::StatusOr<int> SettleLeftovers(Database& database, std::chrono::seconds age) {
  const KeyNames& names = database.names();
  // By the clock of Redis, by which the stretches are stamped.
  COFILTER_ASSIGN_OR_RETURN(const Reply time,
                            database.RunOne(MakeCommand(names.meta, {"TIME"}), Access::kRead));
  const std::string oldest = absl::StrCat(time.view()[0].number() - age.count());
  COFILTER_ASSIGN_OR_RETURN(
      const Reply left,
      database.RunOne(MakeCommand(names.pending, {"ZRANGEBYSCORE", names.pending, "-inf", oldest,
                                                  "LIMIT", "0", "8"}),
                      Access::kRead));
  int settled = 0;
  absl::Status first_error;
  for (std::size_t i = 0; i < left.view().size(); ++i) {
    const std::string stretch(left.view()[i].text());
    const std::string first = stretch.substr(0, stretch.find('-'));
    const std::size_t at = std::min(stretch.size(), first.size() + 1);
    const std::string last = stretch.substr(at, stretch.find('-', at) - at);
    COFILTER_ASSIGN_OR_RETURN(
        const Reply entries,
        database.RunOne(MakeCommand(names.log, {"XRANGE", names.log, first, last}), Access::kRead));
    std::vector<LogEntry> events;
    for (std::size_t j = 0; j < entries.view().size(); ++j) {
      COFILTER_ASSIGN_OR_RETURN(events.emplace_back(),
                                DecodeLogEntry(entries.view()[j][1][1].text()));
    }
    std::vector<Command> look_ups;
    for (const LogEntry& entry : events) {
      look_ups.push_back(
          MakeCommand(names.members, {"ZSCORE", names.members, entry.event.member_id}));
      look_ups.push_back(
          MakeCommand(names.item_ids, {"ZSCORE", names.item_ids, entry.event.item_id}));
    }
    const Answers keys = database.Run(look_ups, Access::kRead);
    std::vector<LoggedUpdate> updates;
    for (std::size_t j = 0; j < events.size(); ++j) {
      COFILTER_RETURN_IF_ERROR(keys.replies[2 * j].status());
      COFILTER_RETURN_IF_ERROR(keys.replies[2 * j + 1].status());
      updates.push_back({.event = &events[j].event,
                         .member = keys.replies[2 * j]->view().number(),
                         .item = static_cast<ItemKey>(keys.replies[2 * j + 1]->view().number())});
    }
    absl::Status status;
    for (const auto& moved : ApplyUpdates(database, updates).moved) {
      if (!moved.ok()) status = moved.status();
    }
    if (status.ok()) {
      status =
          database
              .RunOne(MakeScriptCall(database.scripts().settle_events, {names.pending}, {stretch}),
                      Access::kWrite)
              .status();
    }
    if (status.ok()) {
      ++settled;
    } else if (first_error.ok()) {
      first_error = status;  // one member's damaged key keeps only its own stretches waiting
    }
  }
  if (!first_error.ok()) return first_error;
  return settled;
}

}  // namespace cofilter::service::redis
