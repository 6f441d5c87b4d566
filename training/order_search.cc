// Coordinate search over the parts of order and time, then what each of them bought.
#include "training/order_search.h"

#include <algorithm>
#include <array>
#include <functional>

#include "training/seeded_random.h"

namespace cofilter::training {
namespace {

constexpr std::size_t kLeastRecent = 100;
constexpr std::size_t kLeastNewcomers = 20;
constexpr double kLeastTrendGain = 1.005;
constexpr std::array<std::uint32_t, 5> kEvidenceEvents = {1, 2, 3, 5, 10};

constexpr std::array<double, 5> kByRank = {0, 0.25, 0.5, 0.75, 1};
constexpr std::array<double, 4> kByAge = {0, 0.1, 0.2, 0.4};
constexpr std::array<double, 2> kDirectedSources = {1, 0.5};
constexpr std::array<double, 5> kDirectedWeights = {0.3, 0.6, 1, 1.7, 3};
constexpr std::array<double, 2> kDirectedTargets = {0.1, 0.3};
constexpr std::array<double, 4> kTargets = {0, 0.1, 0.2, 0.3};
constexpr std::array<double, 4> kTrends = {0, 0.25, 0.5, 0.75};
constexpr std::array<double, 8> kPriorEvents = {0, 0.03, 0.1, 0.3, 1, 3, 10, 30};

class OrderSearch {
 public:
  OrderSearch(const GivenParameters& given, data::Order order, const ScoreGrid& grid,
              const OrderQuestions& questions, PointWalk* walk, runtime::ThreadPool* pool)
      : given_(given),
        order_(order),
        grid_(grid),
        questions_(questions),
        walk_(*walk),
        pool_(pool) {}

  OrderChoice Choose(const ScorePoint& start) {
    choice_.point = start;
    WeighHistory();
    if (order_ != data::Order::kNone && given_.directed != 0.0) {
      AddDirected();
      WeighHistory();  // the directed lists want the latest steps louder than the others do
      Polish();
    }
    if (order_ == data::Order::kTime) AddTrend();
    AddPrior();
    AddGains();
    return std::move(choice_);
  }

 private:
  void WeighHistory() {
    if (order_ == data::Order::kNone) return;
    walk_.Try(given_.by_rank, &ScorePoint::by_rank, kByRank, &choice_.point);
    if (order_ == data::Order::kTime) {
      walk_.Try(given_.by_age, &ScorePoint::by_age, kByAge, &choice_.point);
    }
  }

  void AddDirected() {
    ScorePoint& best = choice_.point;
    std::vector<ScorePoint> points = {best};
    for (const double source : kDirectedSources) {
      ScorePoint point = best;
      point.directed_source_exponent = given_.directed_p.value_or(source);
      const double unit = DirectedWeightUnit(grid_, point, questions_.members, pool_);
      for (const double target : kDirectedTargets) {
        point.directed_target_exponent = given_.directed_q.value_or(target);
        for (const double weight : kDirectedWeights) {
          point.directed_weight = given_.directed.value_or(weight) * unit;
          points.push_back(point);
        }
      }
    }
    if (given_.directed.has_value()) points.erase(points.begin());  // not without them
    best = walk_.BestOf(points);
    if (best.directed_weight == 0) return;
    choice_.relative_directed =
        best.directed_weight / DirectedWeightUnit(grid_, best, questions_.members, pool_);
  }

  // What was chosen without the directed lists may be another beside them.
  void Polish() {
    ScorePoint& best = choice_.point;
    if (best.directed_weight == 0) return;
    walk_.Try(given_.q, &ScorePoint::target_exponent, kTargets, &best);
    const double global = best.global_weight, directed = best.directed_weight;
    walk_.Try(given_.global_weight, &ScorePoint::global_weight,
              std::array{0.0, 0.5 * global, 2 * global}, &best);
    if (given_.directed.has_value()) return;
    walk_.Try(given_.directed, &ScorePoint::directed_weight,
              std::array{0.7 * directed, 1.4 * directed}, &best);
    choice_.relative_directed =
        best.directed_weight / DirectedWeightUnit(grid_, best, questions_.members, pool_);
  }

  void AddTrend() {
    ScorePoint& best = choice_.point;
    if (given_.trend.has_value()) {
      best.trend_exponent = *given_.trend;
      return;
    }
    if (questions_.recent.size() < kLeastRecent) return;
    std::vector<ScorePoint> points;
    for (int trend = 0; trend < questions_.trends; ++trend) {
      for (const double exponent : kTrends) {
        if (trend > 0 && exponent == 0) continue;
        points.push_back(best);
        points.back().trend_exponent = exponent;
        points.back().trend = trend;
      }
    }
    const std::vector<PointMeasures> measures = Measure(points, questions_.recent);
    std::size_t winner = 0;
    for (std::size_t p = 1; p < points.size(); ++p) {
      if (measures[p].accuracy() > measures[winner].accuracy()) winner = p;
    }
    if (measures[winner].accuracy() >= kLeastTrendGain * measures[0].accuracy())
      best = points[winner];
  }

  // The newcomers' questions, an entry of kEvidenceEvents each. Histories are made here, as order
  // may mean nothing in the log.
  std::vector<std::vector<GridMember>> AskNewcomers() {
    histories_.reserve(questions_.newcomers.size());
    std::vector<std::vector<GridMember>> asked(kEvidenceEvents.size());
    for (const std::uint32_t member : questions_.newcomers) {
      const auto events = questions_.dataset->of(member);
      std::vector<data::Interaction>& history =
          histories_.emplace_back(events.begin(), events.end());
      if (order_ == data::Order::kNone) {
        SeededRandom random(questions_.seed ^ (member * 0x9e3779b97f4a7c15u));
        for (std::size_t left = history.size(); left > 1; --left) {
          std::swap(history[left - 1], history[random.Below(left)]);
        }
      }
      for (std::size_t n = 0; n < kEvidenceEvents.size(); ++n) {
        const std::uint32_t known = kEvidenceEvents[n];
        if (history.size() <= known) break;
        asked[n].push_back(
            {std::span<const data::Interaction>(history).first(known), {{history[known].item}, 0}});
      }
    }
    return asked;
  }

  void AddPrior() {
    ScorePoint& best = choice_.point;
    best.prior_events = given_.prior_events.value_or(0);
    if (questions_.newcomers.size() < kLeastNewcomers) return;
    const std::vector<std::vector<GridMember>> asked = AskNewcomers();
    std::vector<ScorePoint> points;
    for (const double events : kPriorEvents) {
      points.push_back(best);
      points.back().prior_events = events;
    }
    if (given_.prior_events.has_value()) points = {points.front(), best};
    points.emplace_back();  // popularity: the prior with nothing beside it
    points.back().list = -1;
    points.back().prior_events = 1;
    std::vector<std::vector<PointMeasures>> of_newcomers;
    for (const std::vector<GridMember>& members : asked) {
      of_newcomers.push_back(Measure(points, members));
    }
    const std::vector<PointMeasures> of_all = Measure(points, questions_.members);
    const auto worth = [&](std::size_t p) {
      double sum = 0;
      for (const auto& measures : of_newcomers) sum += measures[p].accuracy();
      return sum / static_cast<double>(of_newcomers.size()) + of_all[p].accuracy();
    };
    std::size_t winner = given_.prior_events.has_value() ? 1 : 0;
    for (std::size_t p = 1; !given_.prior_events.has_value() && p + 1 < points.size(); ++p) {
      if (worth(p) > worth(winner)) winner = p;
    }
    best = points[winner];
    for (std::size_t n = 0; n < asked.size(); ++n) {
      if (asked[n].empty()) continue;
      choice_.evidence.push_back({kEvidenceEvents[n], asked[n].size(), of_newcomers[n][winner],
                                  of_newcomers[n].front(), of_newcomers[n].back()});
    }
  }

  void AddGains() {
    const auto add = [&](const char* part, bool on, std::span<const GridMember> members,
                         const std::function<void(ScorePoint*)>& switch_off) {
      if (!on || members.empty()) return;
      std::vector<ScorePoint> points = {choice_.point, choice_.point};
      switch_off(&points[1]);
      const std::vector<PointMeasures> measures = Measure(points, members);
      choice_.gains.push_back({part, members.size(), measures[0], measures[1]});
    };
    const ScorePoint& point = choice_.point;
    add("global", point.global_weight > 0, questions_.members,
        [](ScorePoint* without) { without->global_weight = 0; });
    add("history weights", point.by_rank > 0 || point.by_age > 0, questions_.members,
        [](ScorePoint* without) { without->by_rank = without->by_age = 0; });
    add("directed lists", point.directed_weight > 0, questions_.members,
        [](ScorePoint* without) { without->directed_weight = 0; });
    add("trend", point.trend_exponent > 0, questions_.recent,
        [](ScorePoint* without) { without->trend_exponent = 0; });
  }

  std::vector<PointMeasures> Measure(std::span<const ScorePoint> points,
                                     std::span<const GridMember> members) const {
    return grid_.Measure(points, members, PointWalk::kListLength, pool_);
  }

  const GivenParameters& given_;
  const data::Order order_;
  const ScoreGrid& grid_;
  const OrderQuestions& questions_;
  PointWalk& walk_;
  runtime::ThreadPool* const pool_;
  OrderChoice choice_;
  std::vector<std::vector<data::Interaction>> histories_;
};

}  // namespace

double DirectedWeightUnit(const ScoreGrid& grid, const ScorePoint& point,
                          std::span<const GridMember> members, runtime::ThreadPool* pool) {
  const ScoreGrid::Spreads spreads = grid.MeasureSpreads(point, members, pool);
  return spreads.lists > 0 && spreads.directed > 0 ? spreads.lists / spreads.directed : 1.0;
}

OrderChoice ChooseOrder(const GivenParameters& given, data::Order order, const ScoreGrid& grid,
                        const OrderQuestions& questions, const ScorePoint& start, PointWalk* walk,
                        runtime::ThreadPool* pool) {
  return OrderSearch(given, order, grid, questions, walk, pool).Choose(start);
}

}  // namespace cofilter::training
