// Counts and times the calls by method and code, and the levels of the lists that were served.
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
#include "service/recommend/recommendation.h"

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
  // A list was served: its level, where its items come from, how varied it is.
  void RecordList(const Recommendation& list);

  std::uint64_t lists(Level level) const;
  // Items served, all lists added up.
  std::uint64_t items(Source source) const;
  std::vector<const MethodMetrics*> methods() const;
  // One JSON object: calls by method and code, their latency, lists by level, items by source, and
  // the means over all lists with items of their variety. Methods never called are left out.
  std::string ToJson() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<MethodMetrics>> methods_;
  std::array<std::atomic<std::uint64_t>, 8> levels_{};
  std::array<std::atomic<std::uint64_t>, kSourceCount> sources_{};
  std::atomic<std::uint64_t> measured_lists_{0};
  // Sums over them; similarity and share in millionths.
  std::atomic<std::uint64_t> similarity_{0};
  std::atomic<std::uint64_t> topics_{0};
  std::atomic<std::uint64_t> largest_topic_{0};
};

std::string_view LevelName(Level level);
std::string_view SourceName(Source source);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_CALL_METRICS_H_
