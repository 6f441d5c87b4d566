// Tells a person how far a long command is, and when it will be done.
#ifndef COFILTER_RUNTIME_PROGRESS_H_
#define COFILTER_RUNTIME_PROGRESS_H_

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "runtime/clock.h"

namespace cofilter::runtime {

// On a terminal one line that is rewritten; elsewhere a plain line now and then. Writes to standard
// error. Thread-safety: Advance from any thread.
class Progress {
 public:
  enum class Output { kStandardError, kSilent };

  // total = 0: unknown, so a count and a rate are shown in place of an estimate.
  Progress(std::string_view what, std::uint64_t total, Output output = Output::kStandardError,
           const Clock& clock = SystemClock::Instance());
  // Ends the line with the time it took.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Advance(std::uint64_t steps = 1);
  // Names the part that runs now: "singular vectors".
  void Describe(std::string_view part);

 private:
  void Draw(bool last);

  const std::string what_;
  const std::uint64_t total_;
  const Output output_;
  const Clock& clock_;
  const Time start_;
  std::mutex mutex_;
  std::uint64_t done_ = 0;
  std::string part_;
  Time drawn_;
  bool terminal_ = false;
};

}  // namespace cofilter::runtime

#endif  // COFILTER_RUNTIME_PROGRESS_H_
