// Starts cofilter-train and finds what it published.
#include "bench/training_run.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "models/artifact.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {

absl::StatusOr<TrainedModel> Train(const Settings& settings, const TrainingRun& run) {
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(run.models_directory));
  std::vector<std::string> arguments = {settings.programs + "/cofilter-train",
                                        "--events",
                                        run.log,
                                        "--format",
                                        run.format,
                                        "--order",
                                        std::string(OrderName(run.order)),
                                        "--models",
                                        run.models_directory,
                                        "--quiet",
                                        "--seed",
                                        "1"};
  const auto add = [&](const char* flag, const std::string& value) {
    if (!value.empty()) arguments.insert(arguments.end(), {flag, value});
  };
  add("--items", run.items);
  add("--parameters", run.parameters);
  add("--threads", run.threads == 0 ? "" : std::to_string(run.threads));
  arguments.insert(arguments.end(), run.flags.begin(), run.flags.end());
  TrainedModel trained;
  COFILTER_ASSIGN_OR_RETURN(trained.usage,
                            RunToEnd({.arguments = std::move(arguments),
                                      .environment = {},
                                      .output_path = run.models_directory + "/train.log",
                                      .cpu = std::nullopt}));
  COFILTER_ASSIGN_OR_RETURN(const std::vector<std::uint64_t> versions,
                            models::ListArtifacts(run.models_directory));
  if (versions.empty()) {
    return absl::InternalError(
        absl::StrCat("cofilter-train published nothing in ", run.models_directory));
  }
  trained.version = versions.back();
  trained.directory = models::ArtifactPath(run.models_directory, trained.version);
  return trained;
}

absl::StatusOr<TrainedModel> TrainOnSet(const Settings& settings, const SetDescriptor& set,
                                        const std::string& parameters,
                                        const std::string& models_directory,
                                        std::vector<std::string> flags) {
  return Train(settings, {.log = set.train,
                          .format = set.format,
                          .order = set.order,
                          .items = "",
                          .parameters = parameters,
                          .models_directory = models_directory,
                          .threads = 0,
                          .flags = std::move(flags)});
}

std::string ParameterFile(const Settings& settings, const std::string& set) {
  return absl::StrCat(settings.root, "/training/parameters/", set, ".toml");
}

absl::StatusOr<LoadedOperator> LoadOperator(const std::string& artifact_directory) {
  LoadedOperator loaded;
  COFILTER_ASSIGN_OR_RETURN(loaded.model, models::Model::Load(artifact_directory));
  if (loaded.model->operators().empty()) {
    return absl::InternalError(absl::StrCat(artifact_directory, " holds no operator"));
  }
  loaded.op = loaded.model->operators().front().get();
  return loaded;
}

}  // namespace cofilter::bench
