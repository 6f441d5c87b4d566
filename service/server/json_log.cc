// The JSON formatter.
#include "service/server/json_log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "runtime/clock.h"
#include "service/log_trace.h"

namespace cofilter::service {

void JsonFormatter::format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) {
  const std::string_view level(spdlog::level::to_string_view(message.level).data(),
                               spdlog::level::to_string_view(message.level).size());
  nlohmann::ordered_json line;
  line["at"] = runtime::FormatTime(std::chrono::time_point_cast<runtime::Duration>(message.time));
  line["level"] = level;
  // The formatter runs in the thread that logs.
  if (!log_trace_id.empty()) line["trace_id"] = log_trace_id;
  line["message"] = std::string_view(message.payload.data(), message.payload.size());
  // Broken UTF-8 is replaced: a log line must never throw.
  const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  out.append(text.data(), text.data() + text.size());
  out.push_back('\n');
}

std::unique_ptr<spdlog::formatter> JsonFormatter::clone() const {
  return std::make_unique<JsonFormatter>();
}

void LogAsJson() {
  auto logger = std::make_shared<spdlog::logger>("cofilter",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_formatter(std::make_unique<JsonFormatter>());
  logger->set_level(spdlog::level::info);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace cofilter::service
