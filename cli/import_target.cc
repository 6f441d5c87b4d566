// Calls on a server; calls on a store.
#include "cli/import_target.h"

#include <future>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/connection.h"
#include "cli/event_message.h"
#include "cofilter/v1/catalogue_service.grpc.pb.h"
#include "cofilter/v1/event_service.grpc.pb.h"
#include "cofilter/v1/member_service.grpc.pb.h"
#include "runtime/clock.h"
#include "runtime/status_macros.h"
#include "service/rpc/convert_import.h"
#include "service/rpc/convert_item.h"
#include "service/rpc/convert_member.h"
#include "service/snapshot/catalogue.h"
#include "service/snapshot/prerequisites.h"
#include "service/store/sqlite/sqlite_store.h"

namespace cofilter::cli {
namespace {

constexpr std::size_t kMostImports = 1000;

class ServerTarget final : public ImportTarget {
 public:
  explicit ServerTarget(const Invocation& invocation)
      : catalogue_(invocation), members_(invocation), events_(invocation) {}

  std::size_t most_events() const override { return 1000; }

  absl::StatusOr<RecordedBatch> Record(std::vector<data::Event> events) override {
    v1::RecordEventsRequest request;
    for (const data::Event& event : events) ToMessage(event, request.add_events());
    COFILTER_ASSIGN_OR_RETURN(const v1::RecordEventsResponse answer,
                              events_.Call(&v1::EventService::Stub::RecordEvents, request));
    return RecordedBatch{
        .recorded = static_cast<std::uint64_t>(answer.recorded()),
        .duplicates = static_cast<std::uint64_t>(answer.duplicates()),
        .conflicts = static_cast<std::uint64_t>(answer.conflicting_event_ids_size()),
        .unknown_items = {answer.unknown_item_ids().begin(), answer.unknown_item_ids().end()}};
  }

  absl::Status Upsert(std::vector<data::Item> items) override {
    v1::BatchUpsertItemsRequest request;
    for (const data::Item& item : items) {
      v1::Item* const message = request.add_items();
      service::ToProto(item, message);
      message->clear_etag();  // of a file: replaces whatever is stored
    }
    return catalogue_.Call(&v1::CatalogueService::Stub::BatchUpsertItems, request).status();
  }

  absl::Status Upsert(std::vector<data::Member> members) override {
    v1::BatchUpsertMembersRequest request;
    for (const data::Member& member : members) service::ToProto(member, request.add_members());
    return members_.Call(&v1::MemberService::Stub::BatchUpsertMembers, request).status();
  }

  absl::Status Put(const v1::Import& import) override {
    v1::RecordImportRequest request;
    *request.mutable_import() = import;
    return events_.Call(&v1::EventService::Stub::RecordImport, request).status();
  }

  absl::StatusOr<std::vector<v1::Import>> Imports(const std::string& fingerprint) override {
    v1::ListImportsRequest request;
    request.set_page_size(kMostImports);
    request.set_fingerprint(fingerprint);
    std::vector<v1::Import> imports;
    do {
      COFILTER_ASSIGN_OR_RETURN(const v1::ListImportsResponse page,
                                events_.Call(&v1::EventService::Stub::ListImports, request));
      imports.insert(imports.end(), page.imports().begin(), page.imports().end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty() && imports.size() < kMostImports);
    return imports;
  }

 private:
  Connection<v1::CatalogueService> catalogue_;
  Connection<v1::MemberService> members_;
  Connection<v1::EventService> events_;
};

class StoreTarget final : public ImportTarget {
 public:
  explicit StoreTarget(std::unique_ptr<service::Store> store) : store_(std::move(store)) {}

  absl::Status LoadCatalogue() {
    return store_->catalogue().Load(
        [this](service::StoredItem stored) { Keep(std::move(stored)); });
  }

  std::size_t most_events() const override { return 10'000; }

  absl::StatusOr<RecordedBatch> Record(std::vector<data::Event> events) override {
    const runtime::Time now = runtime::SystemClock::Instance().Now();
    for (data::Event& event : events) event.received_at = now;
    std::promise<absl::StatusOr<service::RecordOutcome>> promise;
    store_->events().Record(std::move(events),
                            [&promise](absl::StatusOr<service::RecordOutcome> outcome) {
                              promise.set_value(std::move(outcome));
                            });
    COFILTER_ASSIGN_OR_RETURN(service::RecordOutcome outcome, promise.get_future().get());
    return RecordedBatch{.recorded = outcome.recorded,
                         .duplicates = outcome.duplicates,
                         .conflicts = outcome.conflicting_event_ids.size(),
                         .unknown_items = std::move(outcome.unknown_item_ids)};
  }

  // The store takes any prerequisites: that they lead somewhere is checked before it, as a server
  // does.
  absl::Status Upsert(std::vector<data::Item> items) override {
    for (data::Item& item : items) item.revision = 0;
    COFILTER_RETURN_IF_ERROR(service::CheckPrerequisites(items, catalogue_));
    COFILTER_ASSIGN_OR_RETURN(std::vector<service::StoredItem> stored,
                              store_->catalogue().Upsert(items));
    for (service::StoredItem& item : stored) Keep(std::move(item));
    return absl::OkStatus();
  }

  absl::Status Upsert(std::vector<data::Member> members) override {
    return store_->members().Upsert(members);
  }

  absl::Status Put(const v1::Import& import) override {
    COFILTER_ASSIGN_OR_RETURN(const service::StoredImport stored,
                              service::ImportFromProto("", import));
    return store_->imports().Put(stored);
  }

  absl::StatusOr<std::vector<v1::Import>> Imports(const std::string& fingerprint) override {
    COFILTER_ASSIGN_OR_RETURN(const std::vector<service::StoredImport> stored,
                              store_->imports().List(std::numeric_limits<service::Sequence>::max(),
                                                     fingerprint, kMostImports));
    std::vector<v1::Import> imports(stored.size());
    for (std::size_t i = 0; i < stored.size(); ++i)
      COFILTER_RETURN_IF_ERROR(service::ToProto(stored[i], &imports[i]));
    return imports;
  }

 private:
  void Keep(service::StoredItem stored) {
    keys_->Add(stored.key, stored.item.item_id);
    catalogue_.Put(std::make_shared<const service::CatalogueItem>(std::move(stored), *keys_));
  }

  const std::unique_ptr<service::Store> store_;
  const std::shared_ptr<service::ItemKeys> keys_ = std::make_shared<service::ItemKeys>();
  service::Catalogue catalogue_{keys_};
};

}  // namespace

std::unique_ptr<ImportTarget> MakeServerTarget(const Invocation& invocation) {
  return std::make_unique<ServerTarget>(invocation);
}

absl::StatusOr<std::unique_ptr<ImportTarget>> OpenStoreTarget(const std::string& path,
                                                              const std::string& organisation) {
  service::SqliteStoreOptions options;
  options.path = path;
  options.organisation = organisation;
  absl::StatusOr<std::unique_ptr<service::Store>> store = service::SqliteStore::Open(options);
  if (absl::IsFailedPrecondition(store.status())) {
    return absl::FailedPreconditionError(absl::StrCat(
        store.status().message(), "; while a server runs, import through it: without --store"));
  }
  if (!store.ok()) return store.status();
  auto target = std::make_unique<StoreTarget>(*std::move(store));
  COFILTER_RETURN_IF_ERROR(target->LoadCatalogue());
  return target;
}

}  // namespace cofilter::cli
