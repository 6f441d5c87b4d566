// RecommendItems one call at a time, timed by the client; and a bare server that answers the same
// bytes.
#ifndef COFILTER_BENCH_TIMED_CALLS_H_
#define COFILTER_BENCH_TIMED_CALLS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/benchmark.h"
#include "bench/child_process.h"
#include "bench/server_process.h"
#include "bench/service_client.h"
#include "bench/set_data.h"
#include "bench/training_run.h"

namespace cofilter::bench {

inline constexpr int kListLength = 20;

// What a server of one worker needs to answer for a set: a model of its training part, by the
// committed parameters, or in a smoke run the defaults. Store and models lie below the work
// directory, under `name`.
struct TimedServer {
  ServerOptions options;
  TrainedModel trained;
  SetData data;
};
absl::StatusOr<TimedServer> PrepareTimedServer(const Settings& settings, const SetDescriptor& set,
                                               const std::string& name);

// Requests that go through the set's test members, another one each time.
std::vector<v1::RecommendItemsRequest> MakeRequests(const SetData& set, std::size_t count);

// Milliseconds of each call. With `replies`, what was answered, as the bare server reads it.
// Errors: those of the calls; INTERNAL for a list that is not personalised.
absl::StatusOr<std::vector<double>> CallOneByOne(
    const ServiceClient& client, const std::vector<v1::RecommendItemsRequest>& requests,
    std::string* replies = nullptr);

struct BareServer {
  std::unique_ptr<ChildProcess> child;
  std::string address;
  std::unique_ptr<ServiceClient> client;
};

// replies: of CallOneByOne.
absl::StatusOr<BareServer> StartBareServer(const Settings& settings, const std::string& replies,
                                           int cpu);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_TIMED_CALLS_H_
