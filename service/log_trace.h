// The trace id that log lines of this thread carry.
#ifndef COFILTER_SERVICE_LOG_TRACE_H_
#define COFILTER_SERVICE_LOG_TRACE_H_

#include <string_view>
#include <utility>

namespace cofilter::service {

inline thread_local std::string_view log_trace_id;  // empty: none

// Ownership: the id is the caller's and outlives the scope.
class LogTraceScope {
 public:
  explicit LogTraceScope(std::string_view trace_id)
      : before_(std::exchange(log_trace_id, trace_id)) {}
  LogTraceScope(const LogTraceScope&) = delete;
  LogTraceScope& operator=(const LogTraceScope&) = delete;
  ~LogTraceScope() { log_trace_id = before_; }

 private:
  const std::string_view before_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_LOG_TRACE_H_
