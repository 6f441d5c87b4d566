// Puts the parts of the SQLite store together.
#include "service/store/sqlite/sqlite_store.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/event.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"
#include "service/store/sqlite/audit.h"
#include "service/store/sqlite/catalogue.h"
#include "service/store/sqlite/copy.h"
#include "service/store/sqlite/database.h"
#include "service/store/sqlite/event_log.h"
#include "service/store/sqlite/idempotency.h"
#include "service/store/sqlite/imports.h"
#include "service/store/sqlite/lock_file.h"
#include "service/store/sqlite/members.h"
#include "service/store/sqlite/receipts.h"
#include "service/store/sqlite/revisioned.h"
#include "service/store/sqlite/schema.h"

namespace cofilter::service {
namespace {

constexpr char kTouch[] = "UPDATE counter SET value=value+1 WHERE name=1";
constexpr char kTouchBack[] = "UPDATE counter SET value=value-1 WHERE name=1";

class OpenStore final : public Store {
 public:
  OpenStore(const SqliteStoreOptions& options, std::optional<LockFile> lock,
            std::unique_ptr<ReadPool> reads, std::unique_ptr<WriteQueue> writes,
            std::int64_t organisation)
      : lock_(std::move(lock)),
        database_(std::move(reads), std::move(writes), organisation, *options.clock),
        receipts_(database_, options.max_waiting_receipts, options.receipts_kept) {}
  // The writer's last jobs still use the parts.
  ~OpenStore() override { database_.StopWriting(); }

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
    COFILTER_RETURN_IF_ERROR(changes_.LastChange().status());
    if (database_.read_only()) return absl::OkStatus();
    // Only a write that reaches the disk tells that writes work; SQLite writes nothing where
    // nothing changes.
    return database_.Write(1, [](WriterConnection& writer) -> absl::Status {
      COFILTER_RETURN_IF_ERROR(writer.connection().Use(kTouch).Run());
      return writer.connection().Use(kTouchBack).Run();
    });
  }

 private:
  const std::optional<LockFile> lock_;  // let go last
  Database database_;
  SqliteEventLog events_{database_};
  SqliteMembers members_{database_};
  SqliteCatalogue catalogue_{database_};
  SqliteChangeFeed changes_{database_};
  SqliteModelPointer model_pointer_{database_};
  SqliteRules rules_{database_};
  SqliteReceipts receipts_;
  SqliteAudit audit_{database_};
  SqliteIdempotency idempotency_{database_};
  SqliteImports imports_{database_};
};

absl::Status InRange(std::string_view option, std::int64_t value, std::int64_t low,
                     std::int64_t high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("store: ", std::string(option), " is ", value, "; right: ", low, " to ", high));
}

ConnectionOptions ForConnection(const SqliteStoreOptions& options, int cache_mib) {
  return {.vfs = options.vfs,
          .busy_timeout_ms = static_cast<int>(options.busy_timeout.count()),
          .cache_kib = cache_mib * 1024};
}

std::unique_ptr<ReadPool> MakeReadPool(const SqliteStoreOptions& options) {
  return std::make_unique<ReadPool>(options.path, ForConnection(options, options.read_cache_mib),
                                    options.read_connections);
}

}  // namespace

absl::Status SqliteStoreOptions::Validate() const {
  if (path.empty()) return absl::InvalidArgumentError("store: path is empty");
  COFILTER_RETURN_IF_ERROR(data::ValidateId("organisation", organisation));
  if (clock == nullptr) return absl::InvalidArgumentError("store: clock is missing");
  COFILTER_RETURN_IF_ERROR(InRange("read_connections", read_connections, 1, 64));
  COFILTER_RETURN_IF_ERROR(InRange("read_cache_mib", read_cache_mib, 1, 4096));
  COFILTER_RETURN_IF_ERROR(InRange("write_cache_mib", write_cache_mib, 1, 4096));
  COFILTER_RETURN_IF_ERROR(InRange("busy_timeout", busy_timeout.count(), 0, 3600000));
  return InRange("receipts_kept", receipts_kept.count(), 1, 876000);
}

absl::StatusOr<std::unique_ptr<Store>> SqliteStore::Open(const SqliteStoreOptions& options) {
  COFILTER_RETURN_IF_ERROR(options.Validate());
  const std::string parent = std::filesystem::path(options.path).parent_path().string();
  if (!parent.empty()) COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(parent));
  COFILTER_ASSIGN_OR_RETURN(LockFile lock, LockFile::Acquire(options.path));
  // An empty store in the place of one that was put aside would look like a loss of everything.
  if (!std::filesystem::exists(options.path) &&
      std::filesystem::exists(options.path + ".restoring")) {
    return absl::FailedPreconditionError(
        absl::StrCat("store: a restore of ", options.path, " was cut off; run the restore again"));
  }
  WriterOptions writer{.path = options.path,
                       .organisation = options.organisation,
                       .connection = ForConnection(options, options.write_cache_mib),
                       .cached_ids = options.cached_ids};
  writer.connection.create = true;
  COFILTER_ASSIGN_OR_RETURN(
      auto writes,
      WriteQueue::Start(std::move(writer), {.max_queued_weight = options.max_queued_events},
                        *options.clock));
  COFILTER_RETURN_IF_ERROR(SyncDirectoryOf(options.path));
  const std::int64_t organisation = writes->organisation();
  return std::make_unique<OpenStore>(options, std::move(lock), MakeReadPool(options),
                                     std::move(writes), organisation);
}

absl::StatusOr<std::unique_ptr<Store>> SqliteStore::OpenReadOnly(
    const SqliteStoreOptions& options) {
  COFILTER_RETURN_IF_ERROR(options.Validate());
  if (!std::filesystem::exists(options.path)) {
    return absl::NotFoundError(absl::StrCat("store: ", options.path, " does not exist"));
  }
  ConnectionOptions read = ForConnection(options, options.read_cache_mib);
  read.read_only = true;
  COFILTER_ASSIGN_OR_RETURN(const auto connection, Connection::Open(options.path, read));
  COFILTER_RETURN_IF_ERROR(RequireCurrentSchema(*connection));
  Query query = connection->Use("SELECT key FROM organisation WHERE name=?");
  COFILTER_ASSIGN_OR_RETURN(const bool known, query.BindText(options.organisation).Step());
  // A name misspelt must not read as an organisation without data.
  if (!known) {
    return absl::NotFoundError(
        absl::StrCat("store: ", options.path, " has no organisation '", options.organisation, "'"));
  }
  const std::int64_t organisation = query.Int(0);
  return std::make_unique<OpenStore>(options, std::nullopt, MakeReadPool(options), nullptr,
                                     organisation);
}

}  // namespace cofilter::service
