// Deadline in, call, map the status, record.
#include "service/rpc/recommendation_service.h"

#include <utility>

#include "runtime/status_macros.h"
#include "service/rpc/convert_recommendation.h"
#include "service/rpc/recommendation_stream.h"
#include "service/rpc/unimplemented_calls.h"

namespace cofilter::service {

RecommendationRpc::RecommendationRpc(const CallFrame* frame, Recommender* recommender,
                                     MemberStateStore* members, Admission* streams)
    : frame_(frame),
      recommender_(recommender),
      members_(members),
      streams_(streams),
      recommend_items_(frame->metrics->Method("cofilter.v1.RecommendationService/RecommendItems")),
      recommend_page_(frame->metrics->Method("cofilter.v1.RecommendationService/RecommendPage")),
      recommend_similar_(
          frame->metrics->Method("cofilter.v1.RecommendationService/RecommendSimilarItems")),
      stream_(frame->metrics->Method("cofilter.v1.RecommendationService/StreamRecommendations",
                                     CallType::kServerStream)),
      explain_(frame->metrics->Method("cofilter.v1.RecommendationService/ExplainRecommendation")) {}

grpc::ServerUnaryReactor* RecommendationRpc::RecommendItems(
    grpc::CallbackServerContext* context, const v1::RecommendItemsRequest* request,
    v1::RecommendItemsResponse* response) {
  return Serve(*frame_, recommend_items_, context, {request, response}, Work::kCompute,
               [this, request, response](const RequestContext& call) -> absl::Status {
                 COFILTER_ASSIGN_OR_RETURN(const RecommendRequest asked, FromProto(*request));
                 COFILTER_ASSIGN_OR_RETURN(const Recommendation list,
                                           recommender_->Recommend(call, asked));
                 ToProto(list, response->mutable_recommendation());
                 response->set_next_page_token(list.next_page_token);
                 return absl::OkStatus();
               });
}

grpc::ServerUnaryReactor* RecommendationRpc::RecommendPage(grpc::CallbackServerContext* context,
                                                           const v1::RecommendPageRequest* request,
                                                           v1::RecommendPageResponse* response) {
  return Serve(*frame_, recommend_page_, context, {request, response}, Work::kCompute,
               [this, request, response](const RequestContext& call) -> absl::Status {
                 COFILTER_ASSIGN_OR_RETURN(const PageRequest asked, FromProto(*request));
                 COFILTER_ASSIGN_OR_RETURN(const std::vector<Recommendation> lists,
                                           recommender_->Page(call, asked));
                 for (const Recommendation& list : lists) {
                   ToProto(list, response->add_recommendations());
                 }
                 return absl::OkStatus();
               });
}

grpc::ServerUnaryReactor* RecommendationRpc::RecommendSimilarItems(
    grpc::CallbackServerContext* context, const v1::RecommendSimilarItemsRequest* request,
    v1::RecommendSimilarItemsResponse* response) {
  return Serve(*frame_, recommend_similar_, context, {request, response}, Work::kCompute,
               [this, request, response](const RequestContext& call) -> absl::Status {
                 COFILTER_ASSIGN_OR_RETURN(const SimilarRequest asked, FromProto(*request));
                 COFILTER_ASSIGN_OR_RETURN(const Recommendation list,
                                           recommender_->Similar(call, asked));
                 ToProto(list, response->mutable_recommendation());
                 return absl::OkStatus();
               });
}

grpc::ServerWriteReactor<v1::StreamRecommendationsResponse>*
RecommendationRpc::StreamRecommendations(grpc::CallbackServerContext* context,
                                         const v1::StreamRecommendationsRequest* request) {
  return RecommendationStream::Start(frame_, &stream_, streams_, recommender_, members_, context,
                                     request);
}

grpc::ServerUnaryReactor* RecommendationRpc::ExplainRecommendation(
    grpc::CallbackServerContext* context, const v1::ExplainRecommendationRequest* request,
    v1::ExplainRecommendationResponse* response) {
  return ServeUnimplemented(*frame_, explain_, context, {request, response});
}

}  // namespace cofilter::service
