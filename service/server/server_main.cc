// cofilter-server: reads the configuration, opens the store, serves until it is told to stop.
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "runtime/clock.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"
#include "service/config/config.h"
#include "service/identity/identity.h"
#include "service/rpc/listen_address.h"
#include "service/rpc/server.h"
#include "service/server/json_log.h"
#include "service/server/termination.h"
#include "service/server/thread_environment.h"
#include "service/store/sqlite/sqlite_store.h"

namespace cofilter::service {
namespace {

constexpr std::chrono::seconds kGrace{10};

struct Flags {
  std::string config;
  std::string store;
  std::string models;
  std::string listen;
  std::string clock_file;
  std::string port_file;
  bool insecure = false;
  bool check_config = false;
};

absl::StatusOr<ServerConfig> ConfigOf(const Flags& flags) {
  ServerConfig config = ServerConfig::Default();
  if (!flags.config.empty()) {
    COFILTER_ASSIGN_OR_RETURN(config, LoadConfig(flags.config));
  }
  if (!flags.store.empty()) config.store_path = flags.store;
  if (!flags.models.empty()) config.models_directory = flags.models;
  if (!flags.listen.empty()) config.listen = flags.listen;
  COFILTER_RETURN_IF_ERROR(
      ParseListenAddress(config.listen, flags.insecure || config.tls.enabled()).status());
  return config;
}

absl::Status Run(const Flags& flags) {
  COFILTER_ASSIGN_OR_RETURN(const ServerConfig config, ConfigOf(flags));
  if (flags.check_config) {
    std::printf("%s is right: revision %s, %zu surfaces\n",
                flags.config.empty() ? "the default configuration" : flags.config.c_str(),
                config.revision.c_str(), config.surfaces.size());
    return absl::OkStatus();
  }
  const Termination termination;
  LogAsJson();

  std::unique_ptr<runtime::FileClock> file_clock;
  ServerOptions options;
  options.insecure = flags.insecure;
  if (!flags.clock_file.empty()) {
    COFILTER_ASSIGN_OR_RETURN(file_clock, runtime::FileClock::Open(flags.clock_file));
    options.clock = file_clock.get();
  }
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(config.models_directory));
  SqliteStoreOptions store_options;
  store_options.path = config.store_path;
  store_options.organisation = config.organisation;
  store_options.clock = options.clock;
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<Store> store, SqliteStore::Open(store_options));
  COFILTER_ASSIGN_OR_RETURN(
      const std::unique_ptr<Identity> identity,
      Identity::Open(config.identity, config.store_path, {.clock = options.clock}));
  options.identity = identity.get();
  if (!identity->first_operator_token().empty()) {
    // To whoever starts it, not to the log, which goes elsewhere.
    std::printf("operator token, kept in %s (mode 0600) and not shown again:\n%s",
                identity->operator_token_path().c_str(), identity->first_operator_token().c_str());
    std::fflush(stdout);
  }
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<Server> server,
                            Server::Start(config, store.get(), options));
  if (!flags.port_file.empty()) {
    COFILTER_RETURN_IF_ERROR(
        runtime::WriteFileDurably(flags.port_file, absl::StrCat(server->port(), "\n")));
  }
  spdlog::info("serving on {} store {} models {} configuration {}", server->address(),
               config.store_path, config.models_directory, config.revision);

  const int signal_number = termination.Wait();
  spdlog::info("signal {}: draining for at most {} s; another signal ends it at once",
               signal_number, kGrace.count());
  termination.ExitOnNext();
  server->Drain(kGrace);
  spdlog::info("stopped");
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  SettleThreadEnvironment(argv);
  CLI::App app("Serves recommendations over gRPC, from one store and one directory of models.",
               "cofilter-server");
  Flags flags;
  app.add_option("--config", flags.config,
                 "Configuration file (TOML); without it the documented defaults hold")
      ->check(CLI::ExistingFile);
  app.add_option("--store", flags.store, "Store file, in place of the configuration's");
  app.add_option("--models", flags.models, "Directory of models, in place of the configuration's");
  app.add_option("--listen", flags.listen,
                 "Address, in place of the configuration's: 127.0.0.1:8470; port 0: any");
  app.add_flag("--insecure", flags.insecure,
               "Listen without TLS where other machines can reach it: tokens go over the network "
               "as they are");
  app.add_option(
      "--clock-file", flags.clock_file,
      "Take the time from this file (8 bytes, microseconds since 1970): for simulations");
  app.add_option("--port-file", flags.port_file,
                 "Write the port to this file once the server answers");
  app.add_flag("--check-config", flags.check_config,
               "Check the configuration, say what is wrong, and end");
  app.set_version_flag("--version", COFILTER_VERSION);
  app.footer(
      "Example: cofilter-server --config service/config/cofilter.toml --listen 127.0.0.1:8470");
  CLI11_PARSE(app, argc, argv);

  const absl::Status status = Run(flags);
  if (status.ok()) return 0;
  std::fprintf(stderr, "cofilter-server: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace
}  // namespace cofilter::service

int main(int argc, char** argv) { return cofilter::service::Main(argc, argv); }
