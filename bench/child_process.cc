// fork, exec and wait4, with affinity and output set in between.
#include "bench/child_process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/errno_text.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(
    const std::vector<std::pair<std::string, std::string>>& added) {
  std::map<std::string, std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) merged[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (const auto& [name, value] : added) merged[name] = value;
  std::vector<std::string> lines;
  for (const auto& [name, value] : merged) lines.push_back(name + "=" + value);
  return lines;
}

cpu_set_t CpuSet(const std::vector<int>& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) CPU_SET(cpu, &set);
  return set;
}

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

ChildProcess::ChildProcess(ChildOptions options, pid_t pid)
    : options_(std::move(options)), pid_(pid), started_(std::chrono::steady_clock::now()) {}

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(ChildOptions options) {
  std::vector<std::string> arguments = options.arguments;
  std::vector<std::string> environment = Environment(options.environment);
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(environment);
  const std::string output = options.output_path.empty() ? "/dev/null" : options.output_path;
  cpu_set_t cpus{};
  if (options.cpu.has_value()) cpus = CpuSet({*options.cpu});
  const pid_t pid = fork();
  if (pid < 0) return absl::InternalError(absl::StrCat("fork: ", runtime::ErrnoText(errno)));
  if (pid == 0) {  // only calls that are safe after fork in a process with threads
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (options.cpu.has_value()) sched_setaffinity(0, sizeof cpus, &cpus);
    const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file >= 0) {
      dup2(file, STDOUT_FILENO);
      dup2(file, STDERR_FILENO);
    }
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  return std::unique_ptr<ChildProcess>(new ChildProcess(std::move(options), pid));
}

ChildProcess::~ChildProcess() {
  if (usage_.has_value()) return;
  kill(pid_, SIGKILL);
  Reap(0);
}

void ChildProcess::Reap(int wait_options) {
  if (usage_.has_value()) return;
  int status = 0;
  rusage resources{};
  pid_t ended = 0;
  do {
    ended = wait4(pid_, &status, wait_options, &resources);
  } while (ended < 0 && errno == EINTR);
  if (ended == 0) return;
  ChildUsage usage;
  if (ended == pid_) {
    usage.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    usage.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    usage.cpu_seconds = Seconds(resources.ru_utime) + Seconds(resources.ru_stime);
    usage.peak_rss_bytes = static_cast<std::uint64_t>(resources.ru_maxrss) * 1024;
  }
  usage.wall_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  usage_ = usage;
}

bool ChildProcess::Running() {
  Reap(WNOHANG);
  return !usage_.has_value();
}

void ChildProcess::Signal(int signal) {
  if (!usage_.has_value()) kill(pid_, signal);
}

ChildUsage ChildProcess::Wait() {
  Reap(0);
  return *usage_;
}

std::string ChildProcess::OutputTail() const {
  constexpr std::streamoff kTail = 2000;
  std::ifstream file(options_.output_path, std::ios::ate);
  if (!file) return "";
  const std::streamoff size = file.tellg();
  file.seekg(std::max<std::streamoff>(0, size - kTail));
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

absl::StatusOr<ChildUsage> RunToEnd(ChildOptions options) {
  const std::string line = absl::StrJoin(options.arguments, " ");
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<ChildProcess> child,
                            ChildProcess::Start(std::move(options)));
  const ChildUsage usage = child->Wait();
  if (usage.exit_code != 0) {
    return absl::InternalError(absl::StrCat(line,
                                            usage.signal != 0
                                                ? absl::StrCat(": ended by signal ", usage.signal)
                                                : absl::StrCat(": exit status ", usage.exit_code),
                                            "\n", child->OutputTail()));
  }
  return usage;
}

std::vector<int> AllowedCpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return {0};
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

PinnedThread::PinnedThread(int cpu) : before_(AllowedCpus()) {
  const cpu_set_t set = CpuSet({cpu});
  sched_setaffinity(0, sizeof set, &set);
}

PinnedThread::~PinnedThread() {
  const cpu_set_t set = CpuSet(before_);
  sched_setaffinity(0, sizeof set, &set);
}

}  // namespace cofilter::bench
