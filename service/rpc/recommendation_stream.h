// One StreamRecommendations call: lists for many members, no faster than the client reads.
#ifndef COFILTER_SERVICE_RPC_RECOMMENDATION_STREAM_H_
#define COFILTER_SERVICE_RPC_RECOMMENDATION_STREAM_H_

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cofilter/v1/recommendation_service.pb.h"
#include "service/recommend/recommender.h"
#include "service/rpc/call.h"
#include "service/store/member_state.h"

namespace cofilter::service {

// Lists are made in chunks, as batch work, one chunk ahead of what is being written.
class RecommendationStream final
    : public grpc::ServerWriteReactor<v1::StreamRecommendationsResponse>,
      public std::enable_shared_from_this<RecommendationStream> {
 public:
  // Everything given outlives the call. Ends at once when the request is wrong or `streams` admits
  // no more.
  static grpc::ServerWriteReactor<v1::StreamRecommendationsResponse>* Start(
      const CallFrame* frame, MethodMetrics* method, Admission* streams, Recommender* recommender,
      MemberStateStore* members, grpc::CallbackServerContext* context,
      const v1::StreamRecommendationsRequest* request);

  // For Start.
  RecommendationStream(const CallFrame* frame, MethodMetrics* method, Admission* streams,
                       Recommender* recommender, MemberStateStore* members,
                       grpc::CallbackServerContext* context);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  absl::Status Begin(const v1::StreamRecommendationsRequest& request);
  // Starts whatever can start now: the next write, the next chunk, the end.
  void Pump();
  // One chunk, on the executor.
  void Produce();
  // The members of the next chunk; empty and exhausted_ at the end. Only one Produce runs at a
  // time.
  absl::StatusOr<std::vector<std::string>> NextMembers();
  void End(const absl::Status& status);

  const CallFrame* const frame_;
  MethodMetrics* const method_;
  Recommender* const recommender_;
  MemberStateStore* const members_;
  grpc::CallbackServerContext* const server_context_;
  const std::chrono::steady_clock::time_point started_;
  std::optional<Admission::Ticket> ticket_;

  // Set by Begin, then read only by Produce.
  RequestContext call_;
  RecommendRequest asked_;
  std::vector<std::string> member_ids_;
  std::string org_unit_;
  std::string cohort_;
  std::size_t next_member_ = 0;
  MemberKey after_ = 0;

  std::mutex mutex_;
  std::deque<v1::StreamRecommendationsResponse> ready_;
  v1::StreamRecommendationsResponse writing_;
  bool write_pending_ = false;
  bool producing_ = false;
  bool exhausted_ = false;
  bool gone_ = false;  // cancelled, or a write failed
  bool ended_ = false;
  absl::Status status_;

  std::shared_ptr<RecommendationStream> self_;  // until OnDone
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_RECOMMENDATION_STREAM_H_
