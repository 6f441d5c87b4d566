// Calls of the public contract, as a benchmark needs them: batches, many calls in flight, plain
// statuses.
#ifndef COFILTER_BENCH_SERVICE_CLIENT_H_
#define COFILTER_BENCH_SERVICE_CLIENT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/channel.h"
#include "cofilter/v1/event_service.pb.h"
#include "cofilter/v1/recommendation_service.pb.h"
#include "cofilter/v1/types.pb.h"
#include "runtime/clock.h"

namespace cofilter::bench {

inline constexpr std::size_t kBatch = 1000;

// Thread-safety: all calls from any thread. Errors: the call's own code and message, with its name
// before.
class ServiceClient {
 public:
  // One connection, made at the first call. REQUIRES: files that can be read.
  explicit ServiceClient(const cli::ChannelOptions& options);
  ~ServiceClient();
  ServiceClient(const ServiceClient&) = delete;
  ServiceClient& operator=(const ServiceClient&) = delete;

  // Until a call is answered at all.
  absl::Status WaitUntilServing(std::chrono::seconds patience) const;

  // In batches of kBatch, one after the other.
  absl::Status UpsertItems(const std::vector<v1::Item>& items) const;
  // One batch, one call.
  absl::StatusOr<v1::RecordEventsResponse> RecordEvents(
      const v1::RecordEventsRequest& request) const;
  absl::StatusOr<v1::RecommendItemsResponse> Recommend(
      const v1::RecommendItemsRequest& request) const;
  // Promotes the model and waits until the server serves it.
  absl::Status Promote(std::uint64_t version) const;

 private:
  struct Stubs;
  const std::unique_ptr<Stubs> stubs_;
};

// Calls body(n) for n in [0, count) from `threads` threads; stops at the first error and returns
// it.
absl::Status ForEachInFlight(std::size_t count, int threads,
                             const std::function<absl::Status(std::size_t n)>& body);

// The events in batches of kBatch, `in_flight` at a time; each must be recorded and new.
absl::Status ImportEvents(const ServiceClient& client, std::size_t count,
                          const std::function<void(std::size_t n, v1::Event* event)>& make,
                          int in_flight);

void SetTime(runtime::Time time, google::protobuf::Timestamp* timestamp);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_SERVICE_CLIENT_H_
