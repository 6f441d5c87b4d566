// Exponentially weighted means.
#include "service/recommend/path_estimate.h"

namespace cofilter::service {
namespace {

constexpr double kNewShare = 1.0 / 16;
constexpr double kBelief = 0.98;

}  // namespace

Path PathEstimate::Choose(runtime::Duration remaining) {
  const auto left = static_cast<double>(remaining.count());
  for (const Path path : {Path::kFull, Path::kQuick}) {
    std::atomic<double>& estimate = Of(path);
    const double now = estimate.load(std::memory_order_relaxed);
    if (left >= now) return path;
    estimate.store(now * kBelief, std::memory_order_relaxed);
  }
  return Path::kFallback;
}

void PathEstimate::Took(Path path, runtime::Duration duration) {
  if (path == Path::kFallback) return;
  std::atomic<double>& estimate = Of(path);
  const double before = estimate.load(std::memory_order_relaxed);
  const auto took = static_cast<double>(duration.count());
  estimate.store(before + (took - before) * kNewShare, std::memory_order_relaxed);
}

runtime::Duration PathEstimate::Estimate(Path path) const {
  if (path == Path::kFallback) return runtime::Duration(0);
  return runtime::Duration(
      static_cast<std::int64_t>(path == Path::kFull ? full_.load() : quick_.load()));
}

}  // namespace cofilter::service
