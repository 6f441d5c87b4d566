// ModelService: adapters over the model registry.
#ifndef COFILTER_SERVICE_RPC_MODEL_SERVICE_H_
#define COFILTER_SERVICE_RPC_MODEL_SERVICE_H_

#include "cofilter/v1/model_service.grpc.pb.h"
#include "service/rpc/call.h"
#include "service/rpc/idempotency.h"
#include "service/rpc/model_registry.h"

namespace cofilter::service {

class ModelRpc final : public v1::ModelService::CallbackService {
 public:
  // All outlive it. replica_id: how this server is named among the replicas.
  ModelRpc(const CallFrame* frame, ModelRegistry* registry, Idempotency* idempotency,
           std::string replica_id);

  grpc::ServerUnaryReactor* ListModels(grpc::CallbackServerContext* context,
                                       const v1::ListModelsRequest* request,
                                       v1::ListModelsResponse* response) override;
  grpc::ServerUnaryReactor* GetModel(grpc::CallbackServerContext* context,
                                     const v1::GetModelRequest* request,
                                     v1::Model* response) override;
  grpc::ServerUnaryReactor* PromoteModel(grpc::CallbackServerContext* context,
                                         const v1::PromoteModelRequest* request,
                                         v1::ModelDeployment* response) override;
  grpc::ServerUnaryReactor* RollBackModel(grpc::CallbackServerContext* context,
                                          const v1::RollBackModelRequest* request,
                                          v1::ModelDeployment* response) override;

 private:
  absl::Status List(const v1::ListModelsRequest& request, v1::ListModelsResponse* response);
  void FillDeployment(const ModelPointer& pointer, v1::ModelDeployment* out) const;

  const CallFrame* const frame_;
  ModelRegistry* const registry_;
  Idempotency* const idempotency_;
  const std::string replica_id_;
  MethodMetrics& list_;
  MethodMetrics& get_;
  MethodMetrics& promote_;
  MethodMetrics& roll_back_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_MODEL_SERVICE_H_
