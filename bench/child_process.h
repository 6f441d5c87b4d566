// A program that a benchmark starts: pinned if asked for, measured, and gone when the object goes.
#ifndef COFILTER_BENCH_CHILD_PROCESS_H_
#define COFILTER_BENCH_CHILD_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace cofilter::bench {

struct ChildOptions {
  std::vector<std::string> arguments;                            // the first is the program's path
  std::vector<std::pair<std::string, std::string>> environment;  // on top of ours
  std::string output_path;  // its standard output and error go there
  std::optional<int> cpu;   // the only one it runs on
};

struct ChildUsage {
  int exit_code = -1;  // −1 when a signal ended it
  int signal = 0;
  double wall_seconds = 0;
  double cpu_seconds = 0;
  // From wait4. Linux counts the starter's own size at the start in; so an upper bound that is
  // exact for every child larger than the benchmark itself.
  std::uint64_t peak_rss_bytes = 0;
};

// Thread-safety: one thread at a time; the starting thread must outlive the child, which is killed
// with it.
class ChildProcess {
 public:
  // Errors: INTERNAL with the system's reason. A program that cannot be run exits with 127.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(ChildOptions options);
  // Kills the child if it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  bool Running();
  void Signal(int signal);
  // Waits until it ends. May be called once more: the same answer.
  ChildUsage Wait();
  // The end of what it wrote, for messages.
  std::string OutputTail() const;

 private:
  ChildProcess(ChildOptions options, pid_t pid);
  void Reap(int wait_options);

  const ChildOptions options_;
  const pid_t pid_;
  const std::chrono::steady_clock::time_point started_;
  std::optional<ChildUsage> usage_;
};

// Starts, waits, and turns a failure into an error that shows the end of the output.
absl::StatusOr<ChildUsage> RunToEnd(ChildOptions options);

// CPUs that this process may run on, ascending.
std::vector<int> AllowedCpus();
// Pins the calling thread, and what it starts later, to one CPU while the object lives.
class PinnedThread {
 public:
  explicit PinnedThread(int cpu);
  ~PinnedThread();
  PinnedThread(const PinnedThread&) = delete;
  PinnedThread& operator=(const PinnedThread&) = delete;

 private:
  std::vector<int> before_;
};

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_CHILD_PROCESS_H_
