// cofilter-evaluate: how good a published model or a baseline is on a log, and whether it may go
// into service.
#include <iostream>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "models/artifact.h"
#include "models/model.h"
#include "runtime/files.h"
#include "runtime/progress.h"
#include "runtime/status_macros.h"
#include "training/baseline.h"
#include "training/evaluation_models.h"
#include "training/evaluation_page.h"
#include "training/evaluation_picture.h"
#include "training/evaluation_report.h"
#include "training/evaluator.h"
#include "training/gate.h"
#include "training/list_variety.h"
#include "training/popularity_reranking.h"
#include "training/program_options.h"

namespace cofilter::training {
namespace {

constexpr int kRefused = 3;
constexpr int kNobodyAsked = 4;
constexpr char kXquadName[] = "xquad";
constexpr char kCalibratedName[] = "calibrated-popularity";

struct Options {
  ProgramOptions shared;
  std::string train, test;
  std::string split;
  double share = 0.1;
  std::string models;
  std::uint64_t version = 0;
  std::vector<std::string> baselines;
  std::vector<std::string> rerankers;
  std::string notch = "0";
  EvaluationSettings settings;
  bool allow_seen = false;
  bool json = false;
  std::string out, picture, html, attach;
  bool gate = false;
  std::string gate_against;
  GateSettings gate_settings;
};

// Training and test of one operator, and how many test members training does not know. `items`
// gets the catalogue, where one is given.
absl::StatusOr<std::vector<GivenSplit>> ReadSplits(const Options& options,
                                                   const std::vector<OperatorPlan>& plans,
                                                   std::vector<data::Item>* items) {
  DataOptions data_options = options.shared.data;
  data_options.quiet = options.shared.quiet;
  std::vector<GivenSplit> splits;
  if (!options.test.empty()) {
    data_options.events = options.train;
    COFILTER_ASSIGN_OR_RETURN(TrainingData train, ReadTrainingData(data_options, plans));
    data_options.events = options.test;
    COFILTER_ASSIGN_OR_RETURN(const TrainingData test, ReadTrainingData(data_options, plans));
    for (std::size_t p = 0; p < plans.size(); ++p) {
      splits.push_back(MakeSplit(std::move(train.datasets[p]), test.datasets[p]));
    }
    *items = std::move(train.items);
    return splits;
  }
  COFILTER_ASSIGN_OR_RETURN(TrainingData data, ReadTrainingData(data_options, plans));
  *items = std::move(data.items);
  for (const data::Dataset& dataset : data.datasets) {
    COFILTER_ASSIGN_OR_RETURN(data::Split split,
                              SplitBy(options.split, options.share, options.shared.seed, dataset));
    splits.push_back({std::move(split), 0});
  }
  return splits;
}

absl::StatusOr<std::shared_ptr<const models::Model>> LoadModel(const Options& options) {
  std::uint64_t version = options.version;
  if (version == 0) {
    COFILTER_ASSIGN_OR_RETURN(const std::vector<std::uint64_t> versions,
                              models::ListArtifacts(options.models));
    if (versions.empty()) {
      return absl::NotFoundError(
          absl::StrCat("--models ", options.models,
                       " holds no artifact; right: a directory that cofilter-train published to"));
    }
    version = versions.back();
  }
  return models::Model::Load(models::ArtifactPath(options.models, version));
}

// Baselines of several operators need telling apart.
std::string Qualified(const std::string& model, const OperatorPlan& plan, std::size_t plans) {
  return plans == 1 ? model : absl::StrCat(plan.settings.name, ": ", model);
}

absl::StatusOr<std::vector<Evaluation>> EvaluateAll(const Options& options,
                                                    const std::vector<OperatorPlan>& plans,
                                                    const std::vector<GivenSplit>& splits,
                                                    const std::vector<data::Item>& items,
                                                    runtime::ThreadPool* pool) {
  COFILTER_ASSIGN_OR_RETURN(const std::vector<int> notches, ParseNotches(options.notch));
  std::shared_ptr<const models::Model> model;
  if (!options.models.empty()) {
    COFILTER_ASSIGN_OR_RETURN(model, LoadModel(options));
  }
  std::vector<Evaluation> evaluations;
  for (std::size_t p = 0; p < plans.size(); ++p) {
    const data::Split& split = splits[p].split;
    const std::string& name = plans[p].settings.name;
    if (split.test.empty()) {
      std::cerr << "cofilter-evaluate: operator \"" << name
                << "\" is passed over: its test asks nobody\n";
      continue;
    }
    ItemFacets facets;
    // `variants`: what tells the variants of the scores apart, where they are no notches.
    const auto measure = [&](const MemberScores& scores, const std::string& shown,
                             const std::vector<std::string>& variants) -> absl::Status {
      EvaluationSettings settings = options.settings;
      if (!facets.empty()) settings.facets = &facets;
      std::unique_ptr<runtime::Progress> progress;
      if (!options.shared.quiet) {
        const std::size_t asked = settings.members == 0
                                      ? split.test.size()
                                      : std::min(settings.members, split.test.size());
        progress = std::make_unique<runtime::Progress>("evaluating " + shown, asked);
        settings.advance = [&progress](std::size_t members) { progress->Advance(members); };
      }
      COFILTER_ASSIGN_OR_RETURN(std::vector<Evaluation> found,
                                Evaluate(scores, split, settings, pool));
      for (std::size_t v = 0; v < found.size(); ++v) {
        found[v].model = shown;
        if (v < variants.size()) found[v].variant = variants[v];
        evaluations.push_back(std::move(found[v]));
      }
      return absl::OkStatus();
    };
    if (model == nullptr && !items.empty()) facets = MakeItemFacets(split.train, items, nullptr);
    if (model != nullptr) {
      // A single operator is found under any name: one artifact, one question.
      const models::Operator* op = model->FindOperator(name);
      if (op == nullptr && plans.size() == 1 && model->operators().size() == 1)
        op = model->operators().front().get();
      if (op == nullptr) {
        std::string names;
        for (const auto& one : model->operators())
          absl::StrAppend(&names, names.empty() ? "" : ", ", one->name());
        return absl::NotFoundError(absl::StrCat("the artifact has no operator \"", name,
                                                "\"; right: --operator or --config with ", names));
      }
      if (!options.allow_seen) COFILTER_RETURN_IF_ERROR(CheckTrainedOn(*op, split));
      facets = MakeItemFacets(split.train, items, op);
      COFILTER_RETURN_IF_ERROR(
          measure(*MakeOperatorScores(*op, split.train, notches), op->name(), {}));
      const auto most_accurate = MakeOperatorScores(*op, split.train, {0});
      for (const std::string& name_of_reranker : options.rerankers) {
        RerankingSettings reranking;
        reranking.reranker =
            name_of_reranker == kXquadName ? Reranker::kXquad : Reranker::kCalibrated;
        reranking.k = options.settings.k;
        reranking.candidates = std::max(reranking.candidates, 2 * reranking.k);
        reranking.lambdas = RerankingSweep();
        std::vector<std::string> variants;
        for (const double lambda : reranking.lambdas)
          variants.push_back(absl::StrCat("lambda=", lambda));
        COFILTER_RETURN_IF_ERROR(
            measure(*MakeRerankedScores(*most_accurate, split.train, reranking),
                    Qualified(name_of_reranker, plans[p], plans.size()), variants));
      }
    }
    if (options.baselines.empty()) continue;
    BaselineTrainer trainer(split.train, options.shared.seed, pool);
    for (const std::string& text : options.baselines) {
      COFILTER_ASSIGN_OR_RETURN(const Baseline baseline, ParseBaseline(text));
      COFILTER_ASSIGN_OR_RETURN(const auto scorer, trainer.Train(baseline));
      COFILTER_RETURN_IF_ERROR(measure(*MakeScorerScores(*scorer),
                                       Qualified(baseline.kind, plans[p], plans.size()),
                                       {baseline.Variant()}));
    }
  }
  return evaluations;
}

absl::StatusOr<std::vector<Evaluation>> ReadReport(const std::string& path) {
  COFILTER_ASSIGN_OR_RETURN(const std::string text, runtime::ReadFile(path));
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("evaluations") || !json["evaluations"].is_array()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is no evaluation; right: what cofilter-evaluate wrote with --out"));
  }
  std::vector<Evaluation> evaluations;
  for (const nlohmann::json& one : json["evaluations"]) {
    absl::StatusOr<Evaluation> evaluation = EvaluationFromJson(one);
    if (!evaluation.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": ", std::string(evaluation.status().message())));
    }
    evaluations.push_back(*std::move(evaluation));
  }
  return evaluations;
}

std::optional<Evaluation> Find(const std::vector<Evaluation>& evaluations,
                               const std::string& model) {
  for (const Evaluation& evaluation : evaluations) {
    if (evaluation.model == model && evaluation.notch <= 0) return evaluation;
  }
  return std::nullopt;
}

// Every operator by itself; one that is refused refuses the artifact.
absl::StatusOr<GateDecision> Gate(const Options& options, const std::vector<OperatorPlan>& plans,
                                  const std::vector<Evaluation>& evaluations) {
  std::vector<Evaluation> current;
  if (!options.gate_against.empty()) {
    COFILTER_ASSIGN_OR_RETURN(current, ReadReport(options.gate_against));
  }
  GateDecision all{true, {}};
  for (const OperatorPlan& plan : plans) {
    const std::string& name = plan.settings.name;
    const std::optional<Evaluation> candidate = Find(evaluations, name);
    if (!candidate.has_value()) {
      all.reasons.push_back(
          absl::StrCat(name, ": nobody could be asked, so nothing speaks against it"));
      continue;
    }
    COFILTER_ASSIGN_OR_RETURN(
        const GateDecision one,
        DecideGate(*candidate, Find(current, name),
                   Find(evaluations, Qualified("popularity", plan, plans.size())),
                   options.gate_settings));
    all.accept = all.accept && one.accept;
    for (const std::string& reason : one.reasons)
      all.reasons.push_back(absl::StrCat(name, ": ", reason));
  }
  return all;
}

// Adds figures and decision to a report that lies beside an artifact.
absl::Status Attach(const std::string& path, const nlohmann::json& result) {
  COFILTER_ASSIGN_OR_RETURN(const std::string text, runtime::ReadFile(path));
  nlohmann::json report = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!report.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--attach ", path, " is no JSON object; right: a training report"));
  }
  report["evaluation"] = result;
  return runtime::WriteFileDurably(path, report.dump(2) + "\n");
}

// A chapter for each operator: their members and items differ.
std::vector<EvaluationChapter> ChaptersOf(const std::vector<Evaluation>& evaluations,
                                          const std::vector<OperatorPlan>& plans) {
  std::vector<EvaluationChapter> chapters;
  for (const OperatorPlan& plan : plans) {
    EvaluationChapter& chapter = chapters.emplace_back();
    chapter.title = plan.settings.name;
    const std::string prefix = plan.settings.name + ": ";
    for (const Evaluation& evaluation : evaluations) {
      // With one operator nothing needs telling apart.
      if (plans.size() > 1 && evaluation.model != plan.settings.name &&
          !evaluation.model.starts_with(prefix))
        continue;
      chapter.evaluations.push_back(evaluation);
    }
  }
  return chapters;
}

absl::StatusOr<int> Run(Options options) {
  if (options.test.empty() != options.train.empty()) {
    return absl::InvalidArgumentError(
        "--train and --test go together; right: both, or --events with --split");
  }
  if (options.test.empty() && (options.shared.data.events.empty() || options.split.empty())) {
    return absl::InvalidArgumentError(
        "nothing to evaluate on; right: --train and --test, or --events with --split");
  }
  if (!options.test.empty() && !options.shared.data.events.empty()) {
    return absl::InvalidArgumentError(
        "--events and --test exclude one another; right: one of them");
  }
  if (options.models.empty() && options.baselines.empty()) {
    return absl::InvalidArgumentError("nothing to evaluate; right: --models, --baseline or both");
  }
  options.settings.seed = options.shared.seed;
  COFILTER_RETURN_IF_ERROR(options.settings.Validate());
  COFILTER_RETURN_IF_ERROR(options.gate_settings.Validate());
  COFILTER_RETURN_IF_ERROR(ParseNotches(options.notch).status());
  for (const std::string& baseline : options.baselines)
    COFILTER_RETURN_IF_ERROR(ParseBaseline(baseline).status());
  if (!options.rerankers.empty() && options.models.empty()) {
    return absl::InvalidArgumentError(
        "--rerank re-ranks the lists of a model; right: with --models");
  }
  COFILTER_ASSIGN_OR_RETURN(const std::vector<OperatorPlan> plans, PlansOf(options.shared, {}));
  std::vector<data::Item> items;
  COFILTER_ASSIGN_OR_RETURN(const std::vector<GivenSplit> splits,
                            ReadSplits(options, plans, &items));
  runtime::ThreadPool pool(ThreadsOf(options.shared));
  COFILTER_ASSIGN_OR_RETURN(const std::vector<Evaluation> evaluations,
                            EvaluateAll(options, plans, splits, items, &pool));

  if (evaluations.empty()) {
    std::cerr << "cofilter-evaluate: there was nobody to ask: no member has both a training "
                 "history and a test\n";
    return kNobodyAsked;
  }

  nlohmann::json result;
  result["k"] = options.settings.k;
  result["split"] = options.split.empty() ? "given" : options.split;
  result["evaluations"] = nlohmann::json::array();
  for (const Evaluation& evaluation : evaluations)
    result["evaluations"].push_back(EvaluationJson(evaluation));
  std::size_t unknown_members = 0;
  for (const GivenSplit& split : splits) unknown_members += split.unknown_members;
  result["unknown_members"] = unknown_members;
  GateDecision decision{true, {}};
  if (options.gate || !options.gate_against.empty()) {
    COFILTER_ASSIGN_OR_RETURN(decision, Gate(options, plans, evaluations));
    result["gate"] = GateJson(decision);
  }
  if (!options.out.empty())
    COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(options.out, result.dump(2) + "\n"));
  if (!options.picture.empty()) {
    COFILTER_RETURN_IF_ERROR(
        runtime::WriteFileDurably(options.picture, EvaluationPicture(evaluations)));
  }
  if (!options.html.empty()) {
    COFILTER_RETURN_IF_ERROR(runtime::WriteFileDurably(
        options.html,
        EvaluationPage("Evaluation of recommendations", ChaptersOf(evaluations, plans))));
  }
  if (!options.attach.empty()) COFILTER_RETURN_IF_ERROR(Attach(options.attach, result));
  if (options.json) {
    std::cout << result.dump(2) << '\n';
  } else {
    std::cout << EvaluationTable(evaluations);
    if (unknown_members > 0)
      std::cout << unknown_members << " test members have no training history and were not asked\n";
    if (result.contains("gate")) {
      std::cout << "gate: " << (decision.accept ? "accepted" : "refused") << '\n';
      for (const std::string& reason : decision.reasons) std::cout << "  " << reason << '\n';
    }
  }
  return decision.accept ? 0 : kRefused;
}

int Main(int argc, char** argv) {
  CLI::App app("Measures the lists of a model or a baseline on events that it has not seen.",
               "cofilter-evaluate");
  app.set_version_flag("--version", COFILTER_VERSION);
  app.footer(
      "Examples:\n"
      "  cofilter-evaluate --train train.txt --test test.txt --format list --models var/models "
      "--notch all --picture dial.svg\n"
      "  cofilter-evaluate --events log.jsonl.zst --split leave-last-out --baseline popularity "
      "--baseline item-cosine\n"
      "  cofilter-evaluate --events log --split time --models var/twins --baseline popularity "
      "--gate-against current.json\n"
      "A model may only be asked about events that it was not trained on: train it with the same "
      "--split, --share and --seed.\n"
      "Exit status: 0 measured (and accepted), 1 failed, 2 wrong flag or configuration, 3 refused "
      "by the gate.");
  Options options;
  app.add_option("--events", options.shared.data.events, "A log, which --split cuts");
  app.add_option("--split", options.split,
                 "How: leave-last-out, holdout (of each member, by hash) or time (the latest)");
  app.add_option("--share", options.share, "What holdout and time hold out")
      ->check(CLI::Range(0.001, 0.999))
      ->capture_default_str();
  app.add_option("--train", options.train, "The training part, where it is given apart");
  app.add_option("--test", options.test, "The test");
  app.add_option("--models", options.models, "The directory of artifacts to evaluate from");
  app.add_option("--artifact", options.version, "Which; the latest by default");
  app.add_option(
      "--baseline", options.baselines,
      "popularity, item-cosine, implicit-als, graph-filter or ease, with settings such as "
      "graph-filter:low-pass=0.1; may be given several times");
  app.add_option("--rerank", options.rerankers,
                 "Beside the model its most accurate lists, re-ranked by popularity: xquad or "
                 "calibrated-popularity, at several weights")
      ->check(CLI::IsMember({kXquadName, kCalibratedName}));
  app.add_option("--notch", options.notch, "Notches of the dial: 0 to 10, such as 0,5,10, or all")
      ->capture_default_str();
  app.add_option("--k", options.settings.k, "Length of the lists")->capture_default_str();
  app.add_option("--members", options.settings.members, "Ask a sample of so many members; 0: all")
      ->capture_default_str();
  app.add_option("--resamples", options.settings.resamples, "Of the bootstrap")
      ->capture_default_str();
  app.add_flag("--allow-overlap", options.settings.allow_overlap,
               "Test pairs may stand in the training data (they are never hit)");
  app.add_flag("--allow-seen", options.allow_seen,
               "The model may have been trained on the test: for looking, not for figures");
  app.add_flag("--json", options.json, "Print JSON");
  app.add_option("--out", options.out, "Write the JSON here as well");
  app.add_option("--picture", options.picture, "Draw the dial and bars into this SVG file");
  app.add_option("--html", options.html,
                 "Write a page: tables with intervals, fronts, what the dial beats");
  app.add_option("--attach", options.attach, "Put the result into this training report");
  app.add_flag("--gate", options.gate,
               "Decide whether the model may go into service (exit status 3: no)");
  app.add_option("--gate-against", options.gate_against,
                 "As --gate, against this evaluation of the model in service (--out)");
  app.add_option("--accuracy-tolerance", options.gate_settings.accuracy_tolerance,
                 "Share of recall + NDCG that may be lost")
      ->capture_default_str();
  app.add_option("--tail-tolerance", options.gate_settings.tail_tolerance,
                 "Share of tail recall that may be lost")
      ->capture_default_str();
  app.add_option("--coverage-tolerance", options.gate_settings.coverage_tolerance,
                 "Share of coverage that may be lost")
      ->capture_default_str();
  app.add_option("--joint-tolerance", options.gate_settings.joint_tolerance,
                 "What accuracy and half the tail may lose together")
      ->capture_default_str();
  app.add_option("--least-members", options.gate_settings.least_members,
                 "Fewer members asked: the gate refuses")
      ->capture_default_str();
  AddDataFlags(&app, &options.shared);
  return RunProgram(&app, argc, argv, [&options] { return Run(options); });
}

}  // namespace
}  // namespace cofilter::training

int main(int argc, char** argv) { return cofilter::training::Main(argc, argv); }
