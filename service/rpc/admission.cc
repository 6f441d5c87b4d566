// Admission of calls.
#include "service/rpc/admission.h"

#include <algorithm>

namespace cofilter::service {

std::optional<Admission::Ticket> Admission::Admit() {
  if (in_flight_.fetch_add(1, std::memory_order_relaxed) >= limit_) {
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
    shed_.fetch_add(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  return Ticket(this);
}

void Admission::Release(std::chrono::steady_clock::time_point since) {
  const std::int64_t micros = std::chrono::duration_cast<std::chrono::microseconds>(
                                  std::chrono::steady_clock::now() - since)
                                  .count();
  // Two that race lose one sample of many; the mean stays.
  const std::int64_t mean = smoothed_micros_.load(std::memory_order_relaxed);
  smoothed_micros_.store(mean + (micros - mean) / 16, std::memory_order_relaxed);
  in_flight_.fetch_sub(1, std::memory_order_relaxed);
}

std::chrono::milliseconds Admission::RetryHint() const {
  const std::int64_t base =
      std::clamp<std::int64_t>(smoothed_micros_.load(std::memory_order_relaxed) / 1000, 10, 1000);
  const auto spread = static_cast<std::int64_t>(shed_.load(std::memory_order_relaxed) % 16);
  return std::chrono::milliseconds(base + base * spread / 16);
}

}  // namespace cofilter::service
