// served-quality: the training events imported, every test member asked for 20 through the API, the
// lists judged.
#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "bench/benchmark.h"
#include "bench/exact_lists.h"
#include "bench/generated_set.h"
#include "bench/list_quality.h"
#include "bench/quality_plan.h"
#include "bench/served_set.h"
#include "bench/set_data.h"
#include "bench/training_run.h"
#include "runtime/clock.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

struct Plan {
  std::string set;
  std::optional<AccuracyBars> given;  // with the committed parameter file
  std::optional<AccuracyBars>
      chosen;  // with parameters that the trainer chose on a validation part
  std::optional<DialBars> dial;
};

const std::vector<Plan>& Plans() {
  static const std::vector<Plan> plans = {
      {"gowalla", AccuracyBars{.190, .157}, AccuracyBars{.187, .154}, DialBars{.186, .080, .62}},
      {"mooccubex-enrolments", AccuracyBars{.400, .208}, std::nullopt, std::nullopt},
      {"amazon-book-kgat", AccuracyBars{.173, .099}, std::nullopt, std::nullopt},
      {"ml-1m", AccuracyBars{.284, .272}, std::nullopt, std::nullopt},
  };
  return plans;
}
// The most that served figures may differ from exact scoring of all items, in per cent.
constexpr double kServedDifference = 0.3;

// Which figures a run of a plan takes, and against what.
struct Run {
  Plan plan;
  bool with_bars = true;
  bool all_notches = false;
  std::string parameters;  // for "given"; empty: there is no such file, and only "chosen" is taken
};

void Say(const std::string& what) { std::cerr << "served-quality: " << what << "\n"; }

// Everybody's list by exact scores of all items, without the server.
Lists ScoreEverybody(const models::Operator& op, const SetData& set, const QualityMeter& meter,
                     int notch) {
  Lists lists(set.test.size());
  const runtime::Time now = runtime::SystemClock::Instance().Now();
  const auto threads = static_cast<int>(AllowedCpus().size());
  std::vector<std::vector<float>> scores(static_cast<std::size_t>(threads));
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      for (std::size_t n = static_cast<std::size_t>(t); n < lists.size();
           n += static_cast<std::size_t>(threads)) {
        const MemberHistory history = HistoryOf(op, set.train, set.test[n].member);
        const models::FoldedHistory folded = FoldExactly(op, history.items, now);
        for (const std::uint32_t row : ExactTop(op, folded, notch, history.rows, kListLength,
                                                &scores[static_cast<std::size_t>(t)])) {
          if (const auto known = meter.RowOf(std::string(op.item_id(row))))
            lists[n].push_back(*known);
        }
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  return lists;
}

void AddAccuracy(const std::string& name, const ListQuality& quality,
                 std::optional<AccuracyBars> bars, Report* report) {
  report->Add(PlainFigure(name + ": R@20", quality.recall, "share",
                          bars ? std::optional(AtLeast(bars->recall)) : std::nullopt));
  report->Add(PlainFigure(name + ": N@20", quality.ndcg, "share",
                          bars ? std::optional(AtLeast(bars->ndcg)) : std::nullopt));
  report->Add(PlainFigure(name + ": tail R@20", quality.tail_recall, "share"));
  report->Add(PlainFigure(name + ": coverage", quality.coverage, "share"));
}

double PerCent(double served, double exact) {
  return exact == 0 ? (served == 0 ? 0 : 100) : 100 * std::fabs(served - exact) / exact;
}

void AddDifference(const std::string& name, const ListQuality& served, const ListQuality& exact,
                   bool with_bar, Report* report) {
  const std::optional<Bar> bar = with_bar ? std::optional(AtMost(kServedDifference)) : std::nullopt;
  Figure recall = PlainFigure(name + ": R@20 served against exact scoring",
                              PerCent(served.recall, exact.recall), "%", bar);
  recall.note = "exact " + FormatValue(exact.recall);
  report->Add(recall);
  Figure ndcg = PlainFigure(name + ": N@20 served against exact scoring",
                            PerCent(served.ndcg, exact.ndcg), "%", bar);
  ndcg.note = "exact " + FormatValue(exact.ndcg);
  report->Add(ndcg);
}

// The first notch that holds all three; if none does, the one whose worst shortfall is least.
int PickNotch(const std::vector<ListQuality>& notches, const DialBars& bars) {
  int best = 0;
  double best_margin = -1e9;
  for (std::size_t notch = 0; notch < notches.size(); ++notch) {
    const double margin = std::min({notches[notch].recall / bars.recall,
                                    notches[notch].tail_recall / bars.tail_recall,
                                    notches[notch].coverage / bars.coverage});
    if (margin >= 1) return static_cast<int>(notch);
    if (margin > best_margin) {
      best_margin = margin;
      best = static_cast<int>(notch);
    }
  }
  return best;
}

void AddNotch(const std::string& name, int notch, const ListQuality& quality, const DialBars& bars,
              Report* report) {
  for (Figure figure :
       {PlainFigure(name + ": R@20", quality.recall, "share", AtLeast(bars.recall)),
        PlainFigure(name + ": tail R@20", quality.tail_recall, "share", AtLeast(bars.tail_recall)),
        PlainFigure(name + ": coverage", quality.coverage, "share", AtLeast(bars.coverage))}) {
    figure.note = absl::StrCat("notch ", notch);
    report->Add(figure);
  }
}

void AddDial(const std::string& name, const std::vector<ListQuality>& notches, Report* report) {
  Curve curve{.title = name + ": what each notch of the dial costs and buys",
              .x_name = "tail R@20",
              .y_name = "R@20",
              .points = {}};
  for (std::size_t notch = 0; notch < notches.size(); ++notch) {
    AddAccuracy(absl::StrCat(name, ", notch ", notch), notches[notch], std::nullopt, report);
    curve.points.push_back(
        {notches[notch].tail_recall, notches[notch].recall, std::to_string(notch)});
  }
  report->curves.push_back(std::move(curve));
}

class SetRun {
 public:
  static absl::Status Take(const Settings& settings, const SetDescriptor& set, const Run& run,
                           Report* report) {
    SetRun taken(settings, set, run, report);
    return taken.TakeFigures();
  }

 private:
  SetRun(const Settings& settings, const SetDescriptor& set, const Run& run, Report* report)
      : settings_(settings), set_(set), run_(run), report_(report) {}

  absl::Status TakeFigures() {
    COFILTER_ASSIGN_OR_RETURN(served_, ServedSet::Open(settings_, set_, "served-quality", Say));
    if (!run_.parameters.empty()) {
      COFILTER_RETURN_IF_ERROR(served_->TrainAndServe(run_.parameters));
      COFILTER_RETURN_IF_ERROR(
          TakeOne(set_.name + ", given", run_.plan.given, run_.all_notches, run_.plan.dial));
    }
    if (run_.plan.chosen.has_value() || run_.parameters.empty()) {
      COFILTER_RETURN_IF_ERROR(served_->TrainAndServe(""));
      COFILTER_RETURN_IF_ERROR(TakeOne(set_.name + ", chosen", run_.plan.chosen,
                                       run_.parameters.empty() && run_.all_notches, std::nullopt));
    }
    return absl::OkStatus();
  }

  const SetData& data() const { return served_->data(); }

  ListQuality Exact(int notch) const {
    return served_->meter().Measure(ScoreEverybody(served_->op(), data(), served_->meter(), notch));
  }

  // Fails when a list was made in any other way than by the operator.
  absl::StatusOr<ListQuality> Served(int notch) const {
    COFILTER_ASSIGN_OR_RETURN(const Lists lists, served_->Ask(EveryTestMember(data()), notch));
    if (served_->unpersonalised() > 0) {
      return absl::InternalError(
          absl::StrCat(served_->unpersonalised(), " lists have no personal part"));
    }
    return served_->meter().Measure(lists);
  }

  absl::Status TakeOne(const std::string& name, const std::optional<AccuracyBars>& bars,
                       bool all_notches, const std::optional<DialBars>& dial) {
    Say(absl::StrCat(name, ": asking ", data().test.size(), " members",
                     all_notches ? " at every notch" : ""));
    std::vector<ListQuality> notches;
    for (int notch = 0; notch < (all_notches ? models::kNotches : 1); ++notch) {
      COFILTER_ASSIGN_OR_RETURN(const ListQuality quality, Served(notch));
      notches.push_back(quality);
    }
    AddAccuracy(name, notches[0], run_.with_bars ? bars : std::nullopt, report_);
    AddDifference(name, notches[0], Exact(0), run_.with_bars, report_);
    if (!all_notches) return absl::OkStatus();
    if (dial.has_value()) {
      const int picked = PickNotch(notches, *dial);
      AddNotch(name + ", one notch", picked, notches[static_cast<std::size_t>(picked)], *dial,
               report_);
      AddDifference(name + ", one notch", notches[static_cast<std::size_t>(picked)], Exact(picked),
                    run_.with_bars, report_);
    }
    AddDial(name, notches, report_);
    return absl::OkStatus();
  }

  const Settings& settings_;
  const SetDescriptor& set_;
  const Run& run_;
  Report* const report_;
  std::unique_ptr<ServedSet> served_;
};

// The figures that are missing with their set.
std::vector<std::pair<std::string, Bar>> BarsOf(const Plan& plan) {
  std::vector<std::pair<std::string, Bar>> bars;
  const auto add = [&](const std::string& name, const std::optional<AccuracyBars>& accuracy) {
    if (!accuracy) return;
    bars.emplace_back(name + ": R@20", AtLeast(accuracy->recall));
    bars.emplace_back(name + ": N@20", AtLeast(accuracy->ndcg));
  };
  add(plan.set + ", given", plan.given);
  add(plan.set + ", chosen", plan.chosen);
  if (plan.dial) {
    bars.emplace_back(plan.set + ", given, one notch: R@20", AtLeast(plan.dial->recall));
    bars.emplace_back(plan.set + ", given, one notch: tail R@20", AtLeast(plan.dial->tail_recall));
    bars.emplace_back(plan.set + ", given, one notch: coverage", AtLeast(plan.dial->coverage));
  }
  return bars;
}

}  // namespace

absl::StatusOr<Report> RunServedQuality(const Settings& settings) {
  Report report{.bench = "served-quality", .figures = {}, .conditions = {}, .curves = {}};
  if (settings.set_directory.has_value() || settings.smoke) {
    COFILTER_ASSIGN_OR_RETURN(const SetDescriptor set, ResolveSet(settings, "smoke"));
    const Run run{.plan = {.set = set.name, .given = {}, .chosen = {}, .dial = {}},
                  .with_bars = false,
                  .all_notches = true,
                  .parameters = ""};
    COFILTER_RETURN_IF_ERROR(SetRun::Take(settings, set, run, &report));
  } else {
    for (const Plan& plan : Plans()) {
      if (settings.set_name.has_value() && plan.set != *settings.set_name) continue;
      const absl::StatusOr<SetDescriptor> set = ResolveSet(settings, plan.set);
      if (absl::IsNotFound(set.status())) {
        AddMissing(set.status(), BarsOf(plan), &report);
        continue;
      }
      COFILTER_RETURN_IF_ERROR(set.status());
      const Run run{.plan = plan,
                    .with_bars = true,
                    .all_notches = plan.dial.has_value(),
                    .parameters = ParameterFile(settings, plan.set)};
      COFILTER_RETURN_IF_ERROR(SetRun::Take(settings, *set, run, &report));
    }
  }
  report.conditions = {
      absl::StrCat(
          "every test member asked for ", kListLength, " through RecommendItems, ", kCallsInFlight,
          " calls in flight; training items excluded; test items unknown to training stay in the "
          "denominator"),
      "given: the committed parameter file of the set, which says on what it was chosen; chosen: "
      "by the trainer on "
      "a validation part of the training data",
      "exact scoring: the operator's scores of all items, ranked here, without the server"};
  return report;
}

}  // namespace cofilter::bench
