// crash: kill -9 of the server during ingest; what was acknowledged must be there, once.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <random>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "absl/strings/str_cat.h"
#include "bench/benchmark.h"
#include "bench/server_process.h"
#include "bench/service_client.h"
#include "runtime/clock.h"
#include "runtime/status_macros.h"
#include "service/store/sqlite/sqlite_store.h"

namespace cofilter::bench {
namespace {

constexpr int kProducers = 4;
constexpr int kBatchOfEvents = 20;
constexpr int kMembers = 500;

// What was sent, by what became of it.
struct Ledger {
  std::mutex mutex;
  std::vector<std::string> acknowledged;           // event ids
  std::vector<v1::RecordEventsRequest> unsettled;  // sent, no answer: recorded or not
  std::uint64_t half_recorded = 0;  // batches of which a part was there at the repeat
  std::uint64_t calls_before_kill = 0;
};

// Every event is a pair of its own, so that a member's history has as many items as events.
v1::RecordEventsRequest MakeBatch(int round, int producer, int batch) {
  v1::RecordEventsRequest request;
  for (int n = 0; n < kBatchOfEvents; ++n) {
    const std::string id = absl::StrCat("r", round, "-p", producer, "-b", batch, "-", n);
    v1::Event* event = request.add_events();
    event->set_event_id(id);
    event->set_member_id(
        absl::StrCat("member-", (batch * kBatchOfEvents + n * 37 + producer) % kMembers));
    event->set_item_id("item-" + id);
    event->set_verb(v1::VERB_COMPLETE);
    SetTime(runtime::SystemClock::Instance().Now(), event->mutable_occurred_at());
  }
  return request;
}

void Acknowledge(const v1::RecordEventsRequest& request, Ledger* ledger) {
  for (const v1::Event& event : request.events()) ledger->acknowledged.push_back(event.event_id());
}

// Sends batch after batch until a call fails.
void Produce(const ServiceClient& client, int round, int producer, Ledger* ledger) {
  for (int batch = 0;; ++batch) {
    const v1::RecordEventsRequest request = MakeBatch(round, producer, batch);
    const absl::StatusOr<v1::RecordEventsResponse> response = client.RecordEvents(request);
    const std::lock_guard lock(ledger->mutex);
    if (!response.ok()) {
      ledger->unsettled.push_back(request);
      return;
    }
    ++ledger->calls_before_kill;
    Acknowledge(request, ledger);
  }
}

// What had no answer is sent again, as a client would; now it must be taken, and whole before or
// not at all.
absl::Status RepeatUnsettled(const ServiceClient& client, Ledger* ledger) {
  for (const v1::RecordEventsRequest& request : ledger->unsettled) {
    COFILTER_ASSIGN_OR_RETURN(const v1::RecordEventsResponse response,
                              client.RecordEvents(request));
    if (response.recorded() != 0 && response.recorded() != request.events_size())
      ++ledger->half_recorded;
    Acknowledge(request, ledger);
  }
  ledger->unsettled.clear();
  return absl::OkStatus();
}

absl::Status RunRound(const ServerOptions& options, int round, std::chrono::milliseconds until_kill,
                      Ledger* ledger) {
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<ServerProcess> server,
                            ServerProcess::Start(options));
  const ServiceClient client(server->client());
  COFILTER_RETURN_IF_ERROR(RepeatUnsettled(client, ledger));
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&, p] { Produce(client, round, p, ledger); });
  }
  std::this_thread::sleep_for(until_kill);
  server->Kill();
  for (std::thread& producer : producers) producer.join();
  return absl::OkStatus();
}

struct Found {
  std::uint64_t lost = 0;
  std::uint64_t twice_in_log = 0;
  std::uint64_t wrong_histories = 0;
};

// Reads the store itself, after the last server has stopped.
absl::StatusOr<Found> ReadBack(const std::string& path, const Ledger& ledger) {
  service::SqliteStoreOptions options;
  options.path = path;
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<service::Store> store,
                            service::SqliteStore::OpenReadOnly(options));
  Found found;
  std::unordered_map<std::string, int> times;
  std::unordered_map<std::string, std::size_t> events_of;
  for (service::Sequence after = 0;;) {
    COFILTER_ASSIGN_OR_RETURN(const std::vector<service::LoggedEvent> events,
                              store->events().ReadAfter(after, 10'000));
    if (events.empty()) break;
    after = events.back().sequence;
    for (const service::LoggedEvent& logged : events) {
      if (++times[logged.event.event_id] > 1) ++found.twice_in_log;
      ++events_of[logged.event.member_id];
    }
  }
  for (const std::string& id : ledger.acknowledged) found.lost += times.contains(id) ? 0 : 1;
  for (const auto& [member, count] : events_of) {
    COFILTER_ASSIGN_OR_RETURN(const service::MemberState state, store->members().Read(member));
    if (state.items.size() != count) ++found.wrong_histories;
  }
  return found;
}

}  // namespace

absl::StatusOr<Report> RunCrash(const Settings& settings) {
  const int rounds = settings.rounds.value_or(settings.smoke ? 3 : 50);
  const ServerOptions options{.program = settings.programs + "/cofilter-server",
                              .directory = settings.work_directory + "/crash",
                              .models_directory = settings.work_directory + "/crash-models",
                              .operator_name = "",
                              .worker_threads = 0,
                              .cpu = std::nullopt};
  Ledger ledger;
  std::mt19937 random(1);
  for (int round = 0; round < rounds; ++round) {
    COFILTER_RETURN_IF_ERROR(
        RunRound(options, round, std::chrono::milliseconds(20 + random() % 280), &ledger));
  }
  {
    COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<ServerProcess> server,
                              ServerProcess::Start(options));
    COFILTER_RETURN_IF_ERROR(RepeatUnsettled(ServiceClient(server->client()), &ledger));
    COFILTER_RETURN_IF_ERROR(server->Stop());
  }
  if (ledger.calls_before_kill == 0)
    return absl::InternalError("no call was answered before any kill");
  COFILTER_ASSIGN_OR_RETURN(const Found found, ReadBack(StorePath(options), ledger));

  Report report{.bench = "crash", .figures = {}, .conditions = {}, .curves = {}};
  const auto add = [&](const char* name, std::uint64_t value, std::optional<Bar> bar) {
    report.Add({.name = name,
                .value = static_cast<double>(value),
                .unit = "count",
                .bar = bar,
                .spread = {},
                .note = {}});
  };
  add("acknowledged events lost", found.lost, AtMost(0));
  add("events in the log twice", found.twice_in_log, AtMost(0));
  add("members whose history differs from the log", found.wrong_histories, AtMost(0));
  add("batches recorded in part", ledger.half_recorded, AtMost(0));
  add("acknowledged events", ledger.acknowledged.size(), std::nullopt);
  add("kills", static_cast<std::uint64_t>(rounds), std::nullopt);
  report.conditions.push_back(absl::StrCat(kProducers, " clients send batches of ", kBatchOfEvents,
                                           "; SIGKILL after 20 to 300 ms; the same store for all "
                                           "rounds; a batch without an answer is sent again "
                                           "with the same ids after the restart; the store is read "
                                           "back after all rounds. Only the process dies, "
                                           "not the machine: loss of power is another matter"));
  return report;
}

}  // namespace cofilter::bench
