// Shared flags and the frame of a program.
#include "training/program_options.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <iostream>
#include <thread>

#include "runtime/status_macros.h"

namespace cofilter::training {

void AddDataFlags(CLI::App* app, ProgramOptions* options) {
  app->add_option("--items", options->data.items,
                  "The catalogue: JSON lines or CSV; for kinds and what new items are about");
  app->add_option("--format", options->data.format,
                  "auto (JSON lines or CSV, by each file), json, csv, list (member item item …) or "
                  "table (with a header)")
      ->capture_default_str();
  app->add_option(
      "--order", options->data.order,
      "What order means: none, sequence (oldest first) or time; time by default, none for lists");
  app->add_option("--member-column", options->data.member_column, "Tables: the column of members")
      ->capture_default_str();
  app->add_option("--item-column", options->data.item_column, "Tables: the column of items")
      ->capture_default_str();
  app->add_option("--time-column", options->data.time_column, "Tables: the column of times")
      ->capture_default_str();
  app->add_option("--quarantine", options->data.quarantine,
                  "Write malformed lines and their reasons here");
  app->add_option("--max-malformed", options->data.max_malformed,
                  "The share of lines that may be malformed")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app->add_option("--config", options->config,
                  "TOML with [operators.NAME], or the server's file: one operator for each of its "
                  "surfaces; without it one "
                  "operator, all, over every item");
  app->add_option("--operator", options->operator_name,
                  "Only this operator; without --config its name");
  app->add_option(
      "--parameters", options->parameters,
      "Settings from a TOML file, or those of an earlier training from its report (.json)");
  app->add_option("--seed", options->seed, "Of everything that is drawn by chance")
      ->capture_default_str();
  app->add_option("--threads", options->threads,
                  "Threads; 0: one a CPU. The result does not depend on it")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app->add_flag("--quiet", options->quiet, "No progress");
}

absl::StatusOr<std::vector<OperatorPlan>> PlansOf(
    const ProgramOptions& options,
    const std::vector<std::pair<std::string, std::string>>& settings) {
  std::vector<OperatorPlan> plans = DefaultPlans();
  if (!options.config.empty()) {
    COFILTER_ASSIGN_OR_RETURN(plans, ReadPlans(options.config));
  }
  if (!options.operator_name.empty()) {
    COFILTER_RETURN_IF_ERROR(KeepPlan(options.operator_name, !options.config.empty(), &plans));
  }
  if (!options.parameters.empty())
    COFILTER_RETURN_IF_ERROR(ApplyParameterFile(options.parameters, &plans));
  for (OperatorPlan& plan : plans) plan.settings.seed = options.seed;
  COFILTER_RETURN_IF_ERROR(ApplyFlags(settings, &plans));
  return plans;
}

int ThreadsOf(const ProgramOptions& options) {
  return options.threads > 0 ? options.threads
                             : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int RunProgram(CLI::App* app, int argc, char** argv,
               const std::function<absl::StatusOr<int>()>& run) {
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app->exit(error) == 0 ? 0 : 2;
  }
  try {
    const absl::StatusOr<int> code = run();
    if (code.ok()) return *code;
    std::cerr << app->get_name() << ": " << code.status().message() << '\n';
    return absl::IsInvalidArgument(code.status()) ? 2 : 1;
  } catch (const std::exception& error) {  // memory runs out, or a library throws
    std::cerr << app->get_name() << ": " << error.what() << '\n';
    return 1;
  }
}

}  // namespace cofilter::training
