// Reads traceparent headers and makes ids.
#include "service/trace_context.h"

#include <algorithm>

#include "runtime/digest.h"

namespace cofilter::service {
namespace {

bool IsHexadecimal(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsId(std::string_view text) {
  return IsHexadecimal(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

std::optional<TraceContext> ParseTraceparent(std::string_view text) {
  constexpr std::size_t kBytes = 55;
  if (text.size() < kBytes || text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
  const std::string_view version = text.substr(0, 2);
  if (!IsHexadecimal(version) || version == "ff") return {};
  if (text.size() > kBytes && (version == "00" || text[kBytes] != '-')) return {};
  const std::string_view trace_id = text.substr(3, 32);
  const std::string_view parent = text.substr(36, 16);
  const std::string_view flags = text.substr(53, 2);
  if (!IsId(trace_id) || !IsId(parent) || !IsHexadecimal(flags)) return {};
  const char low = flags[1];
  const int digit = low <= '9' ? low - '0' : low - 'a' + 10;
  return TraceContext{std::string(trace_id), std::string(parent), (digit & 1) != 0};
}

TraceContext NewTrace() {
  TraceContext trace;
  trace.trace_id = runtime::RandomUuid();
  std::erase(trace.trace_id, '-');
  return trace;
}

// The version digit of a UUID stands in its first 16 digits, so they are never all zero.
std::string NewSpanId() { return NewTrace().trace_id.substr(0, 16); }

}  // namespace cofilter::service
