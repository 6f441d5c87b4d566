// learning: next courses through the API, trained by one command line for every set, and what each
// part of order and time bought on the validation part.
#include <filesystem>
#include <iostream>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "bench/benchmark.h"
#include "bench/generated_set.h"
#include "bench/list_quality.h"
#include "bench/server_process.h"
#include "bench/service_client.h"
#include "bench/set_data.h"
#include "bench/training_run.h"
#include "models/artifact.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

constexpr int kCallsInFlight = 8;

struct Plan {
  const char* set;
  double recall;
  double ndcg;
};
constexpr Plan kPlans[] = {
    {"mooccubex-enrolments", .425, .235},
    {"coco-learning-last", .200, .098},
    {"coco-learning-time", .149, .077},
};

using Lists = std::vector<std::vector<std::uint32_t>>;

absl::StatusOr<Lists> AskEverybody(const ServiceClient& client, const SetData& set,
                                   const QualityMeter& meter) {
  Lists lists(set.test.size());
  COFILTER_RETURN_IF_ERROR(
      ForEachInFlight(set.test.size(), kCallsInFlight, [&](std::size_t n) -> absl::Status {
        v1::RecommendItemsRequest request;
        request.set_member_id(set.train.member_ids[set.test[n].member]);
        request.set_surface(kSurface);
        request.set_count(kListLength);
        request.set_dial(0);
        request.set_max_reasons(0);
        COFILTER_ASSIGN_OR_RETURN(const v1::RecommendItemsResponse response,
                                  client.Recommend(request));
        for (const v1::RecommendedItem& item : response.recommendation().items()) {
          if (const auto row = meter.RowOf(item.item_id())) lists[n].push_back(*row);
        }
        return absl::OkStatus();
      }));
  return lists;
}

// What the trainer's report says of each part: the share by which it raised recall + NDCG.
absl::Status AddParts(const std::string& set, const std::string& report_path, Report* report) {
  COFILTER_ASSIGN_OR_RETURN(const std::string text, runtime::ReadFile(report_path));
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return absl::InternalError(absl::StrCat(report_path, " is no report"));
  const auto accuracy = [](const nlohmann::json& measures) {
    return measures["recall"].get<double>() + measures["ndcg"].get<double>();
  };
  const auto both = [](const nlohmann::json& measures) {
    return absl::StrCat(FormatValue(measures["recall"].get<double>()), "/",
                        FormatValue(measures["ndcg"].get<double>()));
  };
  for (const nlohmann::json& part : json["operators"][0]["validation"]["parts"]) {
    const double without = accuracy(part["without"]);
    Figure figure = PlainFigure(
        absl::StrCat(set, ", validation: gain of ", part["part"].get<std::string>()),
        without > 0 ? 100 * (accuracy(part["with"]) / without - 1) : 0, "%", std::nullopt);
    figure.note = absl::StrCat(both(part["with"]), " with, ", both(part["without"]), " without");
    report->Add(std::move(figure));
  }
  return absl::OkStatus();
}

absl::Status TakeSet(const Settings& settings, const SetDescriptor& set,
                     const std::optional<Plan>& bars, Report* report) {
  std::cerr << "learning: " << set.name << "\n";
  COFILTER_ASSIGN_OR_RETURN(const SetData data, LoadSet(set));
  const QualityMeter meter(data);
  const std::string models = absl::StrCat(settings.work_directory, "/learning-models-", set.name);
  COFILTER_ASSIGN_OR_RETURN(const TrainedModel trained, TrainOnSet(settings, set, "", models));
  COFILTER_ASSIGN_OR_RETURN(const LoadedOperator loaded, LoadOperator(trained.directory));
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<ServerProcess> server,
                            ServerProcess::Start({.program = settings.programs + "/cofilter-server",
                                                  .directory = absl::StrCat(settings.work_directory,
                                                                            "/learning-", set.name),
                                                  .models_directory = models,
                                                  .operator_name = loaded.op->name(),
                                                  .worker_threads = 0,
                                                  .cpu = std::nullopt}));
  const ServiceClient client(server->client());
  COFILTER_RETURN_IF_ERROR(ImportSet(client, data.train));
  COFILTER_RETURN_IF_ERROR(client.Promote(trained.version));
  COFILTER_ASSIGN_OR_RETURN(const Lists lists, AskEverybody(client, data, meter));
  const ListQuality quality = meter.Measure(lists);
  const auto bar = [&](double Plan::*of) {
    return bars ? std::optional(AtLeast((*bars).*of)) : std::nullopt;
  };
  report->Add(PlainFigure(set.name + ": R@20", quality.recall, "share", bar(&Plan::recall)));
  report->Add(PlainFigure(set.name + ": N@20", quality.ndcg, "share", bar(&Plan::ndcg)));
  report->Add(PlainFigure(set.name + ": tail R@20", quality.tail_recall, "share", std::nullopt));
  report->Add(PlainFigure(set.name + ": coverage", quality.coverage, "share", std::nullopt));
  return AddParts(set.name, models::ReportPath(models, trained.version), report);
}

}  // namespace

absl::StatusOr<Report> RunLearning(const Settings& settings) {
  Report report{.bench = "learning", .figures = {}, .conditions = {}, .curves = {}};
  if (settings.set_directory.has_value() || settings.smoke) {
    COFILTER_ASSIGN_OR_RETURN(const SetDescriptor set, ResolveSet(settings, "smoke"));
    COFILTER_RETURN_IF_ERROR(TakeSet(settings, set, std::nullopt, &report));
  } else {
    for (const Plan& plan : kPlans) {
      const absl::StatusOr<SetDescriptor> set = ResolveSet(settings, plan.set);
      if (absl::IsNotFound(set.status())) {
        AddMissing(set.status(),
                   {{absl::StrCat(plan.set, ": R@20"), AtLeast(plan.recall)},
                    {absl::StrCat(plan.set, ": N@20"), AtLeast(plan.ndcg)}},
                   &report);
        continue;
      }
      COFILTER_RETURN_IF_ERROR(set.status());
      COFILTER_RETURN_IF_ERROR(TakeSet(settings, *set, plan, &report));
    }
  }
  report.conditions = {
      absl::StrCat("every test member asked for ", kListLength,
                   " through RecommendItems, dial 0; training items excluded; test items unknown "
                   "to training stay in the denominator"),
      "parameters chosen by the trainer on a validation part of the training data",
      "gains are of recall@20 + NDCG@20 on that part, each part taken out alone"};
  return report;
}

}  // namespace cofilter::bench
