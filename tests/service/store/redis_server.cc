// Forks redis-server and asks it until it answers.
#include "tests/service/store/redis_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"

namespace cofilter::service {
namespace {

// Below the ephemeral ports, so that no outgoing connection takes it meanwhile, and with room for
// the cluster bus, which listens 10,000 above.
std::uint16_t FreePort() {
  static unsigned next = static_cast<unsigned>(getpid()) * 37;
  for (int attempt = 0; attempt < 2000; ++attempt) {
    const auto port = static_cast<std::uint16_t>(15000 + next++ % 7000);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const bool free = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    close(fd);
    if (free) return port;
  }
  return 0;
}

bool Ended(pid_t pid) { return waitpid(pid, nullptr, WNOHANG) != 0; }

}  // namespace

absl::StatusOr<std::unique_ptr<RedisServer>> RedisServer::Start(
    std::vector<std::string> arguments, redis::ConnectionOptions connection) {
  COFILTER_ASSIGN_OR_RETURN(auto directory, runtime::TemporaryDirectory::Create());
  std::unique_ptr<RedisServer> server(new RedisServer(std::move(arguments), std::move(directory)));
  server->connection_ = std::move(connection);
  return StartOnFreePort(std::move(server));
}

absl::StatusOr<std::unique_ptr<RedisServer>> RedisServer::StartSentinel(const std::string& file) {
  COFILTER_ASSIGN_OR_RETURN(auto directory, runtime::TemporaryDirectory::Create());
  std::unique_ptr<RedisServer> server(new RedisServer({}, std::move(directory)));
  server->sentinel_file_ = file;
  return StartOnFreePort(std::move(server));
}

absl::StatusOr<std::unique_ptr<RedisServer>> RedisServer::StartOnFreePort(
    std::unique_ptr<RedisServer> server) {
  absl::Status status;
  for (int attempt = 0; attempt < 5; ++attempt) {  // another process may take the port first
    server->port_ = FreePort();
    status = server->StartAgain();
    if (status.ok()) return server;
  }
  return status;
}

RedisServer::~RedisServer() { Kill(); }

absl::Status RedisServer::StartAgain() {
  const bool tls =
      std::find(arguments_.begin(), arguments_.end(), "--tls-cert-file") != arguments_.end();
  const std::string port_flag = tls ? "--tls-port" : "--port";
  std::vector<std::string> arguments = {
      "redis-server",      "--bind", "127.0.0.1", "--dir",       directory(), port_flag,
      absl::StrCat(port_), "--save", "",          "--daemonize", "no",        "--logfile",
      directory() + "/log"};
  if (!sentinel_file_.empty()) {
    arguments = {"redis-server",      sentinel_file_, "--sentinel",        "--bind",
                 "127.0.0.1",         "--port",       absl::StrCat(port_), "--logfile",
                 directory() + "/log"};
  }
  if (tls) arguments.insert(arguments.end(), {"--port", "0"});
  arguments.insert(arguments.end(), arguments_.begin(), arguments_.end());
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ < 0) return absl::InternalError("fork failed");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that dies leaves nothing behind
    const int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, STDOUT_FILENO);
    dup2(nothing, STDERR_FILENO);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  for (;;) {
    if (Ended(pid_)) {
      pid_ = 0;
      return absl::InternalError(
          absl::StrCat("redis-server (package redis-server) ended: ",
                       runtime::ReadFile(directory() + "/log").value_or("it did not start")));
    }
    const absl::StatusOr<redis::Reply> answer = Do({"PING"});
    if (answer.ok() && !answer->view().text().starts_with("LOADING")) return absl::OkStatus();
    if (absl::IsPermissionDenied(answer.status())) return answer.status();
    std::this_thread::yield();
  }
}

void RedisServer::Kill() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void RedisServer::Freeze() { kill(pid_, SIGSTOP); }
void RedisServer::Thaw() { kill(pid_, SIGCONT); }

absl::StatusOr<redis::Reply> RedisServer::Do(
    std::initializer_list<std::string_view> command) const {
  return Do(command, connection_);
}

absl::StatusOr<redis::Reply> RedisServer::Do(std::initializer_list<std::string_view> command,
                                             const redis::ConnectionOptions& options) const {
  COFILTER_ASSIGN_OR_RETURN(const auto connection, redis::Connection::Open(endpoint(), options));
  connection->Append(redis::MakeCommand("", command).bytes);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  COFILTER_RETURN_IF_ERROR(connection->Send(deadline));
  return connection->Read(deadline);
}

RedisStoreOptions OptionsFor(const redis::Endpoint& endpoint) {
  RedisStoreOptions options;
  options.client.topology.addresses = {endpoint};
  options.client.topology.connection.connect_timeout = std::chrono::seconds(20);
  options.client.read_timeout = std::chrono::seconds(20);
  options.client.write_timeout = std::chrono::seconds(20);
  return options;
}

}  // namespace cofilter::service
