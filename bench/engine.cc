// engine: from a decoded request to a ranked list, inside one process and on one thread: the store,
// the snapshot and the recommender of the server, without gRPC.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/benchmark.h"
#include "bench/generated_set.h"
#include "bench/local_engine.h"
#include "bench/server_process.h"
#include "bench/set_data.h"
#include "bench/training_run.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

constexpr int kRuns = 5;
constexpr std::size_t kCalls = 5000;
constexpr int kCount = 20;
// Of the generated log that stands in for gowalla.
constexpr std::uint32_t kMembers = 30'000;
constexpr std::uint32_t kItems = 41'000;
constexpr std::size_t kMeanHistory = 27;

// A set whose members are all asked for.
struct EngineSet {
  std::string name;
  SetDescriptor descriptor;
  data::Dataset train;
};

// A generated log of gowalla's size: each member's latest items, so many that the mean is
// kMeanHistory.
absl::StatusOr<EngineSet> GeneratedEngineSet(const Settings& settings) {
  data::OrganisationSettings organisation;
  organisation.members = kMembers;
  organisation.items = kItems;
  organisation.events = 6'000'000;
  COFILTER_ASSIGN_OR_RETURN(GeneratedSet generated, GenerateSet(organisation));
  EngineSet set;
  set.name = "generated";
  const data::Dataset& log = generated.log;
  const double share = std::min(1.0, static_cast<double>(kMeanHistory * log.members()) /
                                         static_cast<double>(log.interactions.size()));
  set.train = log;
  set.train.interactions.clear();
  set.train.offsets.assign(1, 0);
  for (std::size_t m = 0; m < log.members(); ++m) {
    const auto all = log.of(m);
    const auto kept =
        static_cast<std::size_t>(std::max(1.0, static_cast<double>(all.size()) * share));
    const auto latest = all.last(std::min(kept, all.size()));
    set.train.interactions.insert(set.train.interactions.end(), latest.begin(), latest.end());
    set.train.offsets.push_back(set.train.interactions.size());
  }
  const std::string directory = settings.work_directory + "/engine-set";
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(directory));
  set.descriptor.name = set.name;
  set.descriptor.directory = directory;
  set.descriptor.format = "list";
  set.descriptor.order = data::Order::kSequence;
  set.descriptor.train = set.descriptor.test = directory + "/train.txt";
  COFILTER_RETURN_IF_ERROR(WriteLists(set.train, set.descriptor.train));
  return set;
}

absl::StatusOr<EngineSet> MakeSet(const Settings& settings) {
  const absl::StatusOr<SetDescriptor> found = ResolveSet(settings, "gowalla");
  if (absl::IsNotFound(found.status())) return GeneratedEngineSet(settings);
  COFILTER_RETURN_IF_ERROR(found.status());
  EngineSet set;
  set.name = found->name;
  set.descriptor = *found;
  COFILTER_ASSIGN_OR_RETURN(SetData loaded, LoadSet(*found));
  set.train = std::move(loaded.train);
  return set;
}

std::vector<data::Item> MakeItems(const data::Dataset& train) {
  std::vector<data::Item> items(train.items());
  for (std::size_t n = 0; n < items.size(); ++n) {
    items[n].item_id = items[n].title = train.item_ids[n];
    items[n].kind = data::ItemKind::kCourse;
    items[n].published_at = data::kSyntheticBase + std::chrono::hours(n % 8760);
  }
  return items;
}

absl::StatusOr<LocalEngine> MakeEngine(const Settings& settings, const EngineSet& set) {
  service::ServerConfig config;
  config.store_path = settings.work_directory + "/engine.db";
  config.models_directory = settings.work_directory + "/engine-models";
  COFILTER_ASSIGN_OR_RETURN(
      const TrainedModel trained,
      TrainOnSet(settings, set.descriptor, settings.smoke ? "" : ParameterFile(settings, "gowalla"),
                 config.models_directory));
  COFILTER_ASSIGN_OR_RETURN(const LoadedOperator loaded, LoadOperator(trained.directory));
  service::SurfaceConfig surface = CourseSurface(kSurface, loaded.op->name());
  surface.freshness_half_life_hours = 24.0 * 365;
  config.surfaces.emplace(kSurface, surface);
  return StartEngine(std::move(config), MakeItems(set.train), set.train, trained);
}

std::vector<service::RecommendRequest> MakeRequests(const data::Dataset& train, std::size_t count) {
  std::vector<std::uint32_t> members;
  for (std::size_t m = 0; m < train.members(); ++m) {
    if (!train.of(m).empty()) members.push_back(static_cast<std::uint32_t>(m));
  }
  std::vector<service::RecommendRequest> requests(count);
  for (std::size_t n = 0; n < count; ++n) {
    // A stride that has no factor with a set's size spreads the calls over all members.
    requests[n].member_id = train.member_ids[members[n * 7919 % members.size()]];
    requests[n].surface = kSurface;
    requests[n].count = kCount;
  }
  return requests;
}

// Microseconds of each call.
template <typename Call>
absl::StatusOr<std::vector<double>> TimeEach(const std::vector<service::RecommendRequest>& requests,
                                             const Call& call) {
  std::vector<double> times;
  times.reserve(requests.size());
  for (const service::RecommendRequest& request : requests) {
    const auto start = std::chrono::steady_clock::now();
    const absl::Status status = call(request);
    const auto end = std::chrono::steady_clock::now();
    COFILTER_RETURN_IF_ERROR(status);
    times.push_back(std::chrono::duration<double, std::micro>(end - start).count());
  }
  return times;
}

absl::Status Recommend(const LocalEngine& engine, const service::RecommendRequest& request) {
  COFILTER_ASSIGN_OR_RETURN(const service::Recommendation list,
                            engine.recommender->Recommend(engine.context, request));
  if (list.level == service::Level::kPersonalised) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("member ", request.member_id, " got a list of level ",
                                          static_cast<int>(list.level)));
}

// What any engine has to do: take in half a byte for each of 64 dims of every item, and add up one
// number for each.
std::uint64_t ReadOnce(const std::vector<std::uint64_t>& words) {
  std::array<std::uint64_t, 8> sums{};
  for (std::size_t n = 0; n + 8 <= words.size(); n += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) sums[lane] += words[n + lane];
  }
  std::uint64_t sum = 0;
  for (const std::uint64_t lane : sums) sum += lane;
  return sum;
}

struct Runs {
  std::vector<double> p50, p99, read_p50, read_p99, scan_p50, ratio;
};

absl::StatusOr<Runs> Measure(const LocalEngine& engine,
                             const std::vector<service::RecommendRequest>& requests,
                             std::size_t items, int count) {
  const std::vector<std::uint64_t> codes(items * 32 / sizeof(std::uint64_t), 1);
  std::uint64_t sum = 0;
  Runs runs;
  for (int run = 0; run < count; ++run) {
    COFILTER_ASSIGN_OR_RETURN(
        const std::vector<double> ours,
        TimeEach(requests, [&](const auto& request) { return Recommend(engine, request); }));
    COFILTER_ASSIGN_OR_RETURN(const std::vector<double> reads,
                              TimeEach(requests, [&](const auto& request) {
                                return engine.store->members().Read(request.member_id).status();
                              }));
    COFILTER_ASSIGN_OR_RETURN(const std::vector<double> scans, TimeEach(requests, [&](const auto&) {
                                sum += ReadOnce(codes);
                                return absl::OkStatus();
                              }));
    runs.p50.push_back(Percentile(ours, .5));
    runs.p99.push_back(Percentile(ours, .99));
    runs.read_p50.push_back(Percentile(reads, .5));
    runs.read_p99.push_back(Percentile(reads, .99));
    runs.scan_p50.push_back(Percentile(scans, .5));
    runs.ratio.push_back(runs.p50.back() / (runs.read_p50.back() + runs.scan_p50.back()));
  }
  if (sum == 0) return absl::InternalError("the codes of the floor were not read");
  return runs;
}

void AddFigures(const Runs& runs, bool with_bars, Report* report) {
  const auto bar = [&](double limit) {
    return with_bars ? std::optional(AtMost(limit)) : std::nullopt;
  };
  report->Add(MedianFigure("request to ranked list p50", runs.p50, "us", bar(150)));
  report->Add(MedianFigure("request to ranked list p99", runs.p99, "us", bar(1000)));
  report->Add(MedianFigure("the member's state alone p50", runs.read_p50, "us"));
  report->Add(MedianFigure("the member's state alone p99", runs.read_p99, "us"));
  report->Add(MedianFigure("reading as many bytes as the codes have p50", runs.scan_p50, "us"));
  report->Add(MedianFigure("p50 over the sum of both", runs.ratio, "ratio"));
}

}  // namespace

absl::StatusOr<Report> RunEngine(const Settings& settings) {
  Report report{.bench = "engine", .figures = {}, .conditions = {}, .curves = {}};
  COFILTER_ASSIGN_OR_RETURN(const EngineSet set, MakeSet(settings));
  COFILTER_ASSIGN_OR_RETURN(const LocalEngine engine, MakeEngine(settings, set));
  const std::vector<service::RecommendRequest> requests =
      MakeRequests(set.train, settings.smoke ? 100 : kCalls);
  const PinnedThread pinned(AllowedCpus().back());
  // One round that is not counted.
  COFILTER_RETURN_IF_ERROR(
      TimeEach(requests, [&](const auto& request) { return Recommend(engine, request); }).status());
  COFILTER_ASSIGN_OR_RETURN(const Runs runs,
                            Measure(engine, requests, set.train.items(),
                                    settings.rounds.value_or(settings.smoke ? 1 : kRuns)));
  AddFigures(runs, !settings.smoke, &report);
  report.conditions.push_back(
      absl::StrCat(set.name, ": ", set.train.items(), " items, ", set.train.interactions.size(),
                   " interactions of ", set.train.members(), " members; ", requests.size(),
                   " calls a run, one at a time on one thread, other members each time"));
  report.conditions.push_back(absl::StrCat(
      "timed: Recommender::Recommend, from the decoded request to the list with its ", kCount,
      " items, lines and reasons: the member's state out of the SQLite file, fold-in, lists, scan, "
      "filters, exact scores, freshness, explanation, page token, the receipt into its queue; not "
      "timed: gRPC, protobuf"));
  return report;
}

}  // namespace cofilter::bench
