// Flags that cofilter-train and cofilter-evaluate share.
#ifndef COFILTER_TRAINING_PROGRAM_OPTIONS_H_
#define COFILTER_TRAINING_PROGRAM_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "training/operator_plan.h"
#include "training/training_data.h"

namespace cofilter::training {

struct ProgramOptions {
  DataOptions data;
  std::string config;
  std::string parameters;
  std::string operator_name;
  std::uint64_t seed = 1;
  int threads = 0;  // 0: as many as there are CPUs
  bool quiet = false;
};

void AddDataFlags(CLI::App* app, ProgramOptions* options);
// Plans from --config, --operator, --parameters and settings given as flags, in this order. The
// seed of each is --seed.
absl::StatusOr<std::vector<OperatorPlan>> PlansOf(
    const ProgramOptions& options,
    const std::vector<std::pair<std::string, std::string>>& settings);
int ThreadsOf(const ProgramOptions& options);

// Parses, then runs; gives the exit status: 0, 1 when `run` fails (its message goes to standard
// error), 2 for a wrong flag.
int RunProgram(CLI::App* app, int argc, char** argv,
               const std::function<absl::StatusOr<int>()>& run);

}  // namespace cofilter::training

#endif  // COFILTER_TRAINING_PROGRAM_OPTIONS_H_
