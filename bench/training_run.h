// One run of cofilter-train as its own process: a log in, an artifact out, and what it cost.
#ifndef COFILTER_BENCH_TRAINING_RUN_H_
#define COFILTER_BENCH_TRAINING_RUN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/benchmark.h"
#include "bench/child_process.h"
#include "bench/set_descriptor.h"
#include "models/model.h"

namespace cofilter::bench {

struct TrainingRun {
  std::string log;              // file or directory of events
  std::string format = "list";  // as data::ParseFormat takes it
  data::Order order = data::Order::kNone;
  std::string items;       // of the catalogue, JSON lines; empty: none
  std::string parameters;  // a parameter file; empty: the trainer chooses on a validation part
  std::string models_directory;    // where the artifact is published
  int threads = 0;                 // 0: the trainer's default
  std::vector<std::string> flags;  // more of them, as on the command line
};

struct TrainedModel {
  ChildUsage usage;
  std::uint64_t version = 0;
  std::string directory;  // of the artifact
};

// Errors: INTERNAL with the end of the trainer's output.
absl::StatusOr<TrainedModel> Train(const Settings& settings, const TrainingRun& run);

// Trains on a set's training part.
absl::StatusOr<TrainedModel> TrainOnSet(const Settings& settings, const SetDescriptor& set,
                                        const std::string& parameters,
                                        const std::string& models_directory,
                                        std::vector<std::string> flags = {});

// The committed parameter file of a set: training/parameters/<set>.toml; those of the public sets
// were chosen on the test, and say so.
std::string ParameterFile(const Settings& settings, const std::string& set);

// The first operator of an artifact, with the model that owns it.
struct LoadedOperator {
  std::shared_ptr<const models::Model> model;
  const models::Operator* op = nullptr;
};
absl::StatusOr<LoadedOperator> LoadOperator(const std::string& artifact_directory);

}  // namespace cofilter::bench

#endif  // COFILTER_BENCH_TRAINING_RUN_H_
