// surfaces: two surfaces, one member. Whether reading helps learning and the other way round, at
// several strengths of a planted cross interest; and whether much news drowns courses.
#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/benchmark.h"
#include "bench/mixed_history.h"
#include "bench/surface_volume.h"
#include "data/generator.h"
#include "data/interactions.h"
#include "runtime/status_macros.h"
#include "runtime/thread_pool.h"

namespace cofilter::bench {
namespace {

constexpr std::array<double, 3> kStrengths = {0, 0.5, 1};
// Of the other kind's interactions; 0 first, so that it wins a tie: off where it does not help.
constexpr std::array<double, 5> kOtherWeights = {0, 0.03, 0.1, 0.3, 1};

struct TwoKinds {
  data::Dataset log;
  std::vector<bool> learning;  // by item
};

absl::StatusOr<TwoKinds> Generate(double cross_interest, bool smoke) {
  data::OrganisationSettings settings;
  settings.members = smoke ? 80 : 2'000;
  settings.items = smoke ? 100 : 1'500;
  settings.days = smoke ? 5 : 30;
  settings.events = smoke ? 4'000 : 250'000;
  settings.cross_interest = cross_interest;
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<data::Organisation> organisation,
                            data::Organisation::Create(settings));
  data::DatasetBuilderOptions options;
  // Opening says little, on either surface.
  options.weights = data::VerbWeights::News();
  options.weights.of(data::Verb::kSubscribe) = 1;
  options.order = data::Order::kNone;
  COFILTER_ASSIGN_OR_RETURN(data::DatasetBuilder builder, data::DatasetBuilder::Create(options));
  for (std::uint32_t day = 0; day < settings.days; ++day) {
    COFILTER_RETURN_IF_ERROR(organisation->ForEachEventOfDay(day, [&](const data::Event& event) {
      builder.Add(event);
      return absl::OkStatus();
    }));
  }
  std::map<std::string, data::ItemKind, std::less<>> kinds;
  for (const data::Item& item : organisation->Items()) kinds[item.item_id] = item.kind;
  TwoKinds two;
  COFILTER_ASSIGN_OR_RETURN(two.log, std::move(builder).Build());
  for (const std::string& id : two.log.item_ids) {
    const data::ItemKind kind = kinds.at(id);
    two.learning.push_back(kind != data::ItemKind::kNews && kind != data::ItemKind::kArticle);
  }
  return two;
}

double Sum(const OwnAccuracy& accuracy) { return accuracy.recall + accuracy.ndcg; }
// Of everybody asked.
double Objective(const MixedAccuracy& accuracy) {
  const auto known = static_cast<double>(accuracy.known.members);
  const auto newcomers = static_cast<double>(accuracy.newcomers.members);
  if (known + newcomers == 0) return 0;
  return (known * Sum(accuracy.known) + newcomers * Sum(accuracy.newcomers)) / (known + newcomers);
}

// The weight that ranks a validation part of the training data best.
absl::StatusOr<double> ChooseWeight(const data::Dataset& log, const std::vector<bool>& own,
                                    const OwnHoldOut& test, runtime::ThreadPool* pool) {
  const OwnHoldOut validation = HoldOutOwn(log, own, /*seed=*/2, &test);
  double best = -1;
  double chosen = 0;
  for (const double weight : kOtherWeights) {
    COFILTER_ASSIGN_OR_RETURN(const MixedAccuracy found,
                              MeasureMixture(log, own, validation, &test, weight, pool));
    if (Objective(found) > best) {
      best = Objective(found);
      chosen = weight;
    }
  }
  return chosen;
}

std::string Both(const OwnAccuracy& accuracy) {
  return absl::StrCat(FormatValue(accuracy.recall), "/", FormatValue(accuracy.ndcg));
}

void AddGroup(const std::string& name, const OwnAccuracy& alone, const OwnAccuracy& both,
              const OwnAccuracy& weighted, double weight, Report* report) {
  report->Add(PlainFigure(name + ", own kind alone: R@20", alone.recall, "share", std::nullopt,
                          absl::StrCat("R/N ", Both(alone), ", ", alone.members, " members")));
  const auto gain = [&](const OwnAccuracy& one) {
    return Sum(alone) > 0 ? 100 * (Sum(one) / Sum(alone) - 1) : 0;
  };
  report->Add(PlainFigure(name + ": gain of the other kind, weight 1", gain(both), "%",
                          std::nullopt, absl::StrCat("R/N ", Both(both))));
  report->Add(PlainFigure(
      name + ": gain of the other kind, chosen weight", gain(weighted), "%", std::nullopt,
      absl::StrCat("R/N ", Both(weighted), ", weight ", weight, weight > 0 ? "" : ": off")));
}

absl::Status TakeCrossInterest(double strength, bool smoke, runtime::ThreadPool* pool,
                               Report* report) {
  COFILTER_ASSIGN_OR_RETURN(const TwoKinds two, Generate(strength, smoke));
  for (const bool learning : {true, false}) {
    std::cerr << "surfaces: cross interest " << strength << ", " << (learning ? "learning" : "news")
              << "\n";
    std::vector<bool> own = two.learning;
    if (!learning) own.flip();
    const OwnHoldOut test = HoldOutOwn(two.log, own, /*seed=*/1);
    COFILTER_ASSIGN_OR_RETURN(const double weight, ChooseWeight(two.log, own, test, pool));
    COFILTER_ASSIGN_OR_RETURN(const MixedAccuracy alone,
                              MeasureMixture(two.log, own, test, nullptr, 0, pool));
    COFILTER_ASSIGN_OR_RETURN(const MixedAccuracy both,
                              MeasureMixture(two.log, own, test, nullptr, 1, pool));
    COFILTER_ASSIGN_OR_RETURN(const MixedAccuracy weighted,
                              MeasureMixture(two.log, own, test, nullptr, weight, pool));
    const std::string name =
        absl::StrCat(learning ? "learning" : "news", ", cross interest ", strength);
    AddGroup(name + ", known", alone.known, both.known, weighted.known, weight, report);
    AddGroup(name + ", new to the surface", alone.newcomers, both.newcomers, weighted.newcomers,
             weight, report);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Report> RunSurfaces(const Settings& settings) {
  Report report{.bench = "surfaces", .figures = {}, .conditions = {}, .curves = {}};
  report.conditions = {
      "generated organisations: each of a member's interests in learning is that in news with the "
      "probability told (cofilter generate --cross-interest), else drawn without regard to it",
      "the test: a fifth of the own kind's interactions of each member, and all of them of a fifth "
      "of the members, who are new to the surface; lists of 20 of the own kind by exact scores, "
      "default parameters; who has no history gets what is popular",
      "the chosen weight: the best of 0, 0.03, 0.1, 0.3 and 1 by R + N on a validation part of the "
      "training data, cut the same way"};
  runtime::ThreadPool pool(std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
  for (const double strength : kStrengths) {
    COFILTER_RETURN_IF_ERROR(TakeCrossInterest(strength, settings.smoke, &pool, &report));
  }
  COFILTER_RETURN_IF_ERROR(TakeNewsVolume(settings, &report));
  return report;
}

}  // namespace cofilter::bench
