// What a benchmark is, what it is told, and the list of all of them.
#ifndef COFILTER_BENCH_BENCHMARK_H_
#define COFILTER_BENCH_BENCHMARK_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/report.h"

namespace cofilter::bench {

struct Settings {
  std::string root;             // of the sources: parameter files
  std::string programs;         // directory of cofilter-server, cofilter-train and cofilter
  std::string work_directory;   // for stores, artifacts and logs of this run; exists
  std::string cache_directory;  // what may be used again by the next run; exists
  std::string data_directory;   // of the public sets; empty: none given
  std::optional<std::string> set_directory;  // --set: this set alone, by its own descriptor
  std::optional<std::string> set_name;       // --set: this public set alone
  std::optional<int> rounds;                 // --rounds, for the benchmarks that repeat something
  bool smoke = false;                        // a tiny generated log, no bars: does it run at all
};

struct Benchmark {
  std::string_view name;
  std::string_view summary;  // a line for --list
  // Errors: NOT_FOUND when a set is missing (its message says where it comes from); anything else
  // that keeps the figures from being taken.
  absl::StatusOr<Report> (*run)(const Settings& settings);
};

// In the order of --list.
std::span<const Benchmark> Benchmarks();
// nullptr when there is none of that name.
const Benchmark* FindBenchmark(std::string_view name);

// Each in a file of its own name.
absl::StatusOr<Report> RunQuality(const Settings& settings);
absl::StatusOr<Report> RunServedQuality(const Settings& settings);
absl::StatusOr<Report> RunLearning(const Settings& settings);
absl::StatusOr<Report> RunCold(const Settings& settings);
absl::StatusOr<Report> RunRetrieval(const Settings& settings);
absl::StatusOr<Report> RunTrain(const Settings& settings);
absl::StatusOr<Report> RunLatency(const Settings& settings);
absl::StatusOr<Report> RunDoors(const Settings& settings);
absl::StatusOr<Report> RunEngine(const Settings& settings);
absl::StatusOr<Report> RunReaction(const Settings& settings);
absl::StatusOr<Report> RunNews(const Settings& settings);
absl::StatusOr<Report> RunDiversity(const Settings& settings);
absl::StatusOr<Report> RunSurfaces(const Settings& settings);
absl::StatusOr<Report> RunCrash(const Settings& settings);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_BENCHMARK_H_
