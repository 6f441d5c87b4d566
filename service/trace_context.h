// Which trace a call belongs to, by W3C Trace Context.
#ifndef COFILTER_SERVICE_TRACE_CONTEXT_H_
#define COFILTER_SERVICE_TRACE_CONTEXT_H_

#include <optional>
#include <string>
#include <string_view>

namespace cofilter::service {

struct TraceContext {
  std::string trace_id;         // 32 lower-case hexadecimal digits; empty: none
  std::string parent_span_id;   // 16 of them; empty: the trace begins here
  std::optional<bool> sampled;  // the caller's decision; absent: none was made
};

// Of a traceparent header, "00-<32 hex>-<16 hex>-<2 hex>"; later versions may add fields. nullopt
// when it is not one, all-zero ids included. Source: W3C Trace Context, section 3.2.
std::optional<TraceContext> ParseTraceparent(std::string_view traceparent);

// A trace of its own.
TraceContext NewTrace();

// 16 random hexadecimal digits, not all zero.
std::string NewSpanId();

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_TRACE_CONTEXT_H_
