// Where time comes from: always an injected Clock, so that tests and simulations own it.
#ifndef COFILTER_RUNTIME_CLOCK_H_
#define COFILTER_RUNTIME_CLOCK_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace cofilter::runtime {

// A point in time, UTC, microseconds. The product's one time type; text and protobuf convert at the
// edge.
using Time = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

// Thread-safety: every implementation may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time Now() const override;
  // A process-wide instance that is never destroyed.
  static const SystemClock& Instance();
};

// Stands still until told to move.
class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(Time start) : micros_(start.time_since_epoch().count()) {}
  Time Now() const override { return Time(Duration(micros_.load(std::memory_order_acquire))); }
  void Set(Time t) { micros_.store(t.time_since_epoch().count(), std::memory_order_release); }
  void Advance(Duration d) { micros_.fetch_add(d.count(), std::memory_order_acq_rel); }

 private:
  std::atomic<std::int64_t> micros_;
};

// Reads the time from a file that another process writes: eight bytes, little-endian, microseconds
// since the epoch. It lets a simulation own the clock of a server that it starts, kills and starts
// again. Errors: NOT_FOUND when the file is missing, INVALID_ARGUMENT when it is not eight bytes.
class FileClock final : public Clock {
 public:
  static absl::StatusOr<std::unique_ptr<FileClock>> Open(const std::string& path);
  ~FileClock() override;
  FileClock(const FileClock&) = delete;
  FileClock& operator=(const FileClock&) = delete;
  Time Now() const override;

 private:
  explicit FileClock(const volatile std::int64_t* mapped) : mapped_(mapped) {}
  const volatile std::int64_t* mapped_;
};

// RFC 3339 in UTC, microseconds kept only when not zero: 2026-11-24T08:00:00Z.
std::string FormatTime(Time t);
// Accepts RFC 3339 with any offset. Errors: INVALID_ARGUMENT with the text and what would be right.
absl::StatusOr<Time> ParseTime(std::string_view text);

}  // namespace cofilter::runtime

#endif  // COFILTER_RUNTIME_CLOCK_H_
