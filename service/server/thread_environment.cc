// Sets the variables and executes the program again.
#include "service/server/thread_environment.h"

#include <malloc.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "absl/synchronization/mutex.h"

namespace cofilter::service {
namespace {

void TuneLibraries() {
  // Debian's abseil is built with its search for deadlocks on, which gRPC pays for at every lock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // Calls allocate and free the same sizes again and again: giving memory back to the system in
  // between costs more than keeping it.
  constexpr int kKept = 256 << 20;
  // NOLINTBEGIN(concurrency-mt-unsafe): before the first thread.
  mallopt(M_TRIM_THRESHOLD, kKept);
  mallopt(M_MMAP_THRESHOLD, kKept);
  // NOLINTEND(concurrency-mt-unsafe)
}

}  // namespace

void SettleThreadEnvironment(char** argv) {
  constexpr std::pair<const char*, const char*> kVariables[] = {
      {"OMP_NUM_THREADS", "1"}, {"OMP_WAIT_POLICY", "PASSIVE"}, {"OPENBLAS_NUM_THREADS", "1"}};
  bool changed = false;
  for (const auto& [name, value] : kVariables) {
    // No other thread runs yet.
    if (std::getenv(name) != nullptr) continue;  // NOLINT(concurrency-mt-unsafe)
    if (setenv(name, value, 0) != 0) return;     // NOLINT(concurrency-mt-unsafe)
    changed = true;
  }
  if (!changed) return TuneLibraries();
  // By its real path, so that the process keeps its name. A failure leaves a server that works,
  // only less evenly.
  std::error_code error;
  const std::string self = std::filesystem::read_symlink("/proc/self/exe", error).string();
  if (!error) execv(self.c_str(), argv);
  TuneLibraries();
}

}  // namespace cofilter::service
