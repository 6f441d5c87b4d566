// The server's figures as a Prometheus page.
#ifndef COFILTER_SERVICE_TELEMETRY_METRICS_PAGE_H_
#define COFILTER_SERVICE_TELEMETRY_METRICS_PAGE_H_

#include <string>

#include "runtime/clock.h"
#include "service/rpc/server.h"

namespace cofilter::service {

// Content-Type of the page.
inline constexpr char kMetricsContentType[] = "text/plain; version=0.0.4; charset=utf-8";

// Calls go by the names that gRPC dashboards use (grpc_server_started_total,
// grpc_server_handled_total, grpc_server_handling_seconds with the labels grpc_type, grpc_service,
// grpc_method, grpc_code); the rest begins with cofilter_. docs/metrics.md lists them all.
// Thread-safety: from any thread, while the server lives. Cost: no lock that a call waits for
// longer than a copy of its counters.
std::string MetricsPage(const ServerParts& parts, runtime::Time now);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_TELEMETRY_METRICS_PAGE_H_
