// The command line of bench/run.
#ifndef COFILTER_BENCH_ARGUMENTS_H_
#define COFILTER_BENCH_ARGUMENTS_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/benchmark.h"

namespace cofilter::bench {

struct Arguments {
  std::vector<const Benchmark*> benchmarks;  // in the order asked for; --smoke without a name: all
  bool list = false;
  bool help = false;
  bool json = false;
  bool html = false;
  std::string html_path;  // empty: under var/bench/
  std::string root = ".";
  std::string data_directory;
  std::optional<std::string> set_directory;
  std::optional<std::string> set_name;
  std::optional<int> rounds;
  bool smoke = false;
};

std::string_view UsageText();

// `words` without the program's name; `environment_data` is COFILTER_BENCH_DATA, may be empty.
// Errors: INVALID_ARGUMENT that names the word and what would be right.
absl::StatusOr<Arguments> ParseArguments(std::span<const std::string> words,
                                         const std::string& environment_data);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_ARGUMENTS_H_
