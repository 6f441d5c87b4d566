// Items in, listed and retired.
#include "service/rpc/catalogue_service.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/event.h"
#include "data/field_checks.h"
#include "runtime/status_macros.h"
#include "service/rpc/convert_item.h"
#include "service/rpc/item_filter.h"
#include "service/rpc/list_cursor.h"
#include "service/rpc/status_mapping.h"
#include "service/rpc/wire_checks.h"

namespace cofilter::service {
namespace {

constexpr int kMaxItemsPerBatch = 1000;
// Keys that one ListItems looks at: a rare filter over a large catalogue gives short pages, not
// long calls.
constexpr ItemKey kScan = 50'000;
// A page ends past this: clients take 4 MiB by default, and one item is far below the rest.
constexpr std::size_t kMaxPageBytes = 2u << 20;

absl::StatusOr<std::vector<data::Item>> ItemsFromProto(
    const google::protobuf::RepeatedPtrField<v1::Item>& items) {
  if (items.empty() || items.size() > kMaxItemsPerBatch) {
    return data::FieldError("items", absl::StrCat(items.size(), " entries"),
                            absl::StrCat("1 to ", kMaxItemsPerBatch));
  }
  std::vector<data::Item> all;
  std::set<std::string_view> ids;
  for (int i = 0; i < items.size(); ++i) {
    absl::StatusOr<data::Item> item = FromProto(items[i]);
    if (!item.ok()) return WithFieldPrefix(absl::StrCat("items[", i, "]."), item.status());
    if (!ids.insert(items[i].item_id()).second) {
      return data::FieldError(absl::StrCat("items[", i, "].item_id"), items[i].item_id(),
                              "each item once");
    }
    all.push_back(*std::move(item));
  }
  return all;
}

}  // namespace

CatalogueRpc::CatalogueRpc(const CallFrame* frame, CatalogueWriter* writer,
                           SnapshotHolder* snapshots, Idempotency* idempotency)
    : frame_(frame),
      writer_(writer),
      snapshots_(snapshots),
      idempotency_(idempotency),
      upsert_(frame->metrics->Method("cofilter.v1.CatalogueService/UpsertItem")),
      batch_upsert_(frame->metrics->Method("cofilter.v1.CatalogueService/BatchUpsertItems")),
      get_(frame->metrics->Method("cofilter.v1.CatalogueService/GetItem")),
      list_(frame->metrics->Method("cofilter.v1.CatalogueService/ListItems")),
      retire_(frame->metrics->Method("cofilter.v1.CatalogueService/RetireItem")) {}

absl::StatusOr<std::shared_ptr<const Snapshot>> CatalogueRpc::LoadedSnapshot() const {
  std::shared_ptr<const Snapshot> snapshot = snapshots_->Current();
  if (!snapshot->loaded)
    return absl::UnavailableError("the catalogue could not be read yet; come back later");
  return snapshot;
}

grpc::ServerUnaryReactor* CatalogueRpc::UpsertItem(grpc::CallbackServerContext* context,
                                                   const v1::UpsertItemRequest* request,
                                                   v1::Item* response) {
  return Serve(*frame_, upsert_, context, {request, response}, Work::kBlocking,
               [this, request, response](const RequestContext&) -> absl::Status {
                 if (!request->has_item()) return data::FieldError("item", "", "an item");
                 absl::StatusOr<data::Item> item = FromProto(request->item());
                 if (!item.ok()) return WithFieldPrefix("item.", item.status());
                 return idempotency_->Once(
                     upsert_.name(), request->request_id(), request->validate_only(), *request,
                     response, [&]() -> absl::Status {
                       COFILTER_ASSIGN_OR_RETURN(
                           const auto stored,
                           writer_->Upsert({*std::move(item)}, request->validate_only()));
                       ToProto(stored.front(), response);
                       return absl::OkStatus();
                     });
               });
}

grpc::ServerUnaryReactor* CatalogueRpc::BatchUpsertItems(grpc::CallbackServerContext* context,
                                                         const v1::BatchUpsertItemsRequest* request,
                                                         v1::BatchUpsertItemsResponse* response) {
  return Serve(
      *frame_, batch_upsert_, context, {request, response}, Work::kBlocking,
      [this, request, response](const RequestContext&) -> absl::Status {
        COFILTER_ASSIGN_OR_RETURN(std::vector<data::Item> items, ItemsFromProto(request->items()));
        return idempotency_->Once(
            batch_upsert_.name(), request->request_id(), request->validate_only(), *request,
            response, [&]() -> absl::Status {
              COFILTER_ASSIGN_OR_RETURN(
                  const auto stored, writer_->Upsert(std::move(items), request->validate_only()));
              for (const data::Item& item : stored) ToProto(item, response->add_items());
              return absl::OkStatus();
            });
      });
}

grpc::ServerUnaryReactor* CatalogueRpc::GetItem(grpc::CallbackServerContext* context,
                                                const v1::GetItemRequest* request,
                                                v1::Item* response) {
  return Serve(
      *frame_, get_, context, {request, response}, Work::kInline,
      [this, request, response](const RequestContext&) -> absl::Status {
        COFILTER_RETURN_IF_ERROR(data::ValidateId("item_id", request->item_id()));
        COFILTER_ASSIGN_OR_RETURN(const auto snapshot, LoadedSnapshot());
        const CatalogueItem* const found =
            snapshot->catalogue.Find(std::string_view(request->item_id()));
        if (found == nullptr) {
          return absl::NotFoundError(absl::StrCat("item_id ", data::ShowValue(request->item_id()),
                                                  " is not in the catalogue"));
        }
        ToProto(found->item, response);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CatalogueRpc::ListItems(grpc::CallbackServerContext* context,
                                                  const v1::ListItemsRequest* request,
                                                  v1::ListItemsResponse* response) {
  return Serve(
      *frame_, list_, context, {request, response}, Work::kCompute,
      [this, request, response](const RequestContext&) -> absl::Status {
        COFILTER_RETURN_IF_ERROR(CheckCount("page_size", request->page_size(), kMaxPageSize));
        const int page_size = request->page_size() == 0 ? kDefaultPageSize : request->page_size();
        COFILTER_ASSIGN_OR_RETURN(const ItemFilter filter, ItemFilter::Create(*request));
        COFILTER_ASSIGN_OR_RETURN(const std::uint64_t first,
                                  ReadListCursor(request->page_token(), filter.text(), 1));
        COFILTER_ASSIGN_OR_RETURN(const auto snapshot, LoadedSnapshot());
        const auto bound = static_cast<ItemKey>(snapshot->catalogue.key_bound());
        const ItemKey end = first + kScan < bound ? static_cast<ItemKey>(first) + kScan : bound;
        auto key = static_cast<ItemKey>(first);
        std::size_t bytes = 0;
        for (; key < end && response->items_size() < page_size && bytes < kMaxPageBytes; ++key) {
          const CatalogueItem* const item = snapshot->catalogue.Find(key);
          if (item == nullptr || !filter.Passes(item->item)) continue;
          v1::Item* const added = response->add_items();
          ToProto(item->item, added);
          bytes += added->ByteSizeLong();
        }
        if (key < bound) response->set_next_page_token(MakeListCursor(key, filter.text()));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CatalogueRpc::RetireItem(grpc::CallbackServerContext* context,
                                                   const v1::RetireItemRequest* request,
                                                   v1::Item* response) {
  return Serve(*frame_, retire_, context, {request, response}, Work::kBlocking,
               [this, request, response](const RequestContext&) -> absl::Status {
                 COFILTER_RETURN_IF_ERROR(data::ValidateId("item_id", request->item_id()));
                 COFILTER_ASSIGN_OR_RETURN(const std::int64_t revision,
                                           RevisionFromEtag("etag", request->etag()));
                 return idempotency_->Once(
                     retire_.name(), request->request_id(), request->validate_only(), *request,
                     response, [&]() -> absl::Status {
                       COFILTER_ASSIGN_OR_RETURN(
                           const data::Item item,
                           writer_->Retire(request->item_id(), revision, request->validate_only()));
                       ToProto(item, response);
                       return absl::OkStatus();
                     });
               });
}

}  // namespace cofilter::service
