// Requests for lists and the lists, between the contract and the product.
#ifndef COFILTER_SERVICE_RPC_CONVERT_RECOMMENDATION_H_
#define COFILTER_SERVICE_RPC_CONVERT_RECOMMENDATION_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "cofilter/v1/recommendation_service.pb.h"
#include "service/recommend/recommendation.h"
#include "service/recommend/recommender.h"

namespace cofilter::service {

// Errors: INVALID_ARGUMENT that names the field.
absl::StatusOr<RecommendRequest> FromProto(const v1::RecommendItemsRequest& request);
absl::StatusOr<PageRequest> FromProto(const v1::RecommendPageRequest& request);
absl::StatusOr<SimilarRequest> FromProto(const v1::RecommendSimilarItemsRequest& request);
// What each member's request has in common; member_id is empty.
absl::StatusOr<RecommendRequest> FromProto(const v1::StreamRecommendationsRequest& request);

void ToProto(const Recommendation& recommendation, v1::Recommendation* out);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_CONVERT_RECOMMENDATION_H_
