// Coordinate search by exact scoring over the dial's parameters.
#include "training/parameter_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/status_macros.h"
#include "training/seeded_random.h"
#include "training/trend_half_life.h"
#include "training/validation_part.h"

namespace cofilter::training {
namespace {

constexpr double kSearchTolerance = 0.02;
constexpr std::size_t kLeastMembers = 20;
// Enough for a cost of one per cent to stand out; a sample in the order of the rows is as good as
// any.
constexpr std::size_t kDialMembers = 5000;
// The lists of the search must hold their targets wherever the grids and the dial look.
constexpr DialEnds kSearchEnds{0, kLargestRise};
constexpr double kTrendMoment = 0.8;
// A factor on personal scores may want a longer memory than popularity alone.
constexpr std::array<double, 3> kFactorHalfLives = {30, 60, 120};

// What the weight of the global term is measured in, see GlobalWeightUnit.
double DefaultRelativeWeight(models::ListKind kind) {
  return kind == models::ListKind::kLocal ? 0.3 : 0.1;
}

// The weight itself is left to the caller unless it is given.
ScorePoint StartOf(models::ListKind kind, const GivenParameters& given) {
  ScorePoint point;
  const bool local = kind == models::ListKind::kLocal;
  point.source_exponent = given.p.value_or(local ? 0.65 : 0.0);
  point.target_exponent = given.q.value_or(local ? 0.2 : 0.1);
  point.global_weight = given.global_weight.value_or(0.0);
  point.global_source_exponent = given.pin.value_or(0.65);
  point.global_target_exponent = given.qo.value_or(-0.4);
  point.by_rank = given.by_rank.value_or(0.0);
  point.by_age = given.by_age.value_or(0.0);
  point.directed_source_exponent = given.directed_p.value_or(point.directed_source_exponent);
  point.directed_target_exponent = given.directed_q.value_or(point.directed_target_exponent);
  return point;
}

class Search {
 public:
  Search(const TrainingSettings& settings, const TrainedNumbers& numbers, const ScoreGrid& grid,
         std::span<const GridMember> members, runtime::ThreadPool* pool)
      : given_(settings.given),
        numbers_(numbers),
        grid_(grid),
        members_(members),
        pool_(pool),
        walk_(grid, numbers.kinds, members, pool) {}

  // The best point found for one kind of list.
  TriedPoint Walk(int list) {
    const models::ListKind kind = numbers_.kinds[static_cast<std::size_t>(list)];
    ScorePoint best = StartOf(kind, given_);
    best.list = list;
    const double unit = GlobalWeightUnit(grid_, best, members_, pool_);
    if (!given_.global_weight.has_value()) best.global_weight = DefaultRelativeWeight(kind) * unit;
    for (int round = 0; round < 2; ++round) {
      Try(given_.q, &ScorePoint::target_exponent, {0, 0.1, 0.2, 0.3}, &best);
      Try(given_.global_weight, &ScorePoint::global_weight,
          {0, 0.05 * unit, 0.1 * unit, 0.2 * unit, 0.4 * unit, 0.8 * unit}, &best);
      Try(given_.qo, &ScorePoint::global_target_exponent, {-0.6, -0.5, -0.4, -0.3, -0.2}, &best, -1,
          1);
      if (round == 0 && kind == models::ListKind::kLocal) TrySources({0.35, 0.5, 0.65, 0.8}, &best);
    }
    return walk_.Measured(best);
  }

  PointWalk* walk() { return &walk_; }

 private:
  void Try(const std::optional<double>& given, double ScorePoint::*field,
           const std::vector<double>& values, ScorePoint* best, double low = 0, double high = 2) {
    walk_.Try(given, field, values, best, low, high);
  }

  // The two source exponents move together: apart they fit the validation part and lose on the
  // test.
  void TrySources(const std::vector<double>& values, ScorePoint* best) {
    walk_.TryWith(
        [this](double value, ScorePoint* point) {
          if (!given_.p.has_value()) point->source_exponent = value;
          if (!given_.pin.has_value()) point->global_source_exponent = value;
        },
        values, best, 0, 1.5);
  }

  const GivenParameters given_;
  const TrainedNumbers& numbers_;
  const ScoreGrid& grid_;
  const std::span<const GridMember> members_;
  runtime::ThreadPool* const pool_;
  PointWalk walk_;
};

// Calibrates the dial around a point.
void PlaceNotches(double cost, const ScoreGrid& grid, const ScorePoint& start,
                  std::span<const GridMember> members, runtime::ThreadPool* pool,
                  ParameterChoice* choice) {
  const DialCalibration dial = CalibrateDial(cost, [&](std::span<const DialRise> rises) {
    std::vector<ScorePoint> points;
    for (const DialRise& rise : rises) {
      ScorePoint& point = points.emplace_back(start);
      point.target_exponent += rise.lists;
      point.global_target_exponent += rise.global;
      point.directed_target_exponent += rise.lists;
    }
    return grid.Measure(points, members, PointWalk::kListLength, pool);
  });
  choice->dial_q = dial.rise.lists;
  choice->dial_qo = dial.rise.global;
  choice->dial_shape = dial.shape;
  choice->dial_why = dial.why;
  models::DialEffects& effects = choice->dial_effects.emplace();
  for (std::size_t notch = 0; notch < dial.notches.size(); ++notch) {
    effects.recall[notch] = dial.notches[notch].recall;
    effects.ndcg[notch] = dial.notches[notch].ndcg;
    effects.tail_recall[notch] = dial.notches[notch].tail_recall;
    effects.coverage[notch] = dial.notches[notch].coverage;
  }
}

}  // namespace

double GlobalWeightUnit(const ScoreGrid& grid, const ScorePoint& point,
                        std::span<const GridMember> members, runtime::ThreadPool* pool) {
  const ScoreGrid::Spreads spreads = grid.MeasureSpreads(point, members, pool);
  return spreads.lists > 0 && spreads.global > 0 ? spreads.lists / spreads.global : 1.0;
}

ParameterChoice DefaultParameters(const TrainingSettings& settings, std::size_t items) {
  ParameterChoice choice;
  choice.lists = settings.given.lists.value_or(items > 0 && !settings.RidgeIsLarge(items)
                                                   ? models::ListKind::kRidge
                                                   : models::ListKind::kLocal);
  choice.point = StartOf(choice.lists, settings.given);
  choice.relative_weight = DefaultRelativeWeight(choice.lists);
  choice.relative_directed = settings.given.directed.value_or(0.0);
  choice.point.trend_exponent = settings.given.trend.value_or(0.0);
  choice.point.prior_events = settings.given.prior_events.value_or(0.0);
  choice.dial_q = settings.given.dial_q.value_or(choice.dial_q);
  choice.dial_qo = settings.given.dial_qo.value_or(choice.dial_qo);
  choice.dial_shape = settings.given.dial_shape.value_or(choice.dial_shape);
  choice.dial_effects = settings.given.dial_effects;
  choice.why = "as given, and the defaults for what was not given";
  return choice;
}

absl::StatusOr<ParameterChoice> ChooseParameters(const TrainingSettings& settings,
                                                 const data::Dataset& dataset,
                                                 runtime::ThreadPool* pool, PartTimer* timer) {
  ParameterChoice choice = DefaultParameters(settings, dataset.items());
  timer->Begin("validation part");
  const ValidationPart part = HoldOutValidation(dataset, settings.search_share, settings.seed);
  std::vector<std::uint32_t> askable;
  for (std::uint32_t m = 0; m < dataset.members(); ++m) {
    if (!part.held_out[m].empty()) askable.push_back(m);
  }
  if (askable.size() < kLeastMembers) {
    choice.why =
        absl::StrCat("the defaults: only ", askable.size(),
                     " members have two interactions or more, and a choice needs ", kLeastMembers);
    return choice;
  }
  std::vector<GridMember> members;
  std::vector<std::uint32_t> member_rows;
  for (const std::uint32_t at :
       SampleRows(askable.size(), settings.search_members, settings.seed)) {
    members.push_back({part.train.of(askable[at]), {part.held_out[askable[at]], 0}});
    member_rows.push_back(askable[at]);
  }

  std::vector<models::ListKind> kinds = {models::ListKind::kLocal};
  if (settings.given.lists.has_value()) {
    kinds = {*settings.given.lists};
  } else if (settings.MayUseRidge(dataset.items(), dataset.interactions.size())) {
    kinds.push_back(models::ListKind::kRidge);
  }
  std::vector<ListPlan> plans;
  for (const models::ListKind kind : kinds) plans.push_back({kind, kSearchEnds});
  const bool with_directed = dataset.order != data::Order::kNone && settings.given.directed != 0.0;
  if (with_directed) plans.push_back({models::ListKind::kDirected, kSearchEnds});
  const bool with_vectors =
      !(settings.given.global_weight.has_value() && *settings.given.global_weight == 0);
  // Which point is best shows with a rougher ridge too, in half of the time.
  TrainingSettings rough = settings;
  rough.ridge_tolerance = std::max(settings.ridge_tolerance, kSearchTolerance);
  COFILTER_ASSIGN_OR_RETURN(const TrainedNumbers numbers,
                            TrainNumbers(part.train, rough, plans, with_vectors, pool, timer));

  timer->Begin("points");
  const CatalogueFacts facts = MakeCatalogueFacts(data::ItemDegrees(part.train), dataset.item_ids);
  ScoreGrid::Inputs inputs;
  for (const models::ListBlockArrays& lists : numbers.lists) inputs.lists.push_back(&lists);
  if (with_directed) inputs.directed = static_cast<int>(kinds.size());
  inputs.embeddings = &numbers.vectors.items;
  inputs.degrees = numbers.degrees;
  inputs.facts = &facts;
  // The trend must look ahead, as it does at serving: it ends before the latest questions are
  // asked.
  runtime::Time moment{};
  std::vector<double> half_lives;
  std::vector<float> trend_base;
  if (dataset.order == data::Order::kTime) {
    moment = MomentAt(part.train, kTrendMoment);
    if (settings.trend_half_life_days > 0) {
      half_lives = {settings.trend_half_life_days};
    } else {
      half_lives = {FitTrendHalfLife(dataset, pool)};
      half_lives.insert(half_lives.end(), kFactorHalfLives.begin(), kFactorHalfLives.end());
    }
    for (const double half_life : half_lives) {
      inputs.trends.push_back(DecayedCounts(part.train, moment, half_life));
    }
    trend_base = CountsUntil(part.train, moment);
    inputs.trend_base = trend_base;
  }
  inputs.order = dataset.order;
  inputs.now = dataset.cutoff;
  inputs.history_limit = settings.history_limit;
  const ScoreGrid grid(std::move(inputs));
  Search search(settings, numbers, grid, members, pool);
  std::optional<TriedPoint> best;
  for (std::size_t list = 0; list < kinds.size(); ++list) {
    const TriedPoint found = search.Walk(static_cast<int>(list));
    if (!best.has_value() || found.measures.accuracy() > best->measures.accuracy()) best = found;
  }
  timer->Begin("order");
  std::vector<GridMember> recent;
  for (std::size_t m = 0; m < members.size(); ++m) {
    if (dataset.order != data::Order::kTime) break;
    if (dataset.of(member_rows[m]).back().at > moment) recent.push_back(members[m]);
  }
  const OrderQuestions questions{
      .dataset = &dataset,
      .members = members,
      .trends = static_cast<int>(std::max<std::size_t>(half_lives.size(), 1)),
      .recent = recent,
      .newcomers = part.newcomers,
      .seed = settings.seed};
  const OrderChoice order =
      ChooseOrder(settings.given, dataset.order, grid, questions, best->point, search.walk(), pool);
  choice.lists = best->lists;
  choice.point = order.point;
  choice.relative_weight =
      order.point.global_weight / GlobalWeightUnit(grid, order.point, members, pool);
  choice.relative_directed = order.relative_directed;
  choice.gains = order.gains;
  choice.evidence = order.evidence;
  const PointMeasures measures = search.walk()->Measured(order.point).measures;
  choice.point.list = 0;
  if (!half_lives.empty()) {
    choice.trend_half_life_days = half_lives[static_cast<std::size_t>(order.point.trend)];
  }
  choice.tried = search.walk()->tried();
  choice.validation_members = members.size();
  const GivenParameters& given = settings.given;
  if (!given.dial_q.has_value() && !given.dial_qo.has_value() && !given.dial_shape.has_value()) {
    timer->Begin("dial");
    PlaceNotches(settings.dial_cost, grid, order.point,
                 std::span(members).first(std::min(members.size(), kDialMembers)), pool, &choice);
  }
  choice.why = absl::StrFormat(
      "the best recall@20 + NDCG@20 (%.4f + %.4f) of %d points on %d validation members",
      measures.recall, measures.ndcg, choice.tried.size(), members.size());
  return choice;
}

}  // namespace cofilter::training
