// How long each way of making a list takes now, so that a call whose deadline is near takes a
// shorter one.
#ifndef COFILTER_SERVICE_RECOMMEND_PATH_ESTIMATE_H_
#define COFILTER_SERVICE_RECOMMEND_PATH_ESTIMATE_H_

#include <atomic>
#include <cstdint>

#include "runtime/clock.h"

namespace cofilter::service {

enum class Path : std::uint8_t { kFull, kQuick, kFallback };

// Running means of measured times. A path that is passed over is believed a little faster each
// time, so that one slow call does not close it for ever. Thread-safety: all calls from any thread;
// concurrent updates may lose one another.
class PathEstimate {
 public:
  // The best path that fits into `remaining`.
  Path Choose(runtime::Duration remaining);
  void Took(Path path, runtime::Duration duration);
  runtime::Duration Estimate(Path path) const;

 private:
  std::atomic<double>& Of(Path path) { return path == Path::kFull ? full_ : quick_; }
  // Microseconds; the first guesses are those of 41,000 items and a history of 27.
  std::atomic<double> full_{400};
  std::atomic<double> quick_{150};
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RECOMMEND_PATH_ESTIMATE_H_
