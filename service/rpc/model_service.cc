// Models listed, promoted and rolled back.
#include "service/rpc/model_service.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/field_checks.h"
#include "runtime/status_macros.h"
#include "service/rpc/convert_item.h"
#include "service/rpc/convert_time.h"
#include "service/rpc/list_cursor.h"
#include "service/rpc/wire_checks.h"

namespace cofilter::service {
namespace {

constexpr std::string_view kNoFilters = "models";

absl::Status CheckVersion(std::int64_t version) {
  if (version > 0) return absl::OkStatus();
  return data::FieldError("version", absl::StrCat(version),
                          "the number of a published model, from 1");
}

void Describe(const PublishedModel& model, const ModelPointer& pointer, const ModelServing& serving,
              v1::Model* out) {
  out->set_version(static_cast<std::int64_t>(model.version));
  out->set_problem(std::string(model.problem.message()));
  out->set_served(serving.served_version == model.version);
  out->set_promoted(pointer.version == model.version);
  const models::ArtifactDescription& description = model.manifest.description;
  if (description.data_cutoff != runtime::Time{})
    ToProto(description.data_cutoff, out->mutable_data_cutoff());
  out->set_events(static_cast<std::int64_t>(description.events));
  out->set_seed(description.seed);
  out->set_tool_version(description.tool_version);
  for (const models::OperatorRecord& record : model.manifest.operators) {
    v1::Model::Operator* const added = out->add_operators();
    added->set_name(record.name);
    added->set_items(static_cast<std::int64_t>(record.items));
    added->set_dim(static_cast<std::int32_t>(record.dim));
    added->set_members(static_cast<std::int64_t>(record.members));
    added->set_interactions(static_cast<std::int64_t>(record.interactions));
    if (!record.facts.dial.has_value()) continue;
    const models::DialEffects& dial = *record.facts.dial;
    for (int notch = 0; notch < models::kNotches; ++notch) {
      const auto at = static_cast<std::size_t>(notch);
      v1::DialNotch* const told = added->add_dial_notches();
      told->set_dial(static_cast<double>(notch) / (models::kNotches - 1));
      told->set_cost(dial.Cost(notch));
      told->set_recall(dial.recall[at]);
      told->set_ndcg(dial.ndcg[at]);
      told->set_tail_recall(dial.tail_recall[at]);
      told->set_coverage(dial.coverage[at]);
    }
  }
}

}  // namespace

ModelRpc::ModelRpc(const CallFrame* frame, ModelRegistry* registry, Idempotency* idempotency,
                   std::string replica_id)
    : frame_(frame),
      registry_(registry),
      idempotency_(idempotency),
      replica_id_(std::move(replica_id)),
      list_(frame->metrics->Method("cofilter.v1.ModelService/ListModels")),
      get_(frame->metrics->Method("cofilter.v1.ModelService/GetModel")),
      promote_(frame->metrics->Method("cofilter.v1.ModelService/PromoteModel")),
      roll_back_(frame->metrics->Method("cofilter.v1.ModelService/RollBackModel")) {}

void ModelRpc::FillDeployment(const ModelPointer& pointer, v1::ModelDeployment* out) const {
  const ModelServing serving = registry_->serving();
  out->set_version(static_cast<std::int64_t>(pointer.version));
  out->set_previous_version(static_cast<std::int64_t>(pointer.previous_version));
  out->set_changed_by(pointer.changed_by);
  out->set_reason(pointer.reason);
  if (pointer.version != 0) ToProto(pointer.changed_at, out->mutable_changed_at());
  v1::ModelDeployment::Replica* const self = out->add_replicas();
  self->set_replica_id(replica_id_);
  self->set_served_version(static_cast<std::int64_t>(serving.served_version));
  if (serving.served_version != pointer.version) {
    self->set_problem(serving.refused_version == pointer.version
                          ? std::string(serving.refusal.message())
                          : std::string("it is being loaded"));
  }
  out->set_etag(EtagOf(pointer.revision));
}

absl::Status ModelRpc::List(const v1::ListModelsRequest& request,
                            v1::ListModelsResponse* response) {
  COFILTER_RETURN_IF_ERROR(CheckCount("page_size", request.page_size(), kMaxPageSize));
  const int page_size = request.page_size() == 0 ? kDefaultPageSize : request.page_size();
  COFILTER_ASSIGN_OR_RETURN(
      const std::uint64_t below,
      ReadListCursor(request.page_token(), kNoFilters, std::numeric_limits<std::uint64_t>::max()));
  COFILTER_ASSIGN_OR_RETURN(std::vector<std::uint64_t> versions, registry_->Versions());
  COFILTER_ASSIGN_OR_RETURN(const ModelPointer pointer, registry_->Pointer());
  const ModelServing serving = registry_->serving();
  std::reverse(versions.begin(), versions.end());
  for (const std::uint64_t version : versions) {
    if (version >= below) continue;
    if (response->models_size() == page_size) {
      response->set_next_page_token(MakeListCursor(
          static_cast<std::uint64_t>(response->models(page_size - 1).version()), kNoFilters));
      break;
    }
    const absl::StatusOr<PublishedModel> model = registry_->Describe(version);
    // Deleted since it was listed.
    if (absl::IsNotFound(model.status())) continue;
    COFILTER_RETURN_IF_ERROR(model.status());
    Describe(*model, pointer, serving, response->add_models());
  }
  FillDeployment(pointer, response->mutable_deployment());
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* ModelRpc::ListModels(grpc::CallbackServerContext* context,
                                               const v1::ListModelsRequest* request,
                                               v1::ListModelsResponse* response) {
  return Serve(
      *frame_, list_, context, {request, response}, Work::kBlocking,
      [this, request, response](const RequestContext&) { return List(*request, response); });
}

grpc::ServerUnaryReactor* ModelRpc::GetModel(grpc::CallbackServerContext* context,
                                             const v1::GetModelRequest* request,
                                             v1::Model* response) {
  return Serve(
      *frame_, get_, context, {request, response}, Work::kBlocking,
      [this, request, response](const RequestContext&) -> absl::Status {
        COFILTER_RETURN_IF_ERROR(CheckVersion(request->version()));
        const auto version = static_cast<std::uint64_t>(request->version());
        COFILTER_ASSIGN_OR_RETURN(const PublishedModel model, registry_->Describe(version));
        COFILTER_ASSIGN_OR_RETURN(const ModelPointer pointer, registry_->Pointer());
        Describe(model, pointer, registry_->serving(), response);
        COFILTER_ASSIGN_OR_RETURN(*response->mutable_report_json(), registry_->Report(version));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ModelRpc::PromoteModel(grpc::CallbackServerContext* context,
                                                 const v1::PromoteModelRequest* request,
                                                 v1::ModelDeployment* response) {
  return Serve(
      *frame_, promote_, context, {request, response}, Work::kBlocking,
      [this, request, response](const RequestContext& call) -> absl::Status {
        COFILTER_RETURN_IF_ERROR(CheckVersion(request->version()));
        COFILTER_RETURN_IF_ERROR(CheckReasonText("reason", request->reason()));
        COFILTER_ASSIGN_OR_RETURN(const Sequence revision,
                                  RevisionFromEtag("etag", request->etag()));
        return idempotency_->Once(
            promote_.name(), request->request_id(), request->validate_only(), *request, response,
            [&]() -> absl::Status {
              COFILTER_ASSIGN_OR_RETURN(
                  const ModelPointer pointer,
                  registry_->Promote(call, static_cast<std::uint64_t>(request->version()),
                                     request->reason(), revision, request->validate_only()));
              FillDeployment(pointer, response);
              return absl::OkStatus();
            });
      });
}

grpc::ServerUnaryReactor* ModelRpc::RollBackModel(grpc::CallbackServerContext* context,
                                                  const v1::RollBackModelRequest* request,
                                                  v1::ModelDeployment* response) {
  return Serve(
      *frame_, roll_back_, context, {request, response}, Work::kBlocking,
      [this, request, response](const RequestContext& call) -> absl::Status {
        COFILTER_RETURN_IF_ERROR(CheckReasonText("reason", request->reason()));
        COFILTER_ASSIGN_OR_RETURN(const Sequence revision,
                                  RevisionFromEtag("etag", request->etag()));
        return idempotency_->Once(
            roll_back_.name(), request->request_id(), request->validate_only(), *request, response,
            [&]() -> absl::Status {
              COFILTER_ASSIGN_OR_RETURN(
                  const ModelPointer pointer,
                  registry_->RollBack(call, request->reason(), revision, request->validate_only()));
              FillDeployment(pointer, response);
              return absl::OkStatus();
            });
      });
}

}  // namespace cofilter::service
