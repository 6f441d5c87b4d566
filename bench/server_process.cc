// Starts the server, waits for its port file, then for its first answer.
#include "bench/server_process.h"

#include <signal.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "bench/service_client.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

constexpr std::chrono::seconds kPatience{60};

std::string ConfigText(const ServerOptions& options) {
  std::string text = absl::StrCat("[store]\npath = \"", StorePath(options),
                                  "\"\n\n[models]\ndirectory = \"", options.models_directory,
                                  "\"\n\n[server]\nlisten = \"127.0.0.1:0\"\nworker_threads = ",
                                  options.worker_threads, "\n\n");
  if (!options.surfaces.empty()) return text + options.surfaces;
  absl::StrAppend(&text, "[surfaces.", kSurface,
                  "]\nkinds = [\"course\"]\nexclude = [\"complete\"]\n");
  if (!options.operator_name.empty())
    absl::StrAppend(&text, "operator = \"", options.operator_name, "\"\n");
  absl::StrAppend(&text, "\n[surfaces.", kSurface, ".weights]\ncomplete = 1.0\n",
                  options.more_config);
  return text;
}

}  // namespace

std::string StorePath(const ServerOptions& options) { return options.directory + "/store.db"; }

absl::StatusOr<int> WaitForPort(const std::string& port_file, ChildProcess& child) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < give_up) {
    const absl::StatusOr<std::string> text = runtime::ReadFile(port_file);
    int port = 0;
    if (text.ok() && absl::SimpleAtoi(*text, &port) && port > 0) return port;
    if (!child.Running()) {
      return absl::InternalError(
          absl::StrCat("it ended before it listened:\n", child.OutputTail()));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return absl::DeadlineExceededError(absl::StrCat("no port after a minute:\n", child.OutputTail()));
}

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::Start(const ServerOptions& options) {
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(options.directory));
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(options.models_directory));
  const std::string config = options.directory + "/server.toml";
  const std::string port_file = options.directory + "/port";
  const std::string http_port_file = options.directory + "/http-port";
  COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(config, ConfigText(options)));
  std::error_code error;
  std::filesystem::remove(port_file, error);
  auto server = std::unique_ptr<ServerProcess>(new ServerProcess);
  std::vector<std::string> arguments = {options.program, "--config", config,
                                        "--port-file",   port_file,  "--http-port-file",
                                        http_port_file};
  if (!options.clock_file.empty()) {
    arguments.insert(arguments.end(), {"--clock-file", options.clock_file});
  }
  COFILTER_ASSIGN_OR_RETURN(server->child_,
                            ChildProcess::Start({.arguments = std::move(arguments),
                                                 .environment = {},
                                                 .output_path = options.directory + "/server.log",
                                                 .cpu = options.cpu}));
  const absl::Status ready = server->WaitUntilItAnswers(options, port_file);
  if (!ready.ok())
    return absl::Status(ready.code(), absl::StrCat("cofilter-server: ", ready.message()));
  return server;
}

absl::Status ServerProcess::WaitUntilItAnswers(const ServerOptions& options,
                                               const std::string& port_file) {
  COFILTER_ASSIGN_OR_RETURN(const int port, WaitForPort(port_file, *child_));
  // Written before the other.
  COFILTER_ASSIGN_OR_RETURN(http_port_, WaitForPort(options.directory + "/http-port", *child_));
  client_.server = absl::StrCat("127.0.0.1:", port);
  client_.ca = options.ca;
  COFILTER_ASSIGN_OR_RETURN(client_.token,
                            cli::ReadTokenFile(options.directory + "/operator.token"));
  const ServiceClient client(client_);
  const absl::Status answer = client.WaitUntilServing(kPatience);
  if (answer.ok()) return answer;
  return absl::Status(answer.code(), absl::StrCat(answer.message(), "\n", child_->OutputTail()));
}

void ServerProcess::Kill() {
  child_->Signal(SIGKILL);
  child_->Wait();
}

absl::Status ServerProcess::Stop() {
  child_->Signal(SIGTERM);
  const ChildUsage usage = child_->Wait();
  if (usage.exit_code == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("cofilter-server ended with status ", usage.exit_code,
                                          ", signal ", usage.signal, ":\n", child_->OutputTail()));
}

}  // namespace cofilter::bench
