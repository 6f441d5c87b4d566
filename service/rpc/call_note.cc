// Figures, spans and log lines of ended calls.
#include "service/rpc/call_note.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "service/log_trace.h"

namespace cofilter::service {
namespace {

bool IsOurFault(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

}  // namespace

void NoteCall(MethodMetrics& method, SpanSink* spans, const TraceContext& trace,
              absl::StatusCode code, std::chrono::microseconds took) {
  method.Record(code, took);
  if (IsOurFault(code)) {
    const LogTraceScope scope(trace.trace_id);
    spdlog::warn("{} ended with {} after {} us", method.name(), absl::StatusCodeToString(code),
                 took.count());
  }
  if (spans == nullptr || trace.trace_id.empty()) return;
  if (!(trace.sampled.has_value() ? *trace.sampled : spans->Samples(trace.trace_id))) return;
  Span span;
  span.trace_id = trace.trace_id;
  span.span_id = NewSpanId();
  span.parent_span_id = trace.parent_span_id;
  span.method = method.name();
  span.end = std::chrono::system_clock::now();
  span.start = span.end - took;
  span.grpc_code = static_cast<int>(code);
  spans->Take(std::move(span));
}

}  // namespace cofilter::service
