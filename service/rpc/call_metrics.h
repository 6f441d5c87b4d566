// Counts and times the calls by method and code.
#ifndef COFILTER_SERVICE_RPC_CALL_METRICS_H_
#define COFILTER_SERVICE_RPC_CALL_METRICS_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "service/latency_histogram.h"

namespace cofilter::service {

enum class CallType : std::uint8_t { kUnary, kServerStream, kBidiStream };

// The figures of one method. Thread-safety: all calls from any thread.
class MethodMetrics {
 public:
  MethodMetrics(std::string name, CallType type) : name_(std::move(name)), type_(type) {}

  // A call arrived; exactly one Record follows.
  void Start() { started_.fetch_add(1, std::memory_order_relaxed); }
  void Record(absl::StatusCode code, std::chrono::microseconds took);

  const std::string& name() const { return name_; }
  CallType type() const { return type_; }
  std::uint64_t started() const { return started_.load(std::memory_order_relaxed); }
  std::uint64_t calls(absl::StatusCode code) const;
  std::uint64_t calls() const;
  const LatencyHistogram& latency() const { return latency_; }

 private:
  const std::string name_;
  const CallType type_;
  std::atomic<std::uint64_t> started_{0};
  std::array<std::atomic<std::uint64_t>, 17> codes_{};
  LatencyHistogram latency_;
};

// Thread-safety: all calls from any thread.
class CallMetrics {
 public:
  // "cofilter.v1.EventService/RecordEvents". The same object each time; lives as long as this.
  MethodMetrics& Method(std::string_view name, CallType type = CallType::kUnary);
  std::vector<const MethodMetrics*> methods() const;
  // One JSON object: calls by method and code, and their latency. Methods never called are left
  // out.
  std::string ToJson() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<MethodMetrics>> methods_;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_CALL_METRICS_H_
