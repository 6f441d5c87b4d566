// Counters, histograms and their JSON.
#include "service/rpc/call_metrics.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace cofilter::service {

void MethodMetrics::Record(absl::StatusCode code, std::chrono::microseconds took) {
  const auto code_index = std::min<std::size_t>(static_cast<std::size_t>(code), codes_.size() - 1);
  codes_[code_index].fetch_add(1, std::memory_order_relaxed);
  latency_.Record(took);
}

std::uint64_t MethodMetrics::calls(absl::StatusCode code) const {
  return codes_[static_cast<std::size_t>(code)].load(std::memory_order_relaxed);
}

std::uint64_t MethodMetrics::calls() const {
  std::uint64_t sum = 0;
  for (const auto& count : codes_) sum += count.load(std::memory_order_relaxed);
  return sum;
}

MethodMetrics& CallMetrics::Method(std::string_view name, CallType type) {
  std::lock_guard lock(mutex_);
  for (const auto& method : methods_) {
    if (method->name() == name) return *method;
  }
  return *methods_.emplace_back(std::make_unique<MethodMetrics>(std::string(name), type));
}

std::vector<const MethodMetrics*> CallMetrics::methods() const {
  std::lock_guard lock(mutex_);
  std::vector<const MethodMetrics*> all;
  for (const auto& method : methods_) all.push_back(method.get());
  return all;
}

std::string CallMetrics::ToJson() const {
  nlohmann::json calls = nlohmann::json::object();
  for (const MethodMetrics* method : methods()) {
    if (method->calls() == 0) continue;
    nlohmann::json codes = nlohmann::json::object();
    for (int code = 0; code <= 16; ++code) {
      const auto status_code = static_cast<absl::StatusCode>(code);
      if (method->calls(status_code) > 0) {
        codes[absl::StatusCodeToString(status_code)] = method->calls(status_code);
      }
    }
    nlohmann::json buckets = nlohmann::json::array();
    for (std::size_t i = 0; i <= kLatencyBounds.size(); ++i)
      buckets.push_back(method->latency().bucket(i));
    calls[method->name()] = {{"codes", codes},
                             {"latency_buckets", buckets},
                             {"mean_micros", method->latency().total_micros() / method->calls()}};
  }
  return nlohmann::json{{"calls", calls}, {"latency_bounds_micros", kLatencyBounds}}.dump();
}

}  // namespace cofilter::service
