// What is left of a call when it has ended: its figures, its span, a log line where it failed.
#ifndef COFILTER_SERVICE_RPC_CALL_NOTE_H_
#define COFILTER_SERVICE_RPC_CALL_NOTE_H_

#include <chrono>

#include "absl/status/status.h"
#include "service/rpc/call_metrics.h"
#include "service/span_sink.h"
#include "service/trace_context.h"

namespace cofilter::service {

// Counts the call. With a sink, leaves a span where the caller or the sink wants the trace. A code
// that speaks of a fault of ours is logged with the method and the trace, without what was asked.
// spans: nullptr for none.
void NoteCall(MethodMetrics& method, SpanSink* spans, const TraceContext& trace,
              absl::StatusCode code, std::chrono::microseconds took);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_CALL_NOTE_H_
