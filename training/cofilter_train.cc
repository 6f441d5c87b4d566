// cofilter-train: a log in, a published artifact and its report out.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "models/artifact.h"
#include "runtime/files.h"
#include "runtime/progress.h"
#include "runtime/status_macros.h"
#include "training/news_training.h"
#include "training/program_options.h"
#include "training/setting_entries.h"
#include "training/trainer.h"

namespace cofilter::training {
namespace {

struct Options {
  ProgramOptions shared;
  std::string models = "var/models";
  std::map<std::string, std::string> settings;  // by name; only those given
  bool no_search = false;
  std::string split;
  double share = 0.1;
  bool json = false;
};

// Tells how far a training is, in hundredths.
class TrainingProgress {
 public:
  TrainingProgress(const TrainingSettings& settings, bool quiet)
      : searches_(settings.search),
        progress_("training " + settings.name + " (%)", 100,
                  quiet ? runtime::Progress::Output::kSilent
                        : runtime::Progress::Output::kStandardError) {}
  ~TrainingProgress() { AdvanceTo(100); }

  void Begin(std::string_view part) {
    work_done_ += running_;
    running_ = WorkOf(part);
    AdvanceTo(100 * work_done_ / (searches_ ? kWorkOfSearch + kWorkOfTraining : kWorkOfTraining));
    progress_.Describe(part);
  }

 private:
  // What a part takes of the whole, roughly: the estimate of the time left needs no more.
  static std::uint64_t WorkOf(std::string_view part) {
    if (part == "search: points") return 50;
    if (part.ends_with("singular vectors")) return 20;
    if (part.ends_with("ridge") || part == "content") return 10;
    if (part.ends_with("neighbours")) return 5;
    return 1;
  }
  static constexpr std::uint64_t kWorkOfTraining = 36;
  static constexpr std::uint64_t kWorkOfSearch = 77;

  void AdvanceTo(std::uint64_t percent) {
    percent = std::min<std::uint64_t>(percent, 100);
    if (percent > shown_) progress_.Advance(percent - shown_);
    shown_ = std::max(shown_, percent);
  }

  const bool searches_;
  runtime::Progress progress_;
  std::uint64_t work_done_ = 0;
  std::uint64_t running_ = 0;
  std::uint64_t shown_ = 0;
};

// What each part bought, and how members fare of whom little is known: recall@20 and NDCG@20 on the
// validation part.
std::string ValidationTable(const nlohmann::json& validation) {
  std::string text;
  const auto measures = [](const nlohmann::json& one) {
    return absl::StrFormat("%.4f/%.4f", one["recall"].get<double>(), one["ndcg"].get<double>());
  };
  for (const nlohmann::json& part : validation["parts"]) {
    absl::StrAppend(&text, "    ", part["part"].get<std::string>(), ": ", measures(part["with"]),
                    ", without ", measures(part["without"]), "\n");
  }
  for (const nlohmann::json& row : validation["evidence"]) {
    absl::StrAppend(&text, "    new members after ", row["events"].get<std::uint64_t>(), ": ",
                    measures(row["with"]), ", without the prior ", measures(row["without"]),
                    ", popularity ", measures(row["popularity"]), "\n");
  }
  return text;
}

std::string Summary(const nlohmann::json& one) {
  const nlohmann::json& p = one["parameters"];
  std::string text = absl::StrCat(
      "  ", one["name"].get<std::string>(), ": ", one["members"].get<std::uint64_t>(), " members, ",
      one["items"].get<std::uint64_t>(), " items, ", one["interactions"].get<std::uint64_t>(),
      " interactions, dim ", one["dim"].get<std::uint64_t>(), "\n    ");
  for (const auto& [name, value] : p.items()) {
    absl::StrAppend(&text, name, " ", value.is_string() ? value.get<std::string>() : value.dump(),
                    "  ");
  }
  absl::StrAppend(&text, "\n    ", one["why"].get<std::string>(), "\n",
                  ValidationTable(one["validation"]),
                  "    content: ", one["content"]["why"].get<std::string>(), "\n");
  if (one.contains("ranker")) {
    absl::StrAppend(&text, "    ranker: ", one["ranker"]["why"].get<std::string>(), "\n");
  }
  return text;
}

absl::StatusOr<int> Run(const Options& options) {
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::pair<std::string, std::string>> settings(options.settings.begin(),
                                                            options.settings.end());
  if (options.no_search) settings.emplace_back("search", "false");
  COFILTER_ASSIGN_OR_RETURN(const std::vector<OperatorPlan> plans,
                            PlansOf(options.shared, settings));
  DataOptions data_options = options.shared.data;
  data_options.quiet = options.shared.quiet;
  COFILTER_ASSIGN_OR_RETURN(TrainingData data, ReadTrainingData(data_options, plans));
  const auto read = std::chrono::steady_clock::now();

  runtime::ThreadPool pool(ThreadsOf(options.shared));
  models::ArtifactDescription description;
  description.events = data.report.records;
  description.seed = options.shared.seed;
  description.tool_version = COFILTER_VERSION;
  std::vector<models::OperatorArrays> operators;
  nlohmann::json report;
  report["operators"] = nlohmann::json::array();
  for (std::size_t p = 0; p < plans.size(); ++p) {
    data::Dataset& dataset = data.datasets[p];
    if (!options.split.empty()) {
      COFILTER_ASSIGN_OR_RETURN(
          data::Split split, SplitBy(options.split, options.share, options.shared.seed, dataset));
      dataset = std::move(split.train);
    }
    if (dataset.interactions.empty()) {
      std::cerr
          << "cofilter-train: operator \"" << plans[p].settings.name
          << "\" has no interaction to learn from; it will know no item until there are some\n";
    }
    description.data_cutoff = std::max(description.data_cutoff, dataset.cutoff);
    TrainingProgress progress(plans[p].settings, options.shared.quiet);
    COFILTER_ASSIGN_OR_RETURN(
        TrainedOperator trained,
        TrainOperator(plans[p].settings, dataset, data.items, &pool,
                      [&progress](std::string_view part) { progress.Begin(part); }));
    if (p < data.moments.size() && options.split.empty() && ServesNews(plans[p])) {
      progress.Begin("ranker");
      COFILTER_ASSIGN_OR_RETURN(NewsTraining ranker,
                                TrainNewsRanker(plans[p].settings, trained.report["parameters"],
                                                dataset, data.items, data.moments[p], &pool));
      trained.arrays.parameters.ranker = ranker.parameters;
      trained.report["ranker"] = std::move(ranker.report);
    }
    trained.report["settings"] = SettingsJson(plans[p].settings);
    report["operators"].push_back(std::move(trained.report));
    operators.push_back(std::move(trained.arrays));
    dataset = {};
  }
  const auto trained = std::chrono::steady_clock::now();
  COFILTER_RETURN_IF_ERROR(runtime::MakeDirectories(options.models));
  COFILTER_ASSIGN_OR_RETURN(const std::uint64_t version,
                            models::PublishArtifact(options.models, description, operators));
  const auto published = std::chrono::steady_clock::now();
  const auto seconds = [](auto from, auto to) {
    return std::chrono::duration<double>(to - from).count();
  };
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  report["version"] = version;
  report["tool_version"] = COFILTER_VERSION;
  report["seed"] = options.shared.seed;
  report["threads"] = pool.threads();
  report["held_out"] = options.split.empty()
                           ? nlohmann::json()
                           : nlohmann::json{{"split", options.split}, {"share", options.share}};
  report["data_cutoff"] = runtime::FormatTime(description.data_cutoff);
  report["log"] = {{"path", options.shared.data.events},
                   {"lines", data.report.lines},
                   {"records", data.report.records},
                   {"quarantined", data.report.quarantined},
                   {"first_reasons", data.report.first_reasons}};
  report["seconds"] = {{"read", seconds(began, read)},
                       {"train", seconds(read, trained)},
                       {"publish", seconds(trained, published)},
                       {"all", seconds(began, published)}};
  report["peak_memory_mib"] = usage.ru_maxrss / 1024;
  COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(models::ReportPath(options.models, version),
                                                     report.dump(2) + "\n"));

  if (options.json) {
    std::cout << report.dump(2) << '\n';
    return 0;
  }
  std::cout << models::ArtifactPath(options.models, version) << ": "
            << absl::StrCat(data.report.records, " events, ", data.report.quarantined,
                            " lines quarantined, ",
                            static_cast<int>(seconds(began, published) * 10) / 10.0, " s, ",
                            usage.ru_maxrss / 1024, " MiB\n");
  for (const nlohmann::json& one : report["operators"]) std::cout << Summary(one);
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app("Trains a model from a log of events and publishes it as a numbered artifact.",
               "cofilter-train");
  app.set_version_flag("--version", COFILTER_VERSION);
  app.footer(
      "Examples:\n"
      "  cofilter-train --events var/export/events --items var/export/items.jsonl --config "
      "cofilter.toml\n"
      "  cofilter-train --events log.jsonl.zst --lists local --rank 384 --p 0.8 --q 0.2 "
      "--no-search\n"
      "  cofilter-train --events train.txt --format list --parameters "
      "training/parameters/gowalla.toml\n"
      "Exit status: 0 published, 1 failed, 2 wrong flag, configuration or parameter.");
  Options options;
  app.add_option("--events", options.shared.data.events,
                 "The log: a file, a directory of files, or - for standard input")
      ->required();
  AddDataFlags(&app, &options.shared);
  app.add_option("--models", options.models, "Where artifacts are published")
      ->capture_default_str();
  app.add_option("--split", options.split,
                 "Train on the training part only: leave-last-out, holdout or time "
                 "(cofilter-evaluate has the same flag)");
  app.add_option("--share", options.share, "What --split holds out")
      ->check(CLI::Range(0.001, 0.999))
      ->capture_default_str();
  app.add_flag("--json", options.json, "Print the report");
  app.add_flag("--no-search", options.no_search, "What is not given takes its default");
  for (const SettingEntry& entry : SettingEntries()) {
    if (std::string_view(entry.name) == "search") continue;  // --no-search
    std::string flag = absl::StrCat("--", entry.name);
    std::replace(flag.begin(), flag.end(), '_', '-');
    app.add_option_function<std::string>(
           flag,
           [&options, &entry](const std::string& text) { options.settings[entry.name] = text; },
           entry.help)
        ->group("Settings");
  }
  return RunProgram(&app, argc, argv, [&options] { return Run(options); });
}

}  // namespace
}  // namespace cofilter::training

int main(int argc, char** argv) { return cofilter::training::Main(argc, argv); }
