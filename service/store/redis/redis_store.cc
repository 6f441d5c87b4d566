// Puts the parts of the Redis store together, and keeps house.
#include "service/store/redis/redis_store.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/event.h"
#include "runtime/status_macros.h"
#include "service/store/redis/catalogue.h"
#include "service/store/redis/database.h"
#include "service/store/redis/event_log.h"
#include "service/store/redis/imports.h"
#include "service/store/redis/members.h"
#include "service/store/redis/records.h"
#include "service/store/redis/revisioned.h"

namespace cofilter::service {
namespace {

constexpr std::chrono::milliseconds kRound{200};
constexpr int kRoundsToRareTasks = 5;
// Longer than any process takes between its two steps, unless it is gone.
constexpr std::chrono::seconds kLeftAlone{3};
constexpr int kTrimAtOnce = 5000;

class OpenRedisStore final : public Store {
 public:
  explicit OpenRedisStore(const RedisStoreOptions& options)
      : database_(options.client, redis::KeyNames(options.prefix, options.organisation),
                  *options.clock),
        events_(database_, {.max_queued_events = options.max_queued_events,
                            .max_logged_events = options.max_logged_events}),
        receipts_(database_, options.max_waiting_receipts, options.receipts_kept),
        housekeeper_([this] { KeepHouse(); }) {}
  ~OpenRedisStore() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    housekeeper_.join();
  }

  EventLog& events() override { return events_; }
  MemberStateStore& members() override { return members_; }
  CatalogueStore& catalogue() override { return catalogue_; }
  ChangeFeed& changes() override { return changes_; }
  ModelPointerStore& model_pointer() override { return model_pointer_; }
  RuleStore& rules() override { return rules_; }
  ReceiptStore& receipts() override { return receipts_; }
  AuditStore& audit() override { return audit_; }
  IdempotencyStore& idempotency() override { return idempotency_; }
  ImportStore& imports() override { return imports_; }

  absl::Status Check() override {
    COFILTER_RETURN_IF_ERROR(database_.CheckStore());
    // Only a write tells that writes work.
    const std::string& meta = database_.names().meta;
    return database_
        .RunOne(redis::MakeCommand(meta, {"HINCRBY", meta, "checks", "1"}), redis::Access::kWrite)
        .status();
  }

  // The first contact, while it is opened.
  absl::Status Greet() {
    COFILTER_RETURN_IF_ERROR(database_.CheckStore());
    return events_.RefreshSettled();
  }

 private:
  void KeepHouse() {
    std::unique_lock lock(mutex_);
    for (int round = 1;; ++round) {
      // By the system clock: ThreadSanitizer does not know waits by the steady one.
      wake_.wait_until(lock, std::chrono::system_clock::now() + kRound,
                       [this] { return stopping_; });
      if (stopping_) return;
      lock.unlock();
      // Redis that is away is found by whoever asks; here there is nobody to tell.
      if (events_.RefreshSettled().ok() && round % kRoundsToRareTasks == 0) {
        database_.AskDurability();
        redis::SettleLeftovers(database_, kLeftAlone).IgnoreError();
      }
      lock.lock();
    }
  }

  redis::Database database_;
  redis::RedisEventLog events_;
  redis::RedisMembers members_{database_, events_};
  redis::RedisCatalogue catalogue_{database_};
  redis::RedisChangeFeed changes_{database_};
  redis::RedisModelPointer model_pointer_{database_};
  redis::RedisRules rules_{database_};
  redis::RedisReceipts receipts_;
  redis::RedisAudit audit_{database_};
  redis::RedisIdempotency idempotency_{database_};
  redis::RedisImports imports_{database_};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread housekeeper_;
};

absl::Status Wrong(std::string_view option, std::string_view right) {
  return absl::InvalidArgumentError(
      absl::StrCat("store: ", std::string(option), " is wrong; right: ", std::string(right)));
}

}  // namespace

absl::Status RedisStoreOptions::Validate() const {
  const redis::TopologyOptions& topology = client.topology;
  if (topology.addresses.empty()) return Wrong("addresses", "at least one host:port");
  if (topology.mode == redis::Mode::kSingle && topology.addresses.size() != 1) {
    return Wrong("addresses",
                 "one host:port where Redis is neither a cluster nor behind sentinels");
  }
  if ((topology.mode == redis::Mode::kSentinel) == topology.sentinel_master.empty()) {
    return Wrong("sentinel_master", "the master's name with mode sentinel, nothing without");
  }
  if (prefix.empty() || prefix.size() > 64 || prefix.find_first_of("{}:") != std::string::npos) {
    return Wrong("prefix", "1 to 64 bytes without '{', '}' and ':'");
  }
  COFILTER_RETURN_IF_ERROR(data::ValidateId("organisation", organisation));
  if (clock == nullptr) return absl::InvalidArgumentError("store: clock is missing");
  if (client.replicas < 0 || client.replicas > 16) return Wrong("replicas", "0 to 16");
  if (client.replica_timeout >= client.write_timeout) {
    return Wrong("replica_timeout", "less than write_timeout");
  }
  if (client.topology.connection.connect_timeout.count() < 1 || client.read_timeout.count() < 1 ||
      client.write_timeout.count() < 1 || client.replica_timeout.count() < 1) {
    return Wrong("a timeout", "1 ms or more");
  }
  if (max_logged_events < 1000) return Wrong("max_events", "1,000 or more");
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Store>> RedisStore::Open(const RedisStoreOptions& options) {
  COFILTER_RETURN_IF_ERROR(options.Validate());
  auto store = std::make_unique<OpenRedisStore>(options);
  const absl::Status greeted = store->Greet();
  if (!greeted.ok() && !absl::IsUnavailable(greeted)) return greeted;
  return store;
}

absl::StatusOr<std::uint64_t> RedisStore::TrimLog(const RedisStoreOptions& options, Sequence upto) {
  COFILTER_RETURN_IF_ERROR(options.Validate());
  redis::Database database(options.client, redis::KeyNames(options.prefix, options.organisation),
                           *options.clock);
  const std::string& log = database.names().log;
  const std::string& pending = database.names().pending;
  COFILTER_ASSIGN_OR_RETURN(
      const redis::Reply unsettled,
      database.RunOne(redis::MakeCommand(pending, {"ZRANGE", pending, "0", "1000"}),
                      redis::Access::kRead));
  // What is not in the members' state yet is read from the log.
  for (std::size_t i = 0; i < unsettled.view().size(); ++i) {
    const std::string stretch(unsettled.view()[i].text());
    upto = std::min<Sequence>(upto, std::strtoll(stretch.c_str(), nullptr, 10) - 1);
  }
  std::uint64_t trimmed = 0;
  for (;;) {
    COFILTER_ASSIGN_OR_RETURN(
        const redis::Reply reply,
        database.RunOne(redis::MakeCommand(log, {"XTRIM", log, "MINID", "~", absl::StrCat(upto + 1),
                                                 "LIMIT", absl::StrCat(kTrimAtOnce)}),
                        redis::Access::kWrite));
    if (reply.view().number() == 0) break;
    trimmed += static_cast<std::uint64_t>(reply.view().number());
  }
  // Whole blocks are gone; what is left of the last one, fewer than a block, goes exactly.
  COFILTER_ASSIGN_OR_RETURN(
      const redis::Reply rest,
      database.RunOne(redis::MakeCommand(log, {"XTRIM", log, "MINID", absl::StrCat(upto + 1)}),
                      redis::Access::kWrite));
  return trimmed + static_cast<std::uint64_t>(rest.view().number());
}

}  // namespace cofilter::service
