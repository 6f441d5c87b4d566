// Progress on standard error: a rewritten line on a terminal, a line now and then elsewhere.
#include "runtime/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace cofilter::runtime {
namespace {

constexpr Duration kTerminalInterval = std::chrono::milliseconds(200);
constexpr Duration kPlainInterval = std::chrono::seconds(10);

std::string FormatSeconds(double seconds) {
  if (seconds < 60) return absl::StrFormat("%.1f s", seconds);
  if (seconds < 3600) return absl::StrFormat("%d min %02d s", int(seconds) / 60, int(seconds) % 60);
  return absl::StrFormat("%d h %02d min", int(seconds / 3600), int(seconds) / 60 % 60);
}

double SecondsBetween(Time from, Time to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

Progress::Progress(std::string_view what, std::uint64_t total, Output output, const Clock& clock)
    : what_(what),
      total_(total),
      output_(output),
      clock_(clock),
      start_(clock.Now()),
      drawn_(start_),
      terminal_(output == Output::kStandardError && ::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  const std::lock_guard lock(mutex_);
  Draw(/*last=*/true);
}

void Progress::Advance(std::uint64_t steps) {
  const std::lock_guard lock(mutex_);
  done_ += steps;
  if (output_ == Output::kSilent) return;
  if (clock_.Now() - drawn_ >= (terminal_ ? kTerminalInterval : kPlainInterval))
    Draw(/*last=*/false);
}

void Progress::Describe(std::string_view part) {
  const std::lock_guard lock(mutex_);
  part_ = part;
  if (terminal_) Draw(/*last=*/false);
}

void Progress::Draw(bool last) {
  if (output_ == Output::kSilent) return;
  drawn_ = clock_.Now();
  const double elapsed = SecondsBetween(start_, drawn_);
  std::string line = what_;
  if (last) {
    absl::StrAppend(&line, ": ", done_, ", ", FormatSeconds(elapsed));
  } else {
    if (!part_.empty()) absl::StrAppend(&line, ": ", part_);
    if (total_ > 0) {
      const std::uint64_t done = std::min(done_, total_);
      absl::StrAppend(&line, absl::StrFormat(" %d %%", 100 * done / total_));
      if (done > 0) {
        const double left =
            elapsed * static_cast<double>(total_ - done) / static_cast<double>(done);
        absl::StrAppend(&line, ", about ", FormatSeconds(left), " left");
      }
    } else {
      absl::StrAppend(&line, " ", done_);
      if (elapsed > 0) absl::StrAppend(&line, absl::StrFormat(", %.0f/s", done_ / elapsed));
    }
  }
  // \r and "erase to the end of the line" keep a terminal on one line.
  std::fprintf(stderr, terminal_ ? (last ? "\r\033[K%s\n" : "\r\033[K%s") : "%s\n", line.c_str());
}

}  // namespace cofilter::runtime
