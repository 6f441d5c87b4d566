// Answers requests for recommendations from one pinned snapshot: retrieve, filter, rank, re-rank,
// place, explain.
#ifndef COFILTER_SERVICE_RECOMMEND_RECOMMENDER_H_
#define COFILTER_SERVICE_RECOMMEND_RECOMMENDER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/latency_histogram.h"
#include "service/recommend/list_metrics.h"
#include "service/recommend/recommendation.h"
#include "service/request_context.h"

namespace cofilter::service {

class SnapshotHolder;
class MemberStateStore;
class ReceiptSink;

struct SimilarRequest {
  std::string item_id;
  std::string surface;
  std::uint32_t count = 0;
  std::string member_id;  // optional: what the member has seen is left out
  std::vector<std::string> exclude_item_ids;
  std::optional<double> dial;
};

struct SurfaceRequest {
  std::string surface;
  std::uint32_t count = 0;
  std::optional<double> dial;
};
struct PageRequest {
  std::string member_id;
  std::vector<SurfaceRequest> surfaces;  // in order: an item goes to the first that wants it
  std::vector<std::string> exclude_item_ids;
  std::uint32_t max_reasons = 3;
  bool explain_stages = false;
};

// Counts since the start.
struct RecommenderStats {
  std::uint64_t store_away = 0;             // calls that could not read the member
  std::uint64_t unknown_history_items = 0;  // skipped
};

// Thread-safety: all calls from any thread.
// Errors: INVALID_ARGUMENT that names the field; NOT_FOUND for a surface or (similar) item that is
// not there. A store that is away is no error: the list says so.
class Recommender {
 public:
  // Everything outlives the recommender. receipts: nullptr for none.
  static std::unique_ptr<Recommender> Create(SnapshotHolder* snapshots, MemberStateStore* members,
                                             ReceiptSink* receipts);
  virtual ~Recommender() = default;

  virtual absl::StatusOr<Recommendation> Recommend(const RequestContext& context,
                                                   const RecommendRequest& request) = 0;
  // One read of the history for all; shares one snapshot.
  virtual std::vector<absl::StatusOr<Recommendation>> RecommendBatch(
      const RequestContext& context, std::span<const RecommendRequest> requests) = 0;
  virtual absl::StatusOr<std::vector<Recommendation>> Page(const RequestContext& context,
                                                           const PageRequest& request) = 0;
  virtual absl::StatusOr<Recommendation> Similar(const RequestContext& context,
                                                 const SimilarRequest& request) = 0;
  virtual RecommenderStats stats() const = 0;
  virtual const ListMetrics& list_metrics() const = 0;
  // Of reading a member's state from the store.
  virtual const LatencyHistogram& member_read_latency() const = 0;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_RECOMMENDER_H_
