// The real cofilter-server, started on any free port with a store and models of its own.
#ifndef COFILTER_BENCH_SERVER_PROCESS_H_
#define COFILTER_BENCH_SERVER_PROCESS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/child_process.h"
#include "cli/channel.h"

namespace cofilter::bench {

// The one surface that benchmarks ask for: courses, completed ones excluded, nothing between the
// operator's score and the list.
inline constexpr char kSurface[] = "bench";

struct ServerOptions {
  std::string program;    // path of cofilter-server
  std::string directory;  // store, configuration and log lie here; kept from start to start
  std::string models_directory;
  std::string operator_name;         // empty: no model is meant
  std::uint32_t worker_threads = 0;  // 0: the server's default
  std::optional<int> cpu;
  std::string more_config{};    // TOML tables that join the configuration
  std::string ca{};             // PEM file: the client speaks TLS and trusts this authority
  std::string surfaces = "";    // TOML, in place of the one surface; empty: that
  std::string clock_file = "";  // the server's clock; empty: the system's
};

// Thread-safety: one thread at a time.
class ServerProcess {
 public:
  // Writes the configuration, starts the server and waits until it answers.
  // Errors: INTERNAL, DEADLINE_EXCEEDED; the message shows the end of the server's log.
  static absl::StatusOr<std::unique_ptr<ServerProcess>> Start(const ServerOptions& options);

  int http_port() const { return http_port_; }
  const std::string& address() const { return client_.server; }  // "127.0.0.1:40001"
  // How to call it: as its operator.
  const cli::ChannelOptions& client() const { return client_; }
  pid_t pid() const { return child_->pid(); }
  // SIGKILL, at once; returns when it is gone.
  void Kill();
  // SIGTERM; returns when it is gone. Errors: INTERNAL when it does not end well.
  absl::Status Stop();
  std::string LogTail() const { return child_->OutputTail(); }

 private:
  ServerProcess() = default;
  absl::Status WaitUntilItAnswers(const ServerOptions& options, const std::string& port_file);

  std::unique_ptr<ChildProcess> child_;
  cli::ChannelOptions client_;
  int http_port_ = 0;
};

// Waits until a program has written its port, one decimal number, into a file.
absl::StatusOr<int> WaitForPort(const std::string& port_file, ChildProcess& child);

// The store's file of a server that was started with these options.
std::string StorePath(const ServerOptions& options);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_SERVER_PROCESS_H_
