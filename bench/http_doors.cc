// Connect beside gRPC, one call at a time; then gRPC at half of its capacity while slow clients, or
// a flood, are at the HTTP door.
#include "bench/http_doors.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/strings/str_cat.h"
#include "bench/figure.h"
#include "bench/http_client.h"
#include "bench/timed_calls.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

using Steady = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr char kPath[] = "/cofilter.v1.RecommendationService/RecommendItems";
constexpr int kRuns = 5;
constexpr int kInFlight = 8;
constexpr int kSlowClients = 500;
constexpr int kFloodClients = 64;
// What connections may hold by the door's limits (64 MiB for large bodies, 64 KiB each besides).
constexpr double kMostGrowthMb = 128;

std::string JsonOf(const v1::RecommendItemsRequest& request) {
  return nlohmann::json({{"memberId", request.member_id()},
                         {"surface", request.surface()},
                         {"count", request.count()}})
      .dump();
}

std::string Authorization(const ServerProcess& server) {
  return absl::StrCat("authorization: Bearer ", server.client().token, "\r\n");
}

absl::StatusOr<std::vector<double>> ConnectOneByOne(
    const ServerProcess& server, const std::vector<v1::RecommendItemsRequest>& requests) {
  HttpClient client(server.http_port(), Authorization(server));
  std::vector<double> times;
  for (const v1::RecommendItemsRequest& request : requests) {
    const std::string body = JsonOf(request);
    const auto start = Steady::now();
    const Answer answer = client.Post(kPath, body);
    times.push_back(Milliseconds(Steady::now() - start).count());
    if (answer.status != 200)
      return absl::InternalError(absl::StrCat("HTTP status ", answer.status, ": ", answer.body));
  }
  return times;
}

// Calls a second that kInFlight callers make, each as soon as the last one is answered.
absl::StatusOr<double> Capacity(const ServiceClient& client,
                                const std::vector<v1::RecommendItemsRequest>& requests) {
  const auto start = Steady::now();
  COFILTER_RETURN_IF_ERROR(ForEachInFlight(requests.size(), kInFlight, [&](std::size_t n) {
    return client.Recommend(requests[n]).status();
  }));
  return static_cast<double>(requests.size()) /
         std::chrono::duration<double>(Steady::now() - start).count();
}

// The p99 of calls that are due at `rate` a second whatever became of those before: the wait of a
// late one counts.
absl::StatusOr<double> PacedP99(const ServiceClient& client, double rate,
                                const std::vector<v1::RecommendItemsRequest>& requests) {
  std::vector<double> times(requests.size());
  const auto start = Steady::now();
  COFILTER_RETURN_IF_ERROR(ForEachInFlight(requests.size(), kInFlight, [&](std::size_t n) {
    const auto due = start + std::chrono::duration_cast<Steady::duration>(
                                 std::chrono::duration<double>(static_cast<double>(n) / rate));
    std::this_thread::sleep_until(due);
    const absl::Status status = client.Recommend(requests[n]).status();
    times[n] = Milliseconds(Steady::now() - due).count();
    return status;
  }));
  return Percentile(times, .99);
}

// Resident memory of the server, MB.
absl::StatusOr<double> ResidentMb(const ServerProcess& server) {
  COFILTER_ASSIGN_OR_RETURN(const std::string text,
                            runtime::ReadFile(absl::StrCat("/proc/", server.pid(), "/statm")));
  const double pages = std::stod(text.substr(text.find(' ') + 1));
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

// Runs `body` on threads that take no time from the measuring ones, until it goes away.
class Strangers {
 public:
  Strangers(int threads, const std::function<void(const std::atomic<bool>& stop)>& body) {
    for (int n = 0; n < threads; ++n) {
      threads_.emplace_back([this, body] {
        setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), 19);
        body(stop_);
      });
    }
  }
  ~Strangers() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

// Half of them send a byte of a header every second, half nothing; all come back when closed.
void BeSlow(int port, const std::atomic<bool>& stop) {
  constexpr std::string_view kHeader =
      "POST / HTTP/1.1\r\nHost: slow\r\nX-Slow: aaaaaaaaaaaaaaaaaaa";
  std::vector<std::unique_ptr<HttpClient>> clients(kSlowClients);
  std::vector<std::size_t> sent(kSlowClients);
  while (!stop) {
    for (std::size_t n = 0; n < clients.size() && !stop; ++n) {
      if (clients[n] == nullptr) {
        clients[n] = std::make_unique<HttpClient>(port);
        sent[n] = 0;
      } else if (n % 2 == 0 && !clients[n]->Send(kHeader.substr(sent[n]++ % kHeader.size(), 1))) {
        clients[n].reset();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1000) / kSlowClients);
    }
  }
}

// Asks as fast as it is answered.
void Flood(const ServerProcess& server, const std::string& body, const std::atomic<bool>& stop,
           std::atomic<std::uint64_t>* answered, std::atomic<std::uint64_t>* refused) {
  std::unique_ptr<HttpClient> client;
  while (!stop) {
    if (client == nullptr)
      client = std::make_unique<HttpClient>(server.http_port(), Authorization(server));
    const Answer answer = client->Post(kPath, body);
    if (answer.status == 200) answered->fetch_add(1);
    if (answer.status == 429) refused->fetch_add(1);
    if (answer.status == 0) client.reset();
  }
}

struct Runs {
  std::vector<double> grpc, connect, over_grpc;
  std::vector<double> quiet, slow, beside_slow, flood, beside_flood, slow_mb, flood_mb;
  std::vector<double> answered, refused;
};

absl::Status Disturb(const ServerProcess& server, const ServiceClient& client, double rate,
                     const std::vector<v1::RecommendItemsRequest>& requests, Runs* runs) {
  COFILTER_ASSIGN_OR_RETURN(const double quiet, PacedP99(client, rate, requests));
  COFILTER_ASSIGN_OR_RETURN(const double before, ResidentMb(server));
  runs->quiet.push_back(quiet);
  {
    const Strangers strangers(
        1, [&](const std::atomic<bool>& stop) { BeSlow(server.http_port(), stop); });
    // Until all of them are there.
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    COFILTER_ASSIGN_OR_RETURN(const double p99, PacedP99(client, rate, requests));
    COFILTER_ASSIGN_OR_RETURN(const double mb, ResidentMb(server));
    runs->slow.push_back(p99);
    runs->beside_slow.push_back(p99 / quiet);
    runs->slow_mb.push_back(mb - before);
  }
  std::atomic<std::uint64_t> answered{0}, refused{0};
  const std::string body = JsonOf(requests.front());
  const Strangers strangers(kFloodClients, [&](const std::atomic<bool>& stop) {
    Flood(server, body, stop, &answered, &refused);
  });
  COFILTER_ASSIGN_OR_RETURN(const double p99, PacedP99(client, rate, requests));
  COFILTER_ASSIGN_OR_RETURN(const double mb, ResidentMb(server));
  runs->flood.push_back(p99);
  runs->beside_flood.push_back(p99 / quiet);
  runs->flood_mb.push_back(mb - before);
  runs->answered.push_back(static_cast<double>(answered));
  runs->refused.push_back(static_cast<double>(refused));
  return absl::OkStatus();
}

void AddFigures(const Runs& runs, bool with_bars, Report* report) {
  const auto bar = [&](double limit) {
    return with_bars ? std::optional(AtMost(limit)) : std::nullopt;
  };
  report->Add(MedianFigure("gRPC p50", runs.grpc, "ms"));
  report->Add(MedianFigure("Connect JSON p50", runs.connect, "ms"));
  report->Add(
      MedianFigure("Connect JSON p50 over gRPC's", runs.over_grpc, "ratio", bar(kMostOverGrpc)));
  report->Add(MedianFigure("gRPC p99, half of capacity, undisturbed", runs.quiet, "ms"));
  report->Add(MedianFigure("gRPC p99 beside 500 slow HTTP clients", runs.slow, "ms"));
  report->Add(MedianFigure("the same over the undisturbed one", runs.beside_slow, "ratio",
                           bar(kMostBesideSlow)));
  report->Add(
      MedianFigure("memory more beside slow clients", runs.slow_mb, "MB", bar(kMostGrowthMb)));
  report->Add(MedianFigure("gRPC p99 beside an HTTP flood", runs.flood, "ms"));
  report->Add(MedianFigure("flooded p99 over the undisturbed one", runs.beside_flood, "ratio",
                           bar(kMostBesideFlood)));
  report->Add(MedianFigure("memory more beside a flood", runs.flood_mb, "MB", bar(kMostGrowthMb)));
  report->Add(MedianFigure("calls of the flood answered", runs.answered, "count"));
  report->Add(MedianFigure("calls of the flood refused", runs.refused, "count"));
}

}  // namespace

absl::Status AddHttpFigures(const ServerProcess& server, const ServiceClient& client,
                            const std::vector<v1::RecommendItemsRequest>& requests, bool smoke,
                            Report* report) {
  COFILTER_RETURN_IF_ERROR(ConnectOneByOne(server, requests).status());
  Runs runs;
  for (int run = 0; run < (smoke ? 1 : kRuns); ++run) {
    COFILTER_ASSIGN_OR_RETURN(const std::vector<double> grpc, CallOneByOne(client, requests));
    COFILTER_ASSIGN_OR_RETURN(const std::vector<double> connect, ConnectOneByOne(server, requests));
    runs.grpc.push_back(Percentile(grpc, .5));
    runs.connect.push_back(Percentile(connect, .5));
    runs.over_grpc.push_back(runs.connect.back() / runs.grpc.back());
    COFILTER_ASSIGN_OR_RETURN(const double capacity, Capacity(client, requests));
    COFILTER_RETURN_IF_ERROR(Disturb(server, client, capacity / 2, requests, &runs));
  }
  AddFigures(runs, !smoke, report);
  report->conditions.push_back(absl::StrCat(
      "HTTP: Connect JSON and gRPC by turns over kept connections, one call at a time; then ",
      requests.size(), " gRPC calls due at half of the rate that ", kInFlight,
      " callers in a closed loop reach: alone, beside ", kSlowClients,
      " HTTP clients that send a byte a second or nothing, and beside ", kFloodClients,
      " that ask as fast as they are answered (on threads of the lowest priority)"));
  return absl::OkStatus();
}

}  // namespace cofilter::bench
