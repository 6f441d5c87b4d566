// quality: every set through the served path, its dial beside the fronts of other methods.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/benchmark.h"
#include "bench/generated_set.h"
#include "bench/quality_baselines.h"
#include "bench/quality_plan.h"
#include "bench/result_cache.h"
#include "bench/served_set.h"
#include "runtime/status_macros.h"
#include "training/evaluation_page.h"
#include "training/evaluation_report.h"
#include "training/front_comparison.h"
#include "training/popularity_reranking.h"

namespace cofilter::bench {
namespace {

using training::Evaluation;

// Members of the fronts; sets with a bar on the dial ask everybody.
constexpr std::size_t kFrontMembers = 10'000;
constexpr std::size_t kResamples = 400;

void Say(const std::string& what) { std::cerr << "quality: " << what << "\n"; }

// What a set came to. Modes: "defaults", "chosen", "given".
struct SetResult {
  std::map<std::string, Evaluation> modes;  // at notch 0, everybody
  std::vector<Evaluation> notches;          // of the chosen parameters, members of the fronts
  std::vector<Evaluation> reranked;         // the chosen ones at notch 0 under re-rankers
  std::vector<BaselinePoint> baselines;
  std::optional<Evaluation> popularity, graph_filter;  // everybody, as published
  std::vector<std::string> notes;
};

std::vector<Evaluation> ReadAll(const nlohmann::json& array, absl::Status* status) {
  std::vector<Evaluation> all;
  for (const nlohmann::json& one : array) {
    absl::StatusOr<Evaluation> evaluation = training::EvaluationFromJson(one);
    if (!evaluation.ok()) {
      status->Update(evaluation.status());
      continue;
    }
    all.push_back(*std::move(evaluation));
  }
  return all;
}

nlohmann::json WriteAll(const std::vector<Evaluation>& all) {
  nlohmann::json array = nlohmann::json::array();
  for (const Evaluation& each : all) array.push_back(training::EvaluationJson(each));
  return array;
}

class SetQuality {
 public:
  SetQuality(const Settings& settings, const QualityPlan& plan, const SetDescriptor& set)
      : settings_(settings),
        plan_(plan),
        set_(set),
        cache_(settings.cache_directory + "/quality"),
        pool_(static_cast<int>(AllowedCpus().size())) {
    front_.resamples = everybody_.resamples = kResamples;
    front_.members = plan.dial.has_value() ? 0 : kFrontMembers;
  }

  absl::StatusOr<SetResult> Take() {
    COFILTER_ASSIGN_OR_RETURN(set_digest_, FilesDigest({set_.train, set_.test}));
    COFILTER_RETURN_IF_ERROR(TakeOurs());
    COFILTER_RETURN_IF_ERROR(TakeBaselines());
    return std::move(result_);
  }

 private:
  // Everything of ours depends on the programs that make it.
  absl::StatusOr<std::string> KeyOf(const std::string& parameters) const {
    COFILTER_ASSIGN_OR_RETURN(const std::string programs,
                              FilesDigest({settings_.programs + "/cofilter-train",
                                           settings_.programs + "/cofilter-server"}));
    std::string key =
        absl::StrCat("ours 1 ", set_.format, " ", std::string(OrderName(set_.order)), " set ",
                     set_digest_, " programs ", programs, " members ", front_.members);
    if (!parameters.empty()) {
      COFILTER_ASSIGN_OR_RETURN(const std::string file, FilesDigest({parameters}));
      absl::StrAppend(&key, " parameters ", file);
    }
    return key;
  }

  // The set is read and its server started only if something is not kept yet.
  absl::StatusOr<ServedSet*> Served() {
    if (served_ == nullptr) {
      COFILTER_ASSIGN_OR_RETURN(served_, ServedSet::Open(settings_, set_, "quality", Say));
    }
    return served_.get();
  }

  absl::StatusOr<Evaluation> Ask(const std::string& model, int notch,
                                 const training::EvaluationSettings& settings) {
    const SetData& data = served_->data();
    const std::vector<std::uint32_t> members = training::AskedMembers(data, settings);
    Say(absl::StrCat(set_.name, ", ", model, ": asking ", members.size(), " members at notch ",
                     notch));
    COFILTER_ASSIGN_OR_RETURN(const Lists lists, served_->Ask(members, notch));
    COFILTER_ASSIGN_OR_RETURN(Evaluation evaluation,
                              training::EvaluateLists(lists, data, settings, &pool_));
    evaluation.model = model;
    evaluation.notch = notch;
    return evaluation;
  }

  absl::StatusOr<nlohmann::json> MakeMode(const std::string& mode, const std::string& parameters) {
    COFILTER_ASSIGN_OR_RETURN(ServedSet* const served, Served());
    COFILTER_RETURN_IF_ERROR(served->TrainAndServe(
        parameters,
        mode == "defaults" ? std::vector<std::string>{"--no-search"} : std::vector<std::string>{}));
    COFILTER_ASSIGN_OR_RETURN(const Evaluation all, Ask("cofilter", 0, everybody_));
    nlohmann::json json;
    json["all"] = training::EvaluationJson(all);
    json["seconds"] = served->trained().usage.wall_seconds;
    json["unpersonalised"] = served->unpersonalised();
    if (mode != "chosen") return json;
    std::vector<Evaluation> notches;
    for (int notch = 0; notch < models::kNotches; ++notch) {
      COFILTER_ASSIGN_OR_RETURN(Evaluation evaluation, Ask("cofilter", notch, front_));
      notches.push_back(std::move(evaluation));
    }
    json["notches"] = WriteAll(notches);
    COFILTER_ASSIGN_OR_RETURN(const std::vector<Evaluation> reranked, Rerank());
    json["reranked"] = WriteAll(reranked);
    return json;
  }

  // Other ways into the tail, over our own most accurate scores.
  absl::StatusOr<std::vector<Evaluation>> Rerank() {
    const auto base = training::MakeOperatorScores(served_->op(), served_->data().train, {0});
    std::vector<Evaluation> all;
    for (const training::Reranker reranker :
         {training::Reranker::kXquad, training::Reranker::kCalibrated}) {
      training::RerankingSettings reranking;
      reranking.reranker = reranker;
      reranking.k = kListLength;
      reranking.lambdas = training::RerankingSweep();
      const auto scores = training::MakeRerankedScores(*base, served_->data().train, reranking);
      Say(absl::StrCat(set_.name, ": ", scores->name()));
      COFILTER_ASSIGN_OR_RETURN(std::vector<Evaluation> found,
                                training::Evaluate(*scores, served_->data(), front_, &pool_));
      for (std::size_t v = 0; v < found.size(); ++v) {
        found[v].variant = absl::StrCat("lambda=", reranking.lambdas[v]);
        all.push_back(std::move(found[v]));
      }
    }
    return all;
  }

  absl::Status TakeOurs() {
    // The file that other benchmarks share is the fast one, where there are two.
    std::string given = ParameterFile(settings_, absl::StrCat(plan_.set, "-ridge"));
    if (!std::filesystem::exists(given)) given = ParameterFile(settings_, plan_.set);
    for (const std::string mode : {"defaults", "chosen", "given"}) {
      if (mode == "given" && !plan_.given.has_value()) continue;
      const std::string parameters = mode == "given" ? given : "";
      COFILTER_ASSIGN_OR_RETURN(const std::string key, KeyOf(parameters));
      COFILTER_ASSIGN_OR_RETURN(
          const nlohmann::json kept,
          cache_.Get(absl::StrCat(mode, " ", key), [&] { return MakeMode(mode, parameters); }));
      COFILTER_ASSIGN_OR_RETURN(result_.modes[mode], training::EvaluationFromJson(kept.at("all")));
      result_.notes.push_back(absl::StrFormat(
          "%s: trained in %.0f s of wall time, the machine's other work included; %d lists without "
          "a personal part",
          mode, kept.at("seconds").get<double>(), kept.at("unpersonalised").get<std::size_t>()));
      if (mode != "chosen") continue;
      absl::Status status;
      result_.notches = ReadAll(kept.at("notches"), &status);
      result_.reranked = ReadAll(kept.at("reranked"), &status);
      COFILTER_RETURN_IF_ERROR(status);
    }
    return absl::OkStatus();
  }

  absl::Status TakeBaselines() {
    // The server has answered everything; its memory is wanted.
    served_.reset();
    COFILTER_ASSIGN_OR_RETURN(const SetData data, LoadSet(set_));
    BaselineRun run;
    run.set = &data;
    run.set_digest = set_digest_;
    run.evaluation = front_;
    run.cache = &cache_;
    run.pool = &pool_;
    run.say = [this](const std::string& what) { Say(absl::StrCat(set_.name, ": ", what)); };
    run.smoke = settings_.smoke;
    COFILTER_ASSIGN_OR_RETURN(result_.baselines, MeasureBaselines(run));
    if (plan_.popularity.has_value()) {
      COFILTER_ASSIGN_OR_RETURN(result_.popularity, MeasureBaseline(run, "popularity"));
    }
    if (plan_.graph_filter.has_value()) {
      COFILTER_ASSIGN_OR_RETURN(result_.graph_filter, MeasureBaseline(run, "graph-filter"));
    }
    return absl::OkStatus();
  }

  const Settings& settings_;
  const QualityPlan& plan_;
  const SetDescriptor set_;
  const ResultCache cache_;
  runtime::ThreadPool pool_;
  training::EvaluationSettings everybody_, front_;
  std::string set_digest_;
  std::unique_ptr<ServedSet> served_;
  SetResult result_;
};

std::string IntervalText(const training::Interval& interval) {
  return absl::StrFormat("95 %% %.4f to %.4f", interval.low, interval.high);
}

void AddAccuracy(const std::string& name, const Evaluation& e, std::optional<AccuracyBars> bars,
                 Report* report) {
  report->Add(PlainFigure(name + ": R@20", e.recall.mean, "share",
                          bars ? std::optional(AtLeast(bars->recall)) : std::nullopt,
                          IntervalText(e.recall)));
  report->Add(PlainFigure(name + ": N@20", e.ndcg.mean, "share",
                          bars ? std::optional(AtLeast(bars->ndcg)) : std::nullopt,
                          IntervalText(e.ndcg)));
  report->Add(PlainFigure(name + ": tail R@20", e.tail_recall.mean, "share", {},
                          IntervalText(e.tail_recall)));
  report->Add(PlainFigure(name + ": coverage", e.coverage, "share"));
}

void AddReproduced(const std::string& name, const std::optional<Evaluation>& e,
                   const std::optional<AccuracyBars>& published, Report* report) {
  if (!e.has_value() || !published.has_value()) return;
  for (const auto& [measure, value, right] : {std::tuple{"R@20", e->recall.mean, published->recall},
                                              std::tuple{"N@20", e->ndcg.mean, published->ndcg}}) {
    report->Add(PlainFigure(absl::StrCat(name, ": ", measure, " off the published figure"),
                            100 * std::abs(value / right - 1), "%", AtMost(1),
                            absl::StrFormat("%.4f, published %.4f", value, right)));
  }
}

// The first notch that holds all three; if none does, the one whose worst shortfall is least.
const Evaluation& PickNotch(const std::vector<Evaluation>& notches, const DialBars& bars) {
  const auto margin = [&bars](const Evaluation& e) {
    return std::min({e.recall.mean / bars.recall, e.tail_recall.mean / bars.tail_recall,
                     e.coverage / bars.coverage});
  };
  const Evaluation* best = &notches.front();
  for (const Evaluation& notch : notches) {
    if (margin(notch) >= 1) return notch;
    if (margin(notch) > margin(*best)) best = &notch;
  }
  return *best;
}

void AddDial(const std::string& name, const std::vector<Evaluation>& notches, const DialBars& bars,
             Report* report) {
  const Evaluation& picked = PickNotch(notches, bars);
  const std::string note = absl::StrCat("notch ", picked.notch);
  report->Add(
      PlainFigure(name + ": R@20", picked.recall.mean, "share", AtLeast(bars.recall), note));
  report->Add(PlainFigure(name + ": tail R@20", picked.tail_recall.mean, "share",
                          AtLeast(bars.tail_recall), note));
  report->Add(
      PlainFigure(name + ": coverage", picked.coverage, "share", AtLeast(bars.coverage), note));
}

void AddFront(const std::string& name, const SetResult& result, bool with_bar, Report* report) {
  std::vector<Evaluation> points = result.reranked;
  for (const BaselinePoint& each : result.baselines) points.push_back(each.evaluation);
  const std::vector<training::FrontComparison> comparisons =
      training::CompareFront(result.notches, points);
  for (std::size_t m = 0; m < training::TailMeasures().size(); ++m) {
    std::size_t asked = 0, not_beaten = 0;
    std::string first;
    for (const training::FrontComparison& each : comparisons) {
      if (each.measure != m) continue;
      ++asked;
      if (each.holds) continue;
      if (not_beaten++ > 0) continue;
      first = absl::StrFormat("; first %s %s at recall %.4f: %.4f, ours %.4f",
                              points[each.point].model, points[each.point].variant,
                              points[each.point].recall.mean, each.theirs, each.ours);
    }
    report->Add(PlainFigure(
        absl::StrCat(name, ": points not beaten in ", training::TailMeasures()[m].name),
        static_cast<double>(not_beaten), "count",
        with_bar ? std::optional(AtMost(0)) : std::nullopt, absl::StrCat("of ", asked, first)));
  }
}

// What the bars of a set ask, from what was measured.
void AddSet(const QualityPlan& plan, const SetResult& result, bool with_bars, Report* report) {
  std::optional<AccuracyBars> chosen = plan.chosen;
  for (const BaselinePoint& each : result.baselines) {
    if (!each.tuned) continue;
    AddAccuracy(absl::StrCat(plan.set, ", ", each.kind, ", tuned"), each.evaluation, std::nullopt,
                report);
    if (!plan.above_baselines.has_value()) continue;
    if (!chosen.has_value()) chosen.emplace();
    const double lift = 1 + *plan.above_baselines;
    chosen->recall = std::max(chosen->recall, lift * each.evaluation.recall.mean);
    chosen->ndcg = std::max(chosen->ndcg, lift * each.evaluation.ndcg.mean);
  }
  for (const auto& [mode, evaluation] : result.modes) {
    const std::optional<AccuracyBars>& bars = mode == "chosen"  ? chosen
                                              : mode == "given" ? plan.given
                                                                : std::nullopt;
    AddAccuracy(absl::StrCat(plan.set, ", ", mode), evaluation, with_bars ? bars : std::nullopt,
                report);
  }
  AddReproduced(plan.set + ", popularity", result.popularity, plan.popularity, report);
  AddReproduced(plan.set + ", GF-CF", result.graph_filter, plan.graph_filter, report);
  if (plan.dial.has_value())
    AddDial(plan.set + ", chosen, one notch", result.notches, *plan.dial, report);
  AddFront(plan.set + ", dial", result, with_bars, report);

  training::EvaluationChapter chapter;
  chapter.title = plan.set;
  chapter.evaluations = result.notches;
  chapter.evaluations.insert(chapter.evaluations.end(), result.reranked.begin(),
                             result.reranked.end());
  for (const BaselinePoint& each : result.baselines) {
    chapter.evaluations.push_back(each.evaluation);
    if (!each.tuned) continue;
    chapter.notes.push_back(
        absl::StrCat(each.kind, " tuned on the validation part: ",
                     each.evaluation.variant.empty() ? "its defaults" : each.evaluation.variant));
  }
  chapter.notes.insert(chapter.notes.end(), result.notes.begin(), result.notes.end());
  report->sections.push_back(training::EvaluationSection(chapter));
}

// The figures that are missing with their set.
std::vector<std::pair<std::string, Bar>> BarsOf(const QualityPlan& plan) {
  std::vector<std::pair<std::string, Bar>> bars;
  const auto add = [&](const std::string& mode, const std::optional<AccuracyBars>& accuracy) {
    if (!accuracy) return;
    bars.emplace_back(absl::StrCat(plan.set, ", ", mode, ": R@20"), AtLeast(accuracy->recall));
    bars.emplace_back(absl::StrCat(plan.set, ", ", mode, ": N@20"), AtLeast(accuracy->ndcg));
  };
  add("chosen", plan.chosen);
  add("given", plan.given);
  for (const training::TailMeasure& measure : training::TailMeasures()) {
    bars.emplace_back(absl::StrCat(plan.set, ", dial: points not beaten in ", measure.name),
                      AtMost(0));
  }
  return bars;
}

}  // namespace

absl::StatusOr<Report> RunQuality(const Settings& settings) {
  Report report{.bench = "quality", .figures = {}, .conditions = {}, .curves = {}, .sections = {}};
  if (settings.smoke || settings.set_directory.has_value()) {
    COFILTER_ASSIGN_OR_RETURN(const SetDescriptor set, ResolveSet(settings, "smoke"));
    QualityPlan plan;
    plan.set = set.name;
    COFILTER_ASSIGN_OR_RETURN(const SetResult result, SetQuality(settings, plan, set).Take());
    AddSet(plan, result, /*with_bars=*/false, &report);
  } else {
    for (const QualityPlan& plan : QualityPlans()) {
      if (settings.set_name.has_value() && plan.set != *settings.set_name) continue;
      const absl::StatusOr<SetDescriptor> set = ResolveSet(settings, plan.set);
      if (absl::IsNotFound(set.status())) {
        AddMissing(set.status(), BarsOf(plan), &report);
        continue;
      }
      COFILTER_RETURN_IF_ERROR(set.status());
      COFILTER_ASSIGN_OR_RETURN(const SetResult result, SetQuality(settings, plan, *set).Take());
      AddSet(plan, result, /*with_bars=*/true, &report);
    }
  }
  report.conditions = {
      absl::StrCat("ours: test members asked for ", kListLength,
                   " through RecommendItems, training items excluded; test items unknown to "
                   "training stay in the denominator"),
      absl::StrCat(
          "defaults: nothing searched; chosen: by the trainer on a validation part of the ",
          "training data; given: the committed parameter file, chosen on the test"),
      absl::StrCat("fronts: everybody on gowalla, elsewhere the same ", kFrontMembers,
                   " test members for all, drawn with a fixed seed; baselines score all items and "
                   "are tuned on the trainer's validation part; re-rankers work on our own scores "
                   "at notch 0, their best 200"),
      absl::StrCat("points not beaten: of those with nine tenths of our best recall, for which no ",
                   "notch has at least their recall and is no worse in the measure"),
      "intervals: bootstrap over members"};
  return report;
}

}  // namespace cofilter::bench
