// Counts durations in fixed buckets, without a lock.
#ifndef COFILTER_SERVICE_LATENCY_HISTOGRAM_H_
#define COFILTER_SERVICE_LATENCY_HISTOGRAM_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace cofilter::service {

// Upper bounds of the buckets, microseconds; the last bucket has none.
inline constexpr std::array<std::int64_t, 14> kLatencyBounds = {
    50, 100, 200, 300, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 500000, 2000000};

// Thread-safety: all calls from any thread; the parts of one reading may be a few counts apart.
class LatencyHistogram {
 public:
  void Record(std::chrono::microseconds took) {
    const std::int64_t micros = std::max<std::int64_t>(took.count(), 0);
    const auto bucket = static_cast<std::size_t>(
        std::lower_bound(kLatencyBounds.begin(), kLatencyBounds.end(), micros) -
        kLatencyBounds.begin());
    buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
    total_micros_.fetch_add(static_cast<std::uint64_t>(micros), std::memory_order_relaxed);
  }

  std::uint64_t bucket(std::size_t index) const {
    return buckets_[index].load(std::memory_order_relaxed);
  }
  std::uint64_t count() const {
    std::uint64_t sum = 0;
    for (const auto& bucket : buckets_) sum += bucket.load(std::memory_order_relaxed);
    return sum;
  }
  // Of all durations, added up.
  std::uint64_t total_micros() const { return total_micros_.load(std::memory_order_relaxed); }

 private:
  std::array<std::atomic<std::uint64_t>, kLatencyBounds.size() + 1> buckets_{};
  std::atomic<std::uint64_t> total_micros_{0};
};

// Records how long it lived.
class LatencyTimer {
 public:
  explicit LatencyTimer(LatencyHistogram* histogram) : histogram_(histogram) {}
  LatencyTimer(const LatencyTimer&) = delete;
  LatencyTimer& operator=(const LatencyTimer&) = delete;
  ~LatencyTimer() {
    histogram_->Record(std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - started_));
  }

 private:
  LatencyHistogram* const histogram_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_LATENCY_HISTOGRAM_H_
