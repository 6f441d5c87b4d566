// RecommendationService: adapters over the Recommender.
#ifndef COFILTER_SERVICE_RPC_RECOMMENDATION_SERVICE_H_
#define COFILTER_SERVICE_RPC_RECOMMENDATION_SERVICE_H_

#include "cofilter/v1/recommendation_service.grpc.pb.h"
#include "service/recommend/recommender.h"
#include "service/rpc/call.h"
#include "service/store/member_state.h"

namespace cofilter::service {

class RecommendationRpc final : public v1::RecommendationService::CallbackService {
 public:
  // All outlive it. `streams` admits streams; their chunks are batch work of the frame's compute
  // executor.
  RecommendationRpc(const CallFrame* frame, Recommender* recommender, MemberStateStore* members,
                    Admission* streams);

  grpc::ServerUnaryReactor* RecommendItems(grpc::CallbackServerContext* context,
                                           const v1::RecommendItemsRequest* request,
                                           v1::RecommendItemsResponse* response) override;
  grpc::ServerUnaryReactor* RecommendPage(grpc::CallbackServerContext* context,
                                          const v1::RecommendPageRequest* request,
                                          v1::RecommendPageResponse* response) override;
  grpc::ServerUnaryReactor* RecommendSimilarItems(
      grpc::CallbackServerContext* context, const v1::RecommendSimilarItemsRequest* request,
      v1::RecommendSimilarItemsResponse* response) override;
  grpc::ServerWriteReactor<v1::StreamRecommendationsResponse>* StreamRecommendations(
      grpc::CallbackServerContext* context,
      const v1::StreamRecommendationsRequest* request) override;
  grpc::ServerUnaryReactor* ExplainRecommendation(
      grpc::CallbackServerContext* context, const v1::ExplainRecommendationRequest* request,
      v1::ExplainRecommendationResponse* response) override;

 private:
  const CallFrame* const frame_;
  Recommender* const recommender_;
  MemberStateStore* const members_;
  Admission* const streams_;
  MethodMetrics& recommend_items_;
  MethodMetrics& recommend_page_;
  MethodMetrics& recommend_similar_;
  MethodMetrics& stream_;
  MethodMetrics& explain_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_RECOMMENDATION_SERVICE_H_
