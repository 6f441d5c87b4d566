// Where finished calls leave their spans, for a collector of traces.
#ifndef COFILTER_SERVICE_SPAN_SINK_H_
#define COFILTER_SERVICE_SPAN_SINK_H_

#include <chrono>
#include <cstdint>
#include <string>

namespace cofilter::service {

// One call, as W3C Trace Context and OpenTelemetry name its parts.
struct Span {
  std::string trace_id;                         // 32 hexadecimal digits
  std::string span_id;                          // 16 hexadecimal digits
  std::string parent_span_id;                   // the same, or empty: the trace begins here
  std::string method;                           // "cofilter.v1.EventService/RecordEvents"
  std::chrono::system_clock::time_point start;  // the machine's clock: collectors join traces by it
  std::chrono::system_clock::time_point end;
  int grpc_code = 0;  // 0: OK
};

// Thread-safety: all calls from any thread.
class SpanSink {
 public:
  virtual ~SpanSink() = default;
  // Whether a trace that begins here is wanted; the caller's own decision counts before it.
  virtual bool Samples(const std::string& trace_id) const = 0;
  // Must be quick: it runs before the answer leaves. What cannot be kept is dropped and counted.
  virtual void Take(Span span) = 0;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SPAN_SINK_H_
