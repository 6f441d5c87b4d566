// A log line is one JSON object, whatever the message holds.
#include "service/server/json_log.h"

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <string>

#include "service/log_trace.h"

namespace cofilter::service {
namespace {

std::string Format(std::string_view message) {
  JsonFormatter formatter;
  spdlog::memory_buf_t out;
  const spdlog::details::log_msg line(spdlog::log_clock::time_point{}, spdlog::source_loc{},
                                      "cofilter", spdlog::level::warn,
                                      spdlog::string_view_t(message.data(), message.size()));
  formatter.format(line, out);
  return std::string(out.data(), out.size());
}

TEST(JsonFormatterTest, EscapesWhatWouldBreakTheLine) {
  const std::string text = Format("a \"quoted\"\nline\twith \x01");
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  const nlohmann::json line = nlohmann::json::parse(text);
  EXPECT_EQ(line["message"], "a \"quoted\"\nline\twith \x01");
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["at"], "1970-01-01T00:00:00Z");
}

TEST(JsonFormatterTest, CarriesTheTraceOfTheCallThatIsWorkedOn) {
  EXPECT_FALSE(nlohmann::json::parse(Format("before")).contains("trace_id"));
  {
    const LogTraceScope scope("4bf92f3577b34da6a3ce929d0e0e4736");
    EXPECT_EQ(nlohmann::json::parse(Format("within"))["trace_id"],
              "4bf92f3577b34da6a3ce929d0e0e4736");
  }
  EXPECT_FALSE(nlohmann::json::parse(Format("after")).contains("trace_id"));
}

TEST(JsonFormatterTest, BearsBrokenUtf8) {
  const nlohmann::json line = nlohmann::json::parse(Format("broken \xff\xc3"));
  EXPECT_EQ(line["message"].get<std::string>().rfind("broken ", 0), 0u);
}

}  // namespace
}  // namespace cofilter::service
