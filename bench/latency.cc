// latency: RecommendItems one call at a time on loopback, beside a bare server that answers the
// same bytes.
#include <chrono>
#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "bench/benchmark.h"
#include "bench/generated_set.h"
#include "bench/server_process.h"
#include "bench/service_client.h"
#include "bench/set_data.h"
#include "bench/timed_calls.h"
#include "bench/training_run.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

constexpr int kRuns = 5;
constexpr std::size_t kCalls = 5000;

struct Runs {
  std::vector<double> p50, p99, bare_p50, bare_p99, ratio;
};

absl::StatusOr<Runs> Measure(const ServiceClient& client, const BareServer& bare,
                             const std::vector<v1::RecommendItemsRequest>& requests) {
  Runs runs;
  for (int run = 0; run < kRuns; ++run) {
    COFILTER_ASSIGN_OR_RETURN(const std::vector<double> ours, CallOneByOne(client, requests));
    COFILTER_ASSIGN_OR_RETURN(const std::vector<double> floor,
                              CallOneByOne(*bare.client, requests));
    runs.p50.push_back(Percentile(ours, .5));
    runs.p99.push_back(Percentile(ours, .99));
    runs.bare_p50.push_back(Percentile(floor, .5));
    runs.bare_p99.push_back(Percentile(floor, .99));
    runs.ratio.push_back(runs.p50.back() / runs.bare_p50.back());
  }
  return runs;
}

void AddFigures(const Runs& runs, bool with_bars, Report* report) {
  const auto bar = [&](double limit) {
    return with_bars ? std::optional(AtMost(limit)) : std::nullopt;
  };
  report->Add(MedianFigure("RecommendItems p50", runs.p50, "ms", bar(.5)));
  report->Add(MedianFigure("RecommendItems p99", runs.p99, "ms", bar(2)));
  report->Add(MedianFigure("bare gRPC server, same bytes, p50", runs.bare_p50, "ms"));
  report->Add(MedianFigure("bare gRPC server, same bytes, p99", runs.bare_p99, "ms"));
  report->Add(MedianFigure("p50 over the bare server's p50", runs.ratio, "ratio"));
}

}  // namespace

absl::StatusOr<Report> RunLatency(const Settings& settings) {
  Report report{.bench = "latency", .figures = {}, .conditions = {}, .curves = {}};
  const absl::StatusOr<SetDescriptor> set = ResolveSet(settings, "gowalla");
  if (absl::IsNotFound(set.status())) {
    AddMissing(set.status(),
               {{"RecommendItems p50", AtMost(.5)}, {"RecommendItems p99", AtMost(2)}}, &report);
    return report;
  }
  COFILTER_RETURN_IF_ERROR(set.status());
  COFILTER_ASSIGN_OR_RETURN(TimedServer timed, PrepareTimedServer(settings, *set, "latency"));
  auto& [options, trained, data] = timed;

  const std::vector<int> cpus = AllowedCpus();
  options.cpu = cpus.front();
  const PinnedThread pinned(cpus.back());
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<ServerProcess> server,
                            ServerProcess::Start(options));
  const ServiceClient client(server->client());
  COFILTER_RETURN_IF_ERROR(ImportSet(client, data.train));
  COFILTER_RETURN_IF_ERROR(client.Promote(trained.version));

  const std::vector<v1::RecommendItemsRequest> requests =
      MakeRequests(data, settings.smoke ? 100 : kCalls);
  std::string replies;
  COFILTER_RETURN_IF_ERROR(CallOneByOne(client, requests, &replies).status());
  COFILTER_ASSIGN_OR_RETURN(const BareServer bare,
                            StartBareServer(settings, replies, cpus.front()));
  COFILTER_RETURN_IF_ERROR(CallOneByOne(*bare.client, requests).status());
  COFILTER_ASSIGN_OR_RETURN(const Runs runs, Measure(client, bare, requests));
  AddFigures(runs, !settings.smoke, &report);
  report.conditions.push_back(absl::StrCat(
      kRuns, " runs of ", requests.size(), " calls each, one at a time, other members each time, ",
      kListLength, " items with the default reasons, ", replies.size() / requests.size(),
      " bytes an answer on average; one round of the same calls before them is not counted"));
  report.conditions.push_back(
      cpus.size() > 1
          ? absl::StrCat("both servers pinned to CPU ", cpus.front(), ", the client to CPU ",
                         cpus.back(), "; in each run first this server, then the bare one")
          : "one CPU for the client and both servers: not what the bars are meant for");
  return report;
}

}  // namespace cofilter::bench
