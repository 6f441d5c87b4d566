// Puts search, numerics and content together.
#include "training/trainer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "data/pair_digest.h"
#include "runtime/status_macros.h"
#include "training/content_training.h"
#include "training/parameter_search.h"
#include "training/seeded_random.h"
#include "training/trend_half_life.h"

namespace cofilter::training {
namespace {

constexpr std::size_t kUnitMembers = 500;

// The dial: target exponents that rise from notch 0 to notch 10, within what operators allow.
std::array<double, models::kNotches> Dial(double start, double rise, const DialShape& shape) {
  std::array<double, models::kNotches> exponents;
  for (int notch = 0; notch < models::kNotches; ++notch) {
    exponents[static_cast<std::size_t>(notch)] =
        std::clamp(start + rise * shape[static_cast<std::size_t>(notch)], -2.0, 2.0);
  }
  return exponents;
}

models::OperatorParameters MakeParameters(const ParameterChoice& choice,
                                          const TrainingSettings& settings) {
  models::OperatorParameters parameters;
  models::ListBlockParameters list;
  list.kind = choice.lists;
  list.source_exponent = choice.point.source_exponent;
  list.target_exponent = Dial(choice.point.target_exponent, choice.dial_q, choice.dial_shape);
  parameters.lists.push_back(list);
  if (choice.relative_directed > 0) {
    models::ListBlockParameters directed;
    directed.kind = models::ListKind::kDirected;
    directed.source_exponent = choice.point.directed_source_exponent;
    directed.target_exponent =
        Dial(choice.point.directed_target_exponent, choice.dial_q, choice.dial_shape);
    parameters.lists.push_back(directed);
  }
  parameters.global.weight = choice.point.global_weight;
  parameters.global.source_exponent = choice.point.global_source_exponent;
  parameters.global.target_exponent =
      Dial(choice.point.global_target_exponent, choice.dial_qo, choice.dial_shape);
  parameters.history.by_rank = choice.point.by_rank;
  parameters.history.by_age = choice.point.by_age;
  parameters.history.limit = settings.history_limit;
  parameters.trend.exponent = choice.point.trend_exponent;
  parameters.evidence.prior_events = choice.point.prior_events;
  return parameters;
}

nlohmann::json PointJson(const ScorePoint& point) {
  return {{"p", point.source_exponent},
          {"q", point.target_exponent},
          {"global_weight", point.global_weight},
          {"pin", point.global_source_exponent},
          {"qo", point.global_target_exponent},
          {"by_rank", point.by_rank},
          {"by_age", point.by_age},
          {"directed_p", point.directed_source_exponent},
          {"directed_q", point.directed_target_exponent},
          {"trend", point.trend_exponent},
          {"prior_events", point.prior_events}};
}

nlohmann::json MeasuresJson(const PointMeasures& measures) {
  return {{"recall", measures.recall}, {"ndcg", measures.ndcg}};
}

nlohmann::json ChoiceJson(const ParameterChoice& choice) {
  nlohmann::json json;
  json["parameters"] = PointJson(choice.point);
  json["parameters"]["lists"] = models::ListKindName(choice.lists);
  json["parameters"]["dial_q"] = choice.dial_q;
  json["parameters"]["dial_qo"] = choice.dial_qo;
  json["parameters"]["directed"] = choice.relative_directed;
  if (choice.trend_half_life_days > 0) {
    json["parameters"]["trend_half_life_days"] = choice.trend_half_life_days;
  }
  json["parameters"]["dial_shape"] = DialShapeText(choice.dial_shape);
  json["dial"]["why"] = choice.dial_why;
  if (choice.dial_effects.has_value()) {
    json["dial"]["recall"] = choice.dial_effects->recall;
    json["dial"]["ndcg"] = choice.dial_effects->ndcg;
    json["dial"]["tail_recall"] = choice.dial_effects->tail_recall;
    json["dial"]["coverage"] = choice.dial_effects->coverage;
  }
  json["relative_weight"] = choice.relative_weight;
  json["why"] = choice.why;
  json["validation"]["members"] = choice.validation_members;
  nlohmann::json& tried = json["validation"]["tried"] = nlohmann::json::array();
  for (const TriedPoint& point : choice.tried) {
    nlohmann::json row = PointJson(point.point);
    row["lists"] = models::ListKindName(point.lists);
    row["directed_weight"] = point.point.directed_weight;
    row["recall"] = point.measures.recall;
    row["ndcg"] = point.measures.ndcg;
    row["tail_recall"] = point.measures.tail_recall;
    row["coverage"] = point.measures.coverage;
    tried.push_back(std::move(row));
  }
  nlohmann::json& parts = json["validation"]["parts"] = nlohmann::json::array();
  for (const PartGain& gain : choice.gains) {
    parts.push_back({{"part", gain.part},
                     {"members", gain.members},
                     {"with", MeasuresJson(gain.with)},
                     {"without", MeasuresJson(gain.without)}});
  }
  nlohmann::json& evidence = json["validation"]["evidence"] = nlohmann::json::array();
  for (const EvidenceGain& gain : choice.evidence) {
    evidence.push_back({{"events", gain.events},
                        {"members", gain.members},
                        {"with", MeasuresJson(gain.with)},
                        {"without", MeasuresJson(gain.without)},
                        {"popularity", MeasuresJson(gain.popularity)}});
  }
  return json;
}

nlohmann::json ContentJson(const ContentTraining& content) {
  nlohmann::json json = {{"why", content.why},
                         {"items_with_text", content.items_with_text},
                         {"gain", content.parameters.gain},
                         {"assumed_rel", content.parameters.assumed_rel},
                         {"ridge", content.parameters.ridge},
                         {"smoothing", content.parameters.smoothing},
                         {"feature_weights", content.parameters.feature_weights},
                         {"calibration_pairs", content.calibration_pairs}};
  if (content.tried.empty()) return json;
  nlohmann::json& held_out = json["held_out"];
  held_out = {{"items", content.held_out_items},
              {"members", content.held_out_members},
              {"cut", content.cut},
              {"recall", content.recall},
              {"by_chance",
               static_cast<double>(content.cut) / static_cast<double>(content.held_out_items)}};
  nlohmann::json& tried = held_out["tried"] = nlohmann::json::array();
  for (const TriedContent& point : content.tried) {
    tried.push_back({{"ridge", point.ridge},
                     {"smoothing", point.smoothing},
                     {"feature_weights", point.weights},
                     {"recall", point.recall}});
  }
  return json;
}

// The units that the chosen shares are measured in, on these numbers.
struct Units {
  double global = 1;
  double directed = 1;
};
Units UnitsOf(const ScorePoint& point, const TrainedNumbers& numbers, const data::Dataset& dataset,
              const TrainingSettings& settings, runtime::ThreadPool* pool) {
  ScoreGrid::Inputs inputs;
  for (const models::ListBlockArrays& lists : numbers.lists) inputs.lists.push_back(&lists);
  if (numbers.lists.size() > 1) inputs.directed = 1;
  inputs.embeddings = &numbers.vectors.items;
  inputs.degrees = numbers.degrees;
  inputs.order = dataset.order;
  inputs.now = dataset.cutoff;
  inputs.history_limit = settings.history_limit;
  std::vector<GridMember> members;
  for (const std::uint32_t m : SampleRows(dataset.members(), kUnitMembers, settings.seed)) {
    members.push_back({dataset.of(m), {}});
  }
  const ScoreGrid grid(std::move(inputs));
  return {GlobalWeightUnit(grid, point, members, pool),
          DirectedWeightUnit(grid, point, members, pool)};
}

// What is given leaves nothing to choose.
bool AllGiven(const GivenParameters& given, data::Order order) {
  return given.lists.has_value() && given.p.has_value() && given.q.has_value() &&
         given.global_weight.has_value() &&
         (*given.global_weight == 0 || (given.pin.has_value() && given.qo.has_value())) &&
         (order == data::Order::kNone ||
          (given.by_rank.has_value() && given.directed.has_value())) &&
         (order != data::Order::kTime || (given.by_age.has_value() && given.trend.has_value())) &&
         given.prior_events.has_value();
}

}  // namespace

absl::StatusOr<TrainedOperator> TrainOperator(const TrainingSettings& settings,
                                              const data::Dataset& dataset,
                                              std::span<const data::Item> catalogue,
                                              runtime::ThreadPool* pool, const Narrator& narrator) {
  COFILTER_RETURN_IF_ERROR(settings.Validate());
  std::vector<PartTime> times;
  ParameterChoice choice = DefaultParameters(settings, dataset.items());
  if (settings.search && !AllGiven(settings.given, dataset.order)) {
    PartTimer timer(narrator, "search: ");
    COFILTER_ASSIGN_OR_RETURN(choice, ChooseParameters(settings, dataset, pool, &timer));
    times = timer.Take();
  }

  PartTimer timer(narrator, "");
  TrainedOperator trained;
  models::OperatorArrays& arrays = trained.arrays;
  arrays.name = settings.name;
  arrays.parameters = MakeParameters(choice, settings);
  arrays.item_ids = dataset.item_ids;
  arrays.members = dataset.members();
  arrays.interactions = dataset.interactions.size();
  arrays.facts.data_digest = data::PairDigest::Of(dataset).Hex();
  arrays.facts.dial = choice.dial_effects;
  std::vector<ListPlan> plans;
  for (const models::ListBlockParameters& list : arrays.parameters.lists) {
    plans.push_back({list.kind, {list.target_exponent.front(), list.target_exponent.back()}});
  }
  // Embeddings also carry items that are born after the training, so they are made where g is 0,
  // too.
  COFILTER_ASSIGN_OR_RETURN(
      TrainedNumbers numbers,
      TrainNumbers(dataset, settings, plans, /*with_vectors=*/true, pool, &timer));
  // What was chosen are shares; the weights themselves belong to these numbers.
  const bool shares = !settings.given.global_weight.has_value() || choice.relative_directed > 0;
  const Units units = shares ? UnitsOf(choice.point, numbers, dataset, settings, pool) : Units{};
  if (!settings.given.global_weight.has_value()) {
    choice.point.global_weight = choice.relative_weight * units.global;
    arrays.parameters.global.weight = choice.point.global_weight;
  }
  if (choice.relative_directed > 0) {
    arrays.parameters.lists[1].weight = choice.relative_directed * units.directed;
  }
  arrays.degrees = std::move(numbers.degrees);
  arrays.trend = arrays.degrees;
  if (dataset.order == data::Order::kTime) {
    timer.Begin("trend");
    if (choice.trend_half_life_days == 0) {
      choice.trend_half_life_days = settings.trend_half_life_days > 0
                                        ? settings.trend_half_life_days
                                        : FitTrendHalfLife(dataset, pool);
    }
    arrays.trend = DecayedCounts(dataset, dataset.cutoff, choice.trend_half_life_days);
  }
  arrays.lists = std::move(numbers.lists);
  const TallMatrix& vectors = numbers.vectors.items;
  arrays.dim = static_cast<std::uint32_t>(vectors.cols());
  arrays.embeddings.assign(vectors.data(), vectors.data() + vectors.size());

  timer.Begin("content");
  ContentTrainingSettings content_settings;
  content_settings.buckets = settings.content_buckets;
  content_settings.ridge = settings.content_lambda;
  content_settings.search = settings.search;
  content_settings.pair_limit = settings.pair_limit;
  content_settings.seed = settings.seed;
  ContentTraining content = TrainContent(arrays, dataset, catalogue, content_settings, pool);
  arrays.content = std::move(content.content);
  arrays.relation = std::move(content.relation);
  arrays.parameters.content = content.parameters;
  COFILTER_RETURN_IF_ERROR(arrays.parameters.Validate());
  for (PartTime& time : timer.Take()) times.push_back(std::move(time));

  nlohmann::json& report = trained.report;
  report = ChoiceJson(choice);
  report["name"] = settings.name;
  report["seed"] = settings.seed;
  report["members"] = arrays.members;
  report["items"] = arrays.item_ids.size();
  report["interactions"] = arrays.interactions;
  report["dim"] = arrays.dim;
  report["list_entries"] = nlohmann::json::array();
  for (const models::ListBlockArrays& list : arrays.lists) {
    report["list_entries"].push_back(list.targets.size());
  }
  report["content"] = ContentJson(content);
  nlohmann::json& seconds = report["seconds"] = nlohmann::json::object();
  for (const PartTime& time : times) seconds[time.part] = time.seconds;
  return trained;
}

}  // namespace cofilter::training
