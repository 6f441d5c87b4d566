// Sends spans to a collector of traces by OTLP over gRPC.
#ifndef COFILTER_SERVICE_TELEMETRY_SPAN_EXPORTER_H_
#define COFILTER_SERVICE_TELEMETRY_SPAN_EXPORTER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "service/span_sink.h"

namespace cofilter::service {

struct SpanExporterOptions {
  std::string endpoint;      // "127.0.0.1:4317", plain text: a collector on the same machine
  double sample_share = 0;   // 0..1: of the traces that begin here
  std::string organisation;  // an attribute of the resource
  std::size_t queue = 2048;  // spans that wait; more are dropped
  std::size_t batch = 512;   // spans of one export
  std::chrono::milliseconds interval{1000};  // between exports while fewer wait
  std::chrono::milliseconds timeout{5000};   // of one export
};

struct SpanExporterStats {
  std::uint64_t exported = 0;
  std::uint64_t dropped = 0;  // the queue was full, or the collector did not take them
};

// A thread of its own sends; a collector that is away costs calls nothing but their spans. The
// decision for a trace depends on its id alone, so that all replicas agree. The destructor sends
// what waits, for at most the timeout.
class SpanExporter : public SpanSink {
 public:
  static std::unique_ptr<SpanExporter> Start(SpanExporterOptions options);
  virtual SpanExporterStats stats() const = 0;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_TELEMETRY_SPAN_EXPORTER_H_
