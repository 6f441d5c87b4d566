// The HTTP door's part of `doors`: what a call costs there, and what strangers there do to gRPC.
#ifndef COFILTER_BENCH_HTTP_DOORS_H_
#define COFILTER_BENCH_HTTP_DOORS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bench/report.h"
#include "bench/server_process.h"
#include "bench/service_client.h"
#include "cofilter/v1/recommendation_service.pb.h"

namespace cofilter::bench {

inline constexpr double kMostOverGrpc = 2.5;
inline constexpr double kMostBesideSlow = 1.5;
inline constexpr double kMostBesideFlood = 3;

// The configuration of a server that lets one address have as many connections as the benchmark
// opens: the harder case than refusing them.
inline constexpr char kHttpDoorConfig[] =
    "\n[http]\nmax_connections = 1024\nmax_connections_per_address = 1024\n";

// server: with kHttpDoorConfig, without TLS; client: its own, already used. smoke: few calls, no
// bars. Errors: those of the calls.
absl::Status AddHttpFigures(const ServerProcess& server, const ServiceClient& client,
                            const std::vector<v1::RecommendItemsRequest>& requests, bool smoke,
                            Report* report);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_HTTP_DOORS_H_
