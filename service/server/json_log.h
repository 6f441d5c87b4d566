// Log lines as JSON objects, one a line, on standard error.
#ifndef COFILTER_SERVICE_SERVER_JSON_LOG_H_
#define COFILTER_SERVICE_SERVER_JSON_LOG_H_

#include <spdlog/formatter.h>

#include <memory>

namespace cofilter::service {

// {"at":"2026-11-24T08:00:00.123456Z","level":"info","trace_id":"…","message":"…"}, the trace where
// a call is being worked on; the message is escaped, so that a line is a line whatever it holds.
class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override;
  std::unique_ptr<spdlog::formatter> clone() const override;
};

// Makes it the process's log, at level info.
void LogAsJson();

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_SERVER_JSON_LOG_H_
