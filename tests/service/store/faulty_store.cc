// Every call passes one gate, which is open or not.
#include "tests/service/store/faulty_store.h"

#include <atomic>
#include <mutex>
#include <string>
#include <utility>

#include "runtime/status_macros.h"

namespace cofilter::service {
namespace {

class Gate {
 public:
  absl::Status Pass() {
    std::function<void()> hook;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      hook = hook_;
    }
    if (hook) hook();
    return away_ ? absl::UnavailableError("store: away, by order of the test") : absl::OkStatus();
  }
  void SetAway(bool away) { away_ = away; }
  void SetHook(std::function<void()> hook) {
    const std::lock_guard<std::mutex> lock(mutex_);
    hook_ = std::move(hook);
  }

 private:
  std::atomic<bool> away_{false};
  std::mutex mutex_;
  std::function<void()> hook_;
};

struct Events final : EventLog {
  Events(Gate& g, EventLog& r) : gate(g), real(r) {}
  void Record(std::vector<data::Event> events,
              std::function<void(absl::StatusOr<RecordOutcome>)> done) override {
    if (absl::Status status = gate.Pass(); !status.ok()) return done(status);
    real.Record(std::move(events), std::move(done));
  }
  absl::StatusOr<std::vector<LoggedEvent>> ReadAfter(Sequence after, std::size_t limit) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.ReadAfter(after, limit);
  }
  absl::StatusOr<Sequence> LastSequence() override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.LastSequence();
  }
  absl::StatusOr<OthersEvents> ReadOthersAfter(Sequence after, std::size_t limit) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.ReadOthersAfter(after, limit);
  }
  Gate& gate;
  EventLog& real;
};

struct Members final : MemberStateStore {
  Members(Gate& g, MemberStateStore& r) : gate(g), real(r) {}
  absl::StatusOr<MemberState> Read(std::string_view member_id) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.Read(member_id);
  }
  absl::Status Upsert(std::span<const data::Member> members) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.Upsert(members);
  }
  absl::StatusOr<Preferences> GetPreferences(std::string_view member_id) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.GetPreferences(member_id);
  }
  absl::StatusOr<Preferences> UpdatePreferences(std::string_view member_id,
                                                const Preferences& preferences) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.UpdatePreferences(member_id, preferences);
  }
  absl::StatusOr<std::vector<std::pair<MemberKey, std::string>>> List(MemberKey after,
                                                                      std::size_t limit) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.List(after, limit);
  }
  Gate& gate;
  MemberStateStore& real;
};

struct Catalogue final : CatalogueStore {
  Catalogue(Gate& g, CatalogueStore& r) : gate(g), real(r) {}
  absl::StatusOr<std::vector<StoredItem>> Upsert(std::span<const data::Item> items) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.Upsert(items);
  }
  absl::Status Load(const std::function<void(StoredItem)>& each) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.Load(each);
  }
  absl::StatusOr<std::vector<StoredItem>> ChangedAfter(Sequence after, std::size_t limit) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.ChangedAfter(after, limit);
  }
  absl::StatusOr<std::vector<std::pair<ItemKey, std::string>>> ItemIdsAfter(
      ItemKey after, std::size_t limit) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.ItemIdsAfter(after, limit);
  }
  Gate& gate;
  CatalogueStore& real;
};

struct Changes final : ChangeFeed {
  Changes(Gate& g, ChangeFeed& r) : gate(g), real(r) {}
  absl::StatusOr<std::vector<Change>> ChangesAfter(Sequence after, std::size_t limit) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.ChangesAfter(after, limit);
  }
  absl::StatusOr<Sequence> LastChange() override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.LastChange();
  }
  void OnChange(std::function<void()> listener) override { real.OnChange(std::move(listener)); }
  Gate& gate;
  ChangeFeed& real;
};

struct Pointer final : ModelPointerStore {
  Pointer(Gate& g, ModelPointerStore& r) : gate(g), real(r) {}
  absl::StatusOr<ModelPointer> Get() override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.Get();
  }
  absl::StatusOr<ModelPointer> Set(std::uint64_t version, Sequence expected_revision,
                                   std::string_view changed_by, std::string_view reason) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.Set(version, expected_revision, changed_by, reason);
  }
  absl::StatusOr<std::vector<ModelPointer>> History(std::size_t limit) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.History(limit);
  }
  Gate& gate;
  ModelPointerStore& real;
};

struct Rules final : RuleStore {
  Rules(Gate& g, RuleStore& r) : gate(g), real(r) {}
  absl::StatusOr<std::vector<StoredRule>> Load() override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.Load();
  }
  absl::StatusOr<Sequence> Put(std::string_view rule_id, std::string_view body,
                               Sequence expected_revision) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.Put(rule_id, body, expected_revision);
  }
  Gate& gate;
  RuleStore& real;
};

struct Receipts final : ReceiptStore {
  Receipts(Gate& g, ReceiptStore& r) : gate(g), real(r) {}
  void Append(std::string recommendation_id, std::string body, runtime::Time at) override {
    if (!gate.Pass().ok()) {
      ++lost;
      return;
    }
    real.Append(std::move(recommendation_id), std::move(body), at);
  }
  absl::StatusOr<std::string> Get(std::string_view recommendation_id) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.Get(recommendation_id);
  }
  std::uint64_t dropped() const override { return real.dropped() + lost; }
  Gate& gate;
  ReceiptStore& real;
  std::atomic<std::uint64_t> lost{0};
};

struct Audit final : AuditStore {
  Audit(Gate& g, AuditStore& r) : gate(g), real(r) {}
  absl::Status Append(const AuditEntry& entry) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.Append(entry);
  }
  absl::StatusOr<std::vector<AuditEntry>> ReadAfter(Sequence after, std::size_t limit) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.ReadAfter(after, limit);
  }
  Gate& gate;
  AuditStore& real;
};

struct Idempotency final : IdempotencyStore {
  Idempotency(Gate& g, IdempotencyStore& r) : gate(g), real(r) {}
  absl::StatusOr<std::string> Find(std::string_view request_id) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.Find(request_id);
  }
  absl::Status Remember(std::string_view request_id, std::string_view answer) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.Remember(request_id, answer);
  }
  Gate& gate;
  IdempotencyStore& real;
};

struct Imports final : ImportStore {
  Imports(Gate& g, ImportStore& r) : gate(g), real(r) {}
  absl::Status Put(const StoredImport& import) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.Put(import);
  }
  absl::StatusOr<std::vector<StoredImport>> List(Sequence below, std::string_view fingerprint,
                                                 std::size_t limit) override {
    COFILTER_RETURN_IF_ERROR(gate.Pass());
    return real.List(below, fingerprint, limit);
  }
  Gate& gate;
  ImportStore& real;
};

}  // namespace

struct FaultyStore::Parts {
  explicit Parts(std::unique_ptr<Store> store)
      : real(std::move(store)),
        events(gate, real->events()),
        members(gate, real->members()),
        catalogue(gate, real->catalogue()),
        changes(gate, real->changes()),
        model_pointer(gate, real->model_pointer()),
        rules(gate, real->rules()),
        receipts(gate, real->receipts()),
        audit(gate, real->audit()),
        idempotency(gate, real->idempotency()),
        imports(gate, real->imports()) {}
  const std::unique_ptr<Store> real;
  Gate gate;
  Events events;
  Members members;
  Catalogue catalogue;
  Changes changes;
  Pointer model_pointer;
  Rules rules;
  Receipts receipts;
  Audit audit;
  Idempotency idempotency;
  Imports imports;
};

FaultyStore::FaultyStore(std::unique_ptr<Store> store)
    : parts_(std::make_unique<Parts>(std::move(store))) {}
FaultyStore::~FaultyStore() = default;
void FaultyStore::SetAway(bool away) { parts_->gate.SetAway(away); }
void FaultyStore::BeforeEachCall(std::function<void()> hook) {
  parts_->gate.SetHook(std::move(hook));
}
EventLog& FaultyStore::events() { return parts_->events; }
MemberStateStore& FaultyStore::members() { return parts_->members; }
CatalogueStore& FaultyStore::catalogue() { return parts_->catalogue; }
ChangeFeed& FaultyStore::changes() { return parts_->changes; }
ModelPointerStore& FaultyStore::model_pointer() { return parts_->model_pointer; }
RuleStore& FaultyStore::rules() { return parts_->rules; }
ReceiptStore& FaultyStore::receipts() { return parts_->receipts; }
AuditStore& FaultyStore::audit() { return parts_->audit; }
IdempotencyStore& FaultyStore::idempotency() { return parts_->idempotency; }
ImportStore& FaultyStore::imports() { return parts_->imports; }
absl::Status FaultyStore::Check() {
  COFILTER_RETURN_IF_ERROR(parts_->gate.Pass());
  return parts_->real->Check();
}

}  // namespace cofilter::service
