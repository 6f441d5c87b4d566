// Short ways to make events and items, record them and say what a store holds.
#include "tests/service/store/store_fixture.h"

#include <algorithm>
#include <chrono>
#include <future>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/digest.h"
#include "service/store/redis/redis_store.h"
#include "service/store/sqlite/sqlite_store.h"
#include "tests/service/store/redis_server.h"

namespace cofilter::service {

namespace {
const runtime::Time kStart{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
}  // namespace

StoreFactory SqliteFactory() {
  return {.name = "Sqlite",
          .open = [](const std::string& directory, const std::string& organisation,
                     const runtime::Clock& clock) {
            SqliteStoreOptions options;
            options.path = directory + "/store.db";
            options.organisation = organisation;
            options.clock = &clock;
            return SqliteStore::Open(options);
          }};
}

StoreFactory RedisFactory() {
  return {.name = "Redis",
          .open = [](const std::string& directory, const std::string& organisation,
                     const runtime::Clock& clock) -> absl::StatusOr<std::unique_ptr<Store>> {
            static const absl::StatusOr<std::unique_ptr<RedisServer>> server =
                RedisServer::Start({"--appendonly", "yes", "--appendfsync", "always"});
            if (!server.ok()) return server.status();
            RedisStoreOptions options = OptionsFor((*server)->endpoint());
            options.prefix = runtime::Hex(runtime::Sha256(directory)).substr(0, 16);
            options.organisation = organisation;
            options.clock = &clock;
            return RedisStore::Open(options);
          }};
}

runtime::Time At(int minutes) { return kStart + std::chrono::minutes(minutes); }

data::Event MakeEvent(const EventParts& parts) {
  data::Event event;
  event.event_id = parts.id;
  event.member_id = parts.member;
  event.item_id = parts.item;
  event.verb = parts.verb;
  event.occurred_at = At(parts.minute);
  event.received_at = At(parts.minute) + std::chrono::seconds(1);
  event.retracts_event_id = parts.retracts;
  return event;
}

data::Item MakeItem(const std::string& item_id, const std::string& title) {
  data::Item item;
  item.item_id = item_id;
  item.kind = data::ItemKind::kNews;
  item.title = title;
  return item;
}

absl::StatusOr<RecordOutcome> Record(Store& store, std::vector<data::Event> events) {
  const auto promise = std::make_shared<std::promise<absl::StatusOr<RecordOutcome>>>();
  auto result = promise->get_future();
  store.events().Record(std::move(events), [promise](absl::StatusOr<RecordOutcome> outcome) {
    promise->set_value(std::move(outcome));
  });
  return result.get();
}

std::vector<std::string> Describe(Store& store, const std::string& member_id) {
  const absl::StatusOr<MemberState> state = store.members().Read(member_id);
  if (!state.ok()) return {state.status().ToString()};
  std::vector<std::string> lines;
  for (const MemberItem& item : state->items) {
    std::vector<std::string> verbs;
    for (int verb = 0; verb < data::kVerbCount; ++verb) {
      if (item.Has(static_cast<data::Verb>(verb))) {
        verbs.emplace_back(data::VerbName(static_cast<data::Verb>(verb)));
      }
    }
    const auto minutes = [](runtime::Time time) {
      return std::chrono::duration_cast<std::chrono::minutes>(time - kStart).count();
    };
    lines.push_back(absl::StrCat(ItemId(store, item.item), ":", absl::StrJoin(verbs, ","), "@",
                                 minutes(item.first_at), "-", minutes(item.last_at)));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string ItemId(Store& store, ItemKey key) {
  const auto ids = store.catalogue().ItemIdsAfter(key - 1, 1);
  return ids.ok() && !ids->empty() && ids->front().first == key ? ids->front().second : "";
}

}  // namespace cofilter::service
