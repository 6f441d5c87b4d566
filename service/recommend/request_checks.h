// What a request must be before anything is done for it.
#ifndef COFILTER_SERVICE_RECOMMEND_REQUEST_CHECKS_H_
#define COFILTER_SERVICE_RECOMMEND_REQUEST_CHECKS_H_

#include "absl/status/status.h"
#include "service/recommend/recommendation.h"
#include "service/recommend/recommender.h"

namespace cofilter::service {

inline constexpr std::uint32_t kMaxCount = 500;
inline constexpr std::size_t kMaxExcludedItems = 1000;
inline constexpr std::size_t kMaxCandidateItems = 1000;
inline constexpr std::size_t kMaxTopics = 50;
inline constexpr std::size_t kMaxPageSurfaces = 20;
inline constexpr std::uint32_t kMaxReasons = 100;

// Errors: INVALID_ARGUMENT that names the field, the value and what would be right. Page tokens are
// checked where they are read.
absl::Status CheckRequest(const RecommendRequest& request);
absl::Status CheckRequest(const PageRequest& request);
absl::Status CheckRequest(const SimilarRequest& request);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_REQUEST_CHECKS_H_
