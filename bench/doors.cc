// doors: what it costs a call to be let in and to be kept from others' eyes. The same calls to a
// server with TLS and to one without, by turns; and a token's own cost, in its parts.
#include <chrono>

#include "absl/strings/str_cat.h"
#include "bench/benchmark.h"
#include "bench/certificates.h"
#include "bench/generated_set.h"
#include "bench/http_doors.h"
#include "bench/server_process.h"
#include "bench/service_client.h"
#include "bench/set_data.h"
#include "bench/timed_calls.h"
#include "bench/training_run.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"
#include "service/identity/identity.h"

namespace cofilter::bench {
namespace {

constexpr int kRuns = 5;
constexpr std::size_t kCalls = 3000;
constexpr int kChecks = 20'000;
constexpr double kMostForTokens = .05;
constexpr double kMostForTls = .15;

// A server that holds the set and serves the model.
struct Door {
  std::unique_ptr<ServerProcess> server;
  std::unique_ptr<ServiceClient> client;
};

absl::StatusOr<Door> OpenDoor(const ServerOptions& options, const SetData& set,
                              std::uint64_t version) {
  Door door;
  COFILTER_ASSIGN_OR_RETURN(door.server, ServerProcess::Start(options));
  door.client = std::make_unique<ServiceClient>(door.server->client());
  COFILTER_RETURN_IF_ERROR(ImportSet(*door.client, set.train));
  COFILTER_RETURN_IF_ERROR(door.client->Promote(version));
  return door;
}

// The options of a second server, behind TLS.
absl::StatusOr<ServerOptions> WithTls(ServerOptions options) {
  options.directory += "-tls";
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(options.directory));
  const Certificate authority = Certificate::Authority("benchmark");
  const Certificate own = Certificate::Issue(authority, "localhost");
  const std::string certificate = options.directory + "/server.pem";
  const std::string key = options.directory + "/server.key";
  options.ca = options.directory + "/authority.pem";
  COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(options.ca, authority.certificate_pem()));
  COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(certificate, own.certificate_pem()));
  COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(key, own.key_pem(), 0600));
  options.more_config =
      absl::StrCat("\n[server.tls]\ncertificate = \"", certificate, "\"\nkey = \"", key, "\"\n");
  return options;
}

// Milliseconds that the server's own look-up of a token takes once it is known.
absl::StatusOr<double> CheckTime(const std::string& store_path, const std::string& token) {
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<service::Identity> identity,
                            service::Identity::Open({}, store_path, {.run_thread = false}));
  const std::string authorization = absl::StrCat("Bearer ", token);
  if (identity->authenticator().Authenticate(authorization).caller == nullptr)
    return absl::InternalError("the server's own token is not good");
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kChecks; ++i) {
    if (identity->authenticator().Authenticate(authorization).caller == nullptr)
      return absl::InternalError("a token that was good is not any more");
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  return took.count() / kChecks;
}

struct Runs {
  std::vector<double> plain, tls, tls_adds, check, carrying, token_adds;
};

absl::StatusOr<Runs> Measure(const Door& plain, const Door& tls, const BareServer& bare,
                             const std::string& store_path,
                             const std::vector<v1::RecommendItemsRequest>& requests) {
  Runs runs;
  const ServiceClient with_token({.server = bare.address, .token = plain.server->client().token});
  const auto p50 = [&](const ServiceClient& client) -> absl::StatusOr<double> {
    COFILTER_ASSIGN_OR_RETURN(const std::vector<double> times, CallOneByOne(client, requests));
    return Percentile(times, .5);
  };
  for (int run = 0; run < kRuns; ++run) {
    COFILTER_ASSIGN_OR_RETURN(const double plain_p50, p50(*plain.client));
    COFILTER_ASSIGN_OR_RETURN(const double tls_p50, p50(*tls.client));
    COFILTER_ASSIGN_OR_RETURN(const double bare_p50, p50(*bare.client));
    COFILTER_ASSIGN_OR_RETURN(const double carrying_p50, p50(with_token));
    COFILTER_ASSIGN_OR_RETURN(const double check,
                              CheckTime(store_path, plain.server->client().token));
    runs.plain.push_back(plain_p50);
    runs.tls.push_back(tls_p50);
    runs.tls_adds.push_back(tls_p50 / plain_p50 - 1);
    runs.check.push_back(check);
    runs.carrying.push_back(carrying_p50 - bare_p50);
    // What a call would take without its token.
    const double token = check + carrying_p50 - bare_p50;
    runs.token_adds.push_back(token / (plain_p50 - token));
  }
  return runs;
}

void AddFigures(const Runs& runs, bool with_bars, Report* report) {
  const auto bar = [&](double limit) {
    return with_bars ? std::optional(AtMost(limit)) : std::nullopt;
  };
  report->Add(MedianFigure("RecommendItems p50, with a token", runs.plain, "ms"));
  report->Add(MedianFigure("RecommendItems p50, with a token over TLS", runs.tls, "ms"));
  report->Add(MedianFigure("a known token is looked up", runs.check, "ms"));
  report->Add(MedianFigure("a token goes with a call to the bare server", runs.carrying, "ms"));
  report->Add(MedianFigure("tokens add to p50", runs.token_adds, "share", bar(kMostForTokens)));
  report->Add(MedianFigure("TLS adds to p50", runs.tls_adds, "share", bar(kMostForTls)));
}

}  // namespace

absl::StatusOr<Report> RunDoors(const Settings& settings) {
  Report report{.bench = "doors", .figures = {}, .conditions = {}, .curves = {}};
  const absl::StatusOr<SetDescriptor> set = ResolveSet(settings, "gowalla");
  if (absl::IsNotFound(set.status())) {
    AddMissing(set.status(),
               {{"tokens add to p50", AtMost(kMostForTokens)},
                {"TLS adds to p50", AtMost(kMostForTls)},
                {"Connect JSON p50 over gRPC's", AtMost(kMostOverGrpc)},
                {"the same over the undisturbed one", AtMost(kMostBesideSlow)},
                {"flooded p99 over the undisturbed one", AtMost(kMostBesideFlood)}},
               &report);
    return report;
  }
  COFILTER_RETURN_IF_ERROR(set.status());
  COFILTER_ASSIGN_OR_RETURN(TimedServer timed, PrepareTimedServer(settings, *set, "doors"));
  auto& [options, trained, data] = timed;

  options.more_config = kHttpDoorConfig;
  const std::vector<int> cpus = AllowedCpus();
  options.cpu = cpus.front();
  const PinnedThread pinned(cpus.back());
  COFILTER_ASSIGN_OR_RETURN(const Door plain, OpenDoor(options, data, trained.version));
  COFILTER_ASSIGN_OR_RETURN(const ServerOptions tls_options, WithTls(options));
  COFILTER_ASSIGN_OR_RETURN(const Door tls, OpenDoor(tls_options, data, trained.version));

  const std::vector<v1::RecommendItemsRequest> requests =
      MakeRequests(data, settings.smoke ? 100 : kCalls);
  std::string replies;
  COFILTER_RETURN_IF_ERROR(CallOneByOne(*plain.client, requests, &replies).status());
  COFILTER_RETURN_IF_ERROR(CallOneByOne(*tls.client, requests).status());
  COFILTER_ASSIGN_OR_RETURN(const BareServer bare,
                            StartBareServer(settings, replies, cpus.front()));
  COFILTER_ASSIGN_OR_RETURN(const Runs runs,
                            Measure(plain, tls, bare, StorePath(options), requests));
  AddFigures(runs, !settings.smoke, &report);
  COFILTER_RETURN_IF_ERROR(
      AddHttpFigures(*plain.server, *plain.client, requests, settings.smoke, &report));
  report.conditions.push_back(
      absl::StrCat(kRuns, " runs of ", requests.size(),
                   " calls each over one kept connection, one at a time, by turns: without TLS, "
                   "with TLS, to the "
                   "bare server without and with a token; one round before them is not counted"));
  report.conditions.push_back(
      cpus.size() > 1 ? absl::StrCat("the servers pinned to CPU ", cpus.front(),
                                     ", the client to CPU ", cpus.back())
                      : "one CPU for the client and the servers: not what the bars are meant for");
  report.conditions.push_back(
      "a token's cost is its look-up, timed alone, and what it adds to a call of the bare server, "
      "which does not read it; a call without a token is refused, so there is nothing to compare "
      "with directly");
  return report;
}

}  // namespace cofilter::bench
