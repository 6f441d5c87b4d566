// cofilter-server: reads the configuration, opens the store, serves until it is told to stop.
#include <spdlog/spdlog.h>

#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "runtime/clock.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"
#include "service/config/config.h"
#include "service/http/door.h"
#include "service/http/sign_in_routes.h"
#include "service/http/tls_source.h"
#include "service/identity/identity.h"
#include "service/rpc/listen_address.h"
#include "service/rpc/server.h"
#include "service/rpc/status_mapping.h"
#include "service/server/json_log.h"
#include "service/server/observation_routes.h"
#include "service/server/termination.h"
#include "service/server/thread_environment.h"
#include "service/store/open_store.h"
#include "service/telemetry/span_exporter.h"

namespace cofilter::service {
namespace {

constexpr std::chrono::seconds kGrace{10};

struct Flags {
  std::string config;
  std::string store;
  std::string models;
  std::string listen;
  std::string http_listen;
  std::string clock_file;
  std::string port_file;
  std::string http_port_file;
  bool insecure = false;
  bool check_config = false;
};

constexpr char kDefaultHttp[] = "127.0.0.1:8480";
constexpr char kAnyHttp[] = "127.0.0.1:0";
constexpr char kNoHttp[] = "off";

// Where the HTTP door listens when nobody says: where gRPC takes any port, it does too, so that
// two servers on one machine do not meet there.
std::string HttpListen(const ServerConfig& config) {
  if (!config.http.listen.empty()) return config.http.listen;
  return config.listen.ends_with(":0") ? kAnyHttp : kDefaultHttp;
}

absl::Status CheckAddresses(const ServerConfig& config, bool beyond_loopback) {
  COFILTER_RETURN_IF_ERROR(ParseListenAddress(config.listen, beyond_loopback).status());
  if (config.http.listen == kNoHttp) return absl::OkStatus();
  return WithFieldPrefix("http.", ParseListenAddress(config.http.listen, beyond_loopback).status());
}

absl::StatusOr<ServerConfig> ConfigOf(const Flags& flags) {
  ServerConfig config = ServerConfig::Default();
  if (!flags.config.empty()) {
    COFILTER_ASSIGN_OR_RETURN(config, LoadConfig(flags.config));
  }
  if (!flags.store.empty()) {
    config.store_path = flags.store;
    config.store_kind = StoreKind::kSqlite;
  }
  if (!flags.models.empty()) config.models_directory = flags.models;
  if (!flags.listen.empty()) config.listen = flags.listen;
  if (!flags.http_listen.empty()) config.http.listen = flags.http_listen;
  config.http.listen = HttpListen(config);
  COFILTER_RETURN_IF_ERROR(CheckAddresses(config, flags.insecure || config.tls.enabled()));
  return config;
}

// What is wrong with the file changes nothing.
void ReloadConfig(const Flags& flags, Server& server) {
  absl::StatusOr<ServerConfig> config = ConfigOf(flags);
  const std::string revision = config.ok() ? config->revision : "";
  const absl::Status status = config.ok() ? server.Reload(*std::move(config)) : config.status();
  if (status.ok()) {
    spdlog::info("configuration {} is in force", revision);
  } else {
    spdlog::error("the configuration stays as it was: {}", std::string(status.message()));
  }
}

// Null where there is to be none.
absl::StatusOr<std::unique_ptr<http::Door>> OpenDoor(const ServerConfig& config, Identity* identity,
                                                     Server* server, const runtime::Clock* clock) {
  if (config.http.listen == kNoHttp) return nullptr;
  http::DoorOptions options;
  options.config = config.http;
  // Whether it may listen beyond loopback was judged with the configuration.
  COFILTER_ASSIGN_OR_RETURN(options.address, ParseListenAddress(config.http.listen, true));
  options.services = server->services();
  http::AddSignInRoutes(identity->sign_in(), &options.routes);
  AddObservationRoutes(server, identity, clock, &options.routes);
  options.prepare = http::UseSession;
  if (server->tls() != nullptr) options.tls = http::TlsSourceOf(server->tls());
  return http::Door::Start(std::move(options), server->InProcessChannel());
}

absl::Status WritePort(const std::string& file, int port) {
  if (file.empty()) return absl::OkStatus();
  return runtime::WriteFileDurably(file, absl::StrCat(port, "\n"));
}

absl::Status Run(const Flags& flags) {
  COFILTER_ASSIGN_OR_RETURN(const ServerConfig config, ConfigOf(flags));
  if (flags.check_config) {
    if (config.store_kind == StoreKind::kRedis) {
      COFILTER_RETURN_IF_ERROR(RedisOptionsOf(config, runtime::SystemClock::Instance()).status());
    }
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
  std::unique_ptr<SpanExporter> spans;
  if (!config.telemetry.otlp_endpoint.empty()) {
    SpanExporterOptions span_options;
    span_options.endpoint = config.telemetry.otlp_endpoint;
    span_options.sample_share = config.telemetry.trace_share;
    span_options.organisation = config.organisation;
    spans = SpanExporter::Start(std::move(span_options));
    options.spans = spans.get();
  }
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(config.models_directory));
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<Store> store, OpenStore(config, *options.clock));
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
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<http::Door> door,
                            OpenDoor(config, identity.get(), server.get(), options.clock));
  if (door != nullptr) COFILTER_RETURN_IF_ERROR(WritePort(flags.http_port_file, door->port()));
  COFILTER_RETURN_IF_ERROR(WritePort(flags.port_file, server->port()));
  spdlog::info("serving on {} http {} store {} models {} configuration {}", server->address(),
               door != nullptr ? door->address() : kNoHttp, StoreText(config),
               config.models_directory, config.revision);

  int signal_number = termination.Wait();
  for (; signal_number == SIGHUP; signal_number = termination.Wait()) ReloadConfig(flags, *server);
  spdlog::info("signal {}: draining for at most {} s; another signal ends it at once",
               signal_number, kGrace.count());
  termination.ExitOnNext();
  const auto drain_end = std::chrono::steady_clock::now() + kGrace;
  if (door != nullptr) door->Drain(kGrace);
  server->Drain(
      std::max(std::chrono::milliseconds(0), std::chrono::duration_cast<std::chrono::milliseconds>(
                                                 drain_end - std::chrono::steady_clock::now())));
  spdlog::info("stopped");
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  SettleThreadEnvironment(argv);
  CLI::App app(
      "Serves recommendations over gRPC and HTTP, from one store and one directory of models.",
      "cofilter-server");
  Flags flags;
  app.add_option("--config", flags.config,
                 "Configuration file (TOML); without it the documented defaults hold")
      ->check(CLI::ExistingFile);
  app.add_option("--store", flags.store,
                 "Store file (SQLite), in place of the configuration's store");
  app.add_option("--models", flags.models, "Directory of models, in place of the configuration's");
  app.add_option("--listen", flags.listen,
                 "Address, in place of the configuration's: 127.0.0.1:8470; port 0: any");
  app.add_option("--http-listen", flags.http_listen,
                 "Address of the HTTP door, in place of the configuration's: 127.0.0.1:8480, or "
                 "off; without either any free port where --listen has port 0");
  app.add_flag("--insecure", flags.insecure,
               "Listen without TLS where other machines can reach it: tokens go over the network "
               "as they are");
  app.add_option(
      "--clock-file", flags.clock_file,
      "Take the time from this file (8 bytes, microseconds since 1970): for simulations");
  app.add_option("--port-file", flags.port_file,
                 "Write the port to this file once the server answers");
  app.add_option("--http-port-file", flags.http_port_file,
                 "Write the HTTP door's port to this file, before --port-file is written");
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
