// train: from a log file to a servable artifact: time, memory, and the same bytes on 1 and 2
// threads.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "bench/benchmark.h"
#include "bench/generated_set.h"
#include "bench/training_run.h"
#include "data/generator_output.h"
#include "data/line_reader.h"
#include "runtime/digest.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

constexpr int kRuns = 5;

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// A fixed piece of arithmetic on one thread, so that a slow or busy machine is seen beside an
// absolute bar.
double MultiplySeconds() {
  constexpr std::size_t n = 512;
  std::vector<float> a(n * n, 1.0f);
  std::vector<float> b(n * n, 0.5f);
  std::vector<float> c(n * n, 0.0f);
  volatile float kept = 0;  // so that the product is not optimised away
  const auto start = std::chrono::steady_clock::now();
  for (int repeat = 0; repeat < 8; ++repeat) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < n; ++k) {
        const float factor = a[i * n + k];
        for (std::size_t j = 0; j < n; ++j) c[i * n + j] += factor * b[k * n + j];
      }
    }
    kept = kept + c[static_cast<std::size_t>(repeat)];
  }
  return SecondsSince(start);
}

// Reads (and decompresses) the log line by line and does nothing with it.
absl::StatusOr<double> ReadSeconds(const std::string& log) {
  const auto start = std::chrono::steady_clock::now();
  COFILTER_ASSIGN_OR_RETURN(data::LineReader reader, data::LineReader::Open(log));
  std::uint64_t bytes = 0;
  data::Line line;
  while (reader.Next(line)) bytes += line.text.size();
  COFILTER_RETURN_IF_ERROR(reader.status());
  if (bytes == 0) return absl::InvalidArgumentError(absl::StrCat(log, " is empty"));
  return SecondsSince(start);
}

// File name → SHA-256, of every file of an artifact.
absl::StatusOr<std::vector<std::string>> Digests(const std::string& artifact) {
  std::vector<std::string> digests;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(artifact)) {
    if (!entry.is_regular_file()) continue;
    COFILTER_ASSIGN_OR_RETURN(const runtime::MappedFile file,
                              runtime::MappedFile::Open(entry.path().string()));
    digests.push_back(absl::StrCat(std::filesystem::relative(entry.path(), artifact).string(), " ",
                                   runtime::Hex(runtime::Sha256(file.bytes()))));
  }
  std::sort(digests.begin(), digests.end());
  return digests;
}

struct Cost {
  std::vector<double> seconds, multiply, read;
  double peak_gb = 0;
  std::vector<std::vector<std::string>> artifacts;  // their digests
};

absl::Status TrainOnce(const Settings& settings, TrainingRun run, Cost* cost) {
  const std::string models = run.models_directory;
  COFILTER_ASSIGN_OR_RETURN(const TrainedModel trained, Train(settings, run));
  COFILTER_ASSIGN_OR_RETURN(std::vector<std::string> digests, Digests(trained.directory));
  cost->artifacts.push_back(std::move(digests));
  cost->seconds.push_back(trained.usage.wall_seconds);
  cost->peak_gb = std::max(cost->peak_gb, static_cast<double>(trained.usage.peak_rss_bytes) * 1e-9);
  std::error_code error;
  std::filesystem::remove_all(models, error);
  return absl::OkStatus();
}

absl::StatusOr<Cost> TrainOften(const Settings& settings, const TrainingRun& run, int runs) {
  Cost cost;
  for (int n = 0; n < runs; ++n) {
    cost.multiply.push_back(MultiplySeconds());
    COFILTER_ASSIGN_OR_RETURN(const double read, ReadSeconds(run.log));
    cost.read.push_back(read);
    COFILTER_RETURN_IF_ERROR(TrainOnce(settings, run, &cost));
  }
  return cost;
}

void AddCost(const std::string& name, const Cost& cost, std::optional<double> seconds_bar,
             std::optional<double> gb_bar, Report* report) {
  const auto bar = [](std::optional<double> limit) {
    return limit ? std::optional(AtMost(*limit)) : std::nullopt;
  };
  report->Add(MedianFigure(name + ": log to artifact", cost.seconds, "s", bar(seconds_bar)));
  report->Add({.name = name + ": peak memory",
               .value = cost.peak_gb,
               .unit = "GB",
               .bar = bar(gb_bar),
               .spread = {},
               .note = "the largest of all runs"});
  report->Add(MedianFigure(name + ": reading the log's lines and no more", cost.read, "s"));
  report->Add(MedianFigure(name + ": a fixed matrix product, one thread", cost.multiply, "s"));
}

absl::Status RunGiven(const Settings& settings, const SetDescriptor& set, int runs,
                      Report* report) {
  TrainingRun run{.log = set.train,
                  .format = set.format,
                  .order = set.order,
                  .items = "",
                  .parameters = settings.smoke ? "" : ParameterFile(settings, set.name),
                  .models_directory = settings.work_directory + "/train-models",
                  .threads = 0,
                  .flags = {}};
  COFILTER_ASSIGN_OR_RETURN(Cost cost, TrainOften(settings, run, runs));
  AddCost(set.name + ", given", cost, settings.smoke ? std::nullopt : std::optional(15.0),
          settings.smoke ? std::nullopt : std::optional(2.0), report);
  for (const int threads : {1, 2}) {
    run.threads = threads;
    COFILTER_RETURN_IF_ERROR(TrainOnce(settings, run, &cost));
  }
  std::size_t differ = 0;
  for (const std::vector<std::string>& artifact : cost.artifacts)
    differ += artifact != cost.artifacts[0] ? 1 : 0;
  report->Add(
      {.name = set.name + ", given: artifacts with other bytes than the first",
       .value = static_cast<double>(differ),
       .unit = "count",
       .bar = AtMost(0),
       .spread = {},
       .note = absl::StrCat("of ", cost.artifacts.size(), ", the last two on 1 and on 2 threads")});
  return absl::OkStatus();
}

// Made once, and used again by the next run.
absl::StatusOr<std::string> GeneratedLog(const Settings& settings,
                                         const data::OrganisationSettings& organisation) {
  const std::string directory =
      absl::StrCat(settings.cache_directory, "/log-", organisation.members, "-", organisation.items,
                   "-", organisation.events);
  if (std::filesystem::exists(directory)) return directory;
  const std::string unfinished = absl::StrCat(settings.work_directory, "/generated-log");
  COFILTER_RETURN_IF_ERROR(
      data::WriteOrganisation(organisation, unfinished, data::Compression::kZstd).status());
  std::error_code error;
  std::filesystem::rename(unfinished, directory, error);
  if (error) return absl::InternalError(absl::StrCat(directory, ": ", error.message()));
  return directory;
}

absl::Status RunGenerated(const Settings& settings, int runs, Report* report) {
  data::OrganisationSettings organisation;
  organisation.members = settings.smoke ? 100 : 200'000;
  organisation.items = settings.smoke ? 150 : 100'000;
  organisation.events = settings.smoke ? 3'000 : 10'000'000;
  COFILTER_ASSIGN_OR_RETURN(const std::string log, GeneratedLog(settings, organisation));
  const TrainingRun run{.log = log + "/events.jsonl.zst",
                        .format = "json",
                        .order = data::Order::kTime,
                        .items = log + "/items.jsonl",
                        .parameters = "",
                        .models_directory = settings.work_directory + "/train-models",
                        .threads = 0,
                        .flags = {"--no-search"}};
  COFILTER_ASSIGN_OR_RETURN(const Cost cost, TrainOften(settings, run, runs));
  AddCost(absl::StrCat(organisation.events, " generated events, default parameters"), cost,
          settings.smoke ? std::nullopt : std::optional(120.0),
          settings.smoke ? std::nullopt : std::optional(8.0), report);
  report->conditions.push_back(absl::StrCat("generated: ", organisation.members, " members, ",
                                            organisation.items, " items, ", organisation.events,
                                            " events, compressed JSON lines"));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Report> RunTrain(const Settings& settings) {
  const int runs = settings.rounds.value_or(settings.smoke ? 1 : kRuns);
  Report report{.bench = "train", .figures = {}, .conditions = {}, .curves = {}};
  const absl::StatusOr<SetDescriptor> set = ResolveSet(settings, "gowalla");
  if (set.ok()) {
    COFILTER_RETURN_IF_ERROR(RunGiven(settings, *set, runs, &report));
  } else if (absl::IsNotFound(set.status())) {
    AddMissing(set.status(),
               {{"gowalla, given: log to artifact", AtMost(15)},
                {"gowalla, given: peak memory", AtMost(2)},
                {"gowalla, given: artifacts with other bytes than the first", AtMost(0)}},
               &report);
  } else {
    return set.status();
  }
  COFILTER_RETURN_IF_ERROR(RunGenerated(settings, runs, &report));
  report.conditions.push_back(
      "time from the start of cofilter-train to its end, as a process of its own; memory is its "
      "largest "
      "resident size, as wait4 tells it");
  return report;
}

}  // namespace cofilter::bench
