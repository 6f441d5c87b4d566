// The store: one interface per need, made together by one implementation (SQLite now, Redis later).
#ifndef COFILTER_SERVICE_STORE_STORE_H_
#define COFILTER_SERVICE_STORE_STORE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/clock.h"
#include "service/store/catalogue_store.h"
#include "service/store/event_log.h"
#include "service/store/keys.h"
#include "service/store/member_state.h"

namespace cofilter::service {

// What changed, in order. A later change of a subject takes the place of its earlier one. Followers
// read from their last sequence on.
enum class ChangeKind : std::uint8_t {
  kItem = 1,
  kRule = 2,
  kModelPointer = 3,
  kPreferences = 4,
  kMember = 5
};
struct Change {
  Sequence sequence = 0;
  ChangeKind kind = ChangeKind::kItem;
  std::string subject;  // the id of what changed
  runtime::Time at{};
};

class ChangeFeed {
 public:
  virtual ~ChangeFeed() = default;
  virtual absl::StatusOr<std::vector<Change>> ChangesAfter(Sequence after, std::size_t limit) = 0;
  virtual absl::StatusOr<Sequence> LastChange() = 0;
  // Called from the store's writer after a change is durable in this process. Changes by other
  // processes are found by asking. One listener; must be quick. After the return
  // the one before runs no more.
  virtual void OnChange(std::function<void()> listener) = 0;
};

// The model that every replica should serve: a revisioned pointer. version 0: none yet.
struct ModelPointer {
  std::uint64_t version = 0;
  std::uint64_t previous_version = 0;  // the last good one, for roll-back
  Sequence revision = 0;
  std::string changed_by;
  std::string reason;
  runtime::Time changed_at{};
};

class ModelPointerStore {
 public:
  virtual ~ModelPointerStore() = default;
  virtual absl::StatusOr<ModelPointer> Get() = 0;
  // expected_revision must be the stored one (0 for none yet). Sets previous_version to the version
  // replaced. Errors: ABORTED when the revision has moved on.
  virtual absl::StatusOr<ModelPointer> Set(std::uint64_t version, Sequence expected_revision,
                                           std::string_view changed_by,
                                           std::string_view reason) = 0;
  // Newest first.
  virtual absl::StatusOr<std::vector<ModelPointer>> History(std::size_t limit) = 0;
};

// Rules are placed from a list that is empty until content managers can write them; the store keeps
// them as opaque serialised messages with their identity.
struct StoredRule {
  std::string rule_id;
  std::string body;
  Sequence revision = 0;
};
class RuleStore {
 public:
  virtual ~RuleStore() = default;
  virtual absl::StatusOr<std::vector<StoredRule>> Load() = 0;
  virtual absl::StatusOr<Sequence> Put(std::string_view rule_id, std::string_view body,
                                       Sequence expected_revision) = 0;
};

// Takes what was served, off the hot path. `body` is the serialised receipt.
class ReceiptStore {
 public:
  virtual ~ReceiptStore() = default;
  // Queued and written within a second; a full queue drops the receipt and counts it.
  virtual void Append(std::string recommendation_id, std::string body, runtime::Time at) = 0;
  virtual absl::StatusOr<std::string> Get(std::string_view recommendation_id) = 0;
  virtual std::uint64_t dropped() const = 0;
};

// Who did what: append-only.
struct AuditEntry {
  Sequence sequence = 0;  // set by the store
  runtime::Time at{};
  std::string actor;
  std::string action;   // "models.promote"
  std::string subject;  // "models/12"
  std::string detail;   // JSON
};
class AuditStore {
 public:
  virtual ~AuditStore() = default;
  virtual absl::Status Append(const AuditEntry& entry) = 0;
  virtual absl::StatusOr<std::vector<AuditEntry>> ReadAfter(Sequence after, std::size_t limit) = 0;
};

// A request id that was answered before gets the same answer: write calls are idempotent on it.
class IdempotencyStore {
 public:
  virtual ~IdempotencyStore() = default;
  // The stored answer, or NOT_FOUND. Kept for a day.
  virtual absl::StatusOr<std::string> Find(std::string_view request_id) = 0;
  virtual absl::Status Remember(std::string_view request_id, std::string_view answer) = 0;
};

// What an import did, for those who look after it. `body` is the serialised record of the contract.
struct StoredImport {
  Sequence sequence = 0;    // set by the store: rises with the first Put of an import
  std::string import_id;    // names the run for good
  std::string fingerprint;  // of what was read: a run that broke off is found by it
  std::string source_system;
  runtime::Time started_at{};
  std::int64_t events = 0;       // recorded
  std::int64_t quarantined = 0;  // lines
  std::string body;
};
class ImportStore {
 public:
  virtual ~ImportStore() = default;
  // Inserts, or replaces the import of that id. Durable on return.
  virtual absl::Status Put(const StoredImport& import) = 0;
  // Newest first, below that sequence; of one fingerprint unless it is empty.
  virtual absl::StatusOr<std::vector<StoredImport>> List(Sequence below,
                                                         std::string_view fingerprint,
                                                         std::size_t limit) = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual EventLog& events() = 0;
  virtual MemberStateStore& members() = 0;
  virtual CatalogueStore& catalogue() = 0;
  virtual ChangeFeed& changes() = 0;
  virtual ModelPointerStore& model_pointer() = 0;
  virtual RuleStore& rules() = 0;
  virtual ReceiptStore& receipts() = 0;
  virtual AuditStore& audit() = 0;
  virtual IdempotencyStore& idempotency() = 0;
  virtual ImportStore& imports() = 0;

  // OK when reads and writes work now. Errors: UNAVAILABLE with the reason.
  virtual absl::Status Check() = 0;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_STORE_STORE_H_
