// CatalogueService: adapters over the catalogue's writer and the snapshot.
#ifndef COFILTER_SERVICE_RPC_CATALOGUE_SERVICE_H_
#define COFILTER_SERVICE_RPC_CATALOGUE_SERVICE_H_

#include "cofilter/v1/catalogue_service.grpc.pb.h"
#include "service/rpc/call.h"
#include "service/rpc/catalogue_writer.h"
#include "service/rpc/idempotency.h"
#include "service/snapshot/snapshot_holder.h"

namespace cofilter::service {

class CatalogueRpc final : public v1::CatalogueService::CallbackService {
 public:
  // All outlive it.
  CatalogueRpc(const CallFrame* frame, CatalogueWriter* writer, SnapshotHolder* snapshots,
               Idempotency* idempotency);

  grpc::ServerUnaryReactor* UpsertItem(grpc::CallbackServerContext* context,
                                       const v1::UpsertItemRequest* request,
                                       v1::Item* response) override;
  grpc::ServerUnaryReactor* BatchUpsertItems(grpc::CallbackServerContext* context,
                                             const v1::BatchUpsertItemsRequest* request,
                                             v1::BatchUpsertItemsResponse* response) override;
  grpc::ServerUnaryReactor* GetItem(grpc::CallbackServerContext* context,
                                    const v1::GetItemRequest* request, v1::Item* response) override;
  grpc::ServerUnaryReactor* ListItems(grpc::CallbackServerContext* context,
                                      const v1::ListItemsRequest* request,
                                      v1::ListItemsResponse* response) override;
  grpc::ServerUnaryReactor* RetireItem(grpc::CallbackServerContext* context,
                                       const v1::RetireItemRequest* request,
                                       v1::Item* response) override;

 private:
  // OK, or UNAVAILABLE before the store could be read.
  absl::StatusOr<std::shared_ptr<const Snapshot>> LoadedSnapshot() const;

  const CallFrame* const frame_;
  CatalogueWriter* const writer_;
  SnapshotHolder* const snapshots_;
  Idempotency* const idempotency_;
  MethodMetrics& upsert_;
  MethodMetrics& batch_upsert_;
  MethodMetrics& get_;
  MethodMetrics& list_;
  MethodMetrics& retire_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_CATALOGUE_SERVICE_H_
