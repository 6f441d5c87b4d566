// Chooses half-lives and smoothing, then fits the weights.
#include "training/news_training.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "models/operator.h"
#include "runtime/status_macros.h"
#include "training/listwise_fit.h"
#include "training/news_replay.h"
#include "training/setting_entries.h"
#include "training/trainer.h"

namespace cofilter::training {
namespace {

using models::kNewsTerms;
using models::NewsRankerParameters;
using models::NewsTermValues;

constexpr std::size_t kFewestLists = 200;
constexpr std::size_t kMostLists = 2000;
constexpr std::size_t kMostItemsJudged = 64;  // of one list
constexpr std::size_t kMostJudged = 40'000;   // items of all lists

constexpr std::array<bool, kNewsTerms> AllTerms() {
  std::array<bool, kNewsTerms> all{};
  all.fill(true);
  return all;
}

// The interactions before a moment; members and items without one are left out.
data::Dataset Before(const data::Dataset& dataset, runtime::Time cut) {
  std::vector<bool> used(dataset.items(), false);
  for (const data::Interaction& interaction : dataset.interactions) {
    if (interaction.at < cut) used[interaction.item] = true;
  }
  data::Dataset before;
  before.order = dataset.order;
  std::vector<std::uint32_t> rows(dataset.items());
  for (std::size_t item = 0; item < dataset.items(); ++item) {
    rows[item] = static_cast<std::uint32_t>(before.item_ids.size());
    if (used[item]) before.item_ids.push_back(dataset.item_ids[item]);
  }
  for (std::size_t member = 0; member < dataset.members(); ++member) {
    for (data::Interaction interaction : dataset.of(member)) {
      if (!(interaction.at < cut)) continue;
      before.cutoff = std::max(before.cutoff, interaction.at);
      interaction.item = rows[interaction.item];
      before.interactions.push_back(interaction);
    }
    if (before.interactions.size() == before.offsets.back()) continue;
    before.member_ids.push_back(dataset.member_ids[member]);
    before.offsets.push_back(before.interactions.size());
  }
  return before;
}

absl::StatusOr<std::unique_ptr<const models::Operator>> OperatorBefore(
    TrainingSettings settings, const nlohmann::json& chosen, const data::Dataset& before,
    std::span<const data::Item> catalogue, runtime::ThreadPool* pool) {
  settings.search = false;
  COFILTER_RETURN_IF_ERROR(ApplySettingsJson("parameters.", chosen, &settings));
  COFILTER_ASSIGN_OR_RETURN(TrainedOperator trained,
                            TrainOperator(settings, before, catalogue, pool));
  return models::Operator::FromArrays(std::move(trained.arrays));
}

std::vector<TermList> TermsOf(const NewsRankerParameters& parameters,
                              std::span<const ReplayedList> lists) {
  std::vector<TermList> all;
  all.reserve(lists.size());
  std::vector<NewsTermValues> values;
  std::vector<bool> clicked;
  for (const ReplayedList& list : lists) {
    values.clear();
    clicked.clear();
    for (const ReplayedItem& item : list) {
      values.push_back(models::NewsTermsOf(
          parameters, models::NewsCountsOf(parameters, item.Counts()),
          static_cast<double>(item.operator_score) *
              models::NewsFreshness(parameters, static_cast<double>(item.age_hours)),
          static_cast<double>(item.content_match)));
      clicked.push_back(item.clicked);
    }
    all.push_back(MakeTermList(values, clicked));
  }
  return all;
}

// Fitted on the first two thirds, judged on the rest.
struct Judged {
  NewsTermValues weights{};
  double loss = 0;
  double auc = 0;
};
Judged Judge(std::span<const TermList> lists, const std::array<bool, kNewsTerms>& active,
             const NewsTermValues& start = {}) {
  const std::size_t learnt = lists.size() * 2 / 3;
  Judged judged;
  judged.weights = FitListwise(lists.first(learnt), active, start);
  judged.loss = ListwiseLoss(lists.subspan(learnt), judged.weights);
  judged.auc = ListwiseAuc(lists.subspan(learnt), judged.weights);
  return judged;
}

// What one at a time is chosen on: lists that were shown, pools of the same moments, or both.
// Half-lives are shared by them, weights are not.
using Samples = std::vector<std::vector<ReplayedList>>;

// Tries each value of one parameter and keeps the one with the least sum of losses.
void Choose(const Samples& samples, std::size_t values,
            const std::function<void(std::size_t value, NewsRankerParameters*)>& set,
            NewsRankerParameters* parameters) {
  std::vector<NewsTermValues> starts(samples.size());
  const auto loss_of = [&](const NewsRankerParameters& tried, bool keep) {
    double loss = 0;
    for (std::size_t n = 0; n < samples.size(); ++n) {
      const Judged judged = Judge(TermsOf(tried, samples[n]), AllTerms(), starts[n]);
      if (keep) starts[n] = judged.weights;
      loss += judged.loss;
    }
    return loss;
  };
  NewsRankerParameters best = *parameters;
  double least = loss_of(best, /*keep=*/true);
  for (std::size_t value = 0; value < values; ++value) {
    NewsRankerParameters tried = *parameters;
    set(value, &tried);
    const double loss = loss_of(tried, /*keep=*/false);
    if (loss < least) {
      least = loss;
      best = tried;
    }
  }
  *parameters = best;
}

// What was clicked, and of the rest some, spread evenly.
ReplayedList Thinned(const ReplayedList& list) {
  if (list.size() <= kMostItemsJudged) return list;
  ReplayedList thinned;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const bool falls =
        i * kMostItemsJudged / list.size() != (i + 1) * kMostItemsJudged / list.size();
    if (falls || list[i].clicked) thinned.push_back(list[i]);
  }
  return thinned;
}

// Some of them, spread evenly, in order: what is chosen one at a time does not need them all.
std::vector<ReplayedList> Sample(std::span<const ReplayedList> lists) {
  std::size_t items = 0;
  for (const ReplayedList& list : lists) items += std::min(list.size(), kMostItemsJudged);
  const std::size_t kept = items <= kMostJudged ? lists.size() : lists.size() * kMostJudged / items;
  std::vector<ReplayedList> sample;
  sample.reserve(kept);
  for (std::size_t n = 0; n < kept; ++n) sample.push_back(Thinned(lists[n * lists.size() / kept]));
  return sample;
}

void ChooseHalfLives(const NewsReplay& replay, double click_share,
                     NewsRankerParameters* parameters) {
  Samples lists = {Sample(replay.pool)};
  if (replay.given.size() >= kFewestLists) lists.push_back(Sample(replay.given));
  constexpr std::array<double, 4> kPriors = {10, 30, 100, 300};
  if (click_share > 0) {
    parameters->prior_clicks = std::min(click_share, 0.9) * parameters->prior_impressions;
    Choose(
        lists, kPriors.size(),
        [&](std::size_t value, NewsRankerParameters* p) {
          p->prior_impressions = kPriors[value];
          p->prior_clicks = std::min(click_share, 0.9) * kPriors[value];
        },
        parameters);
  }
  Choose(
      lists, 3, [](std::size_t v, NewsRankerParameters* p) { p->rate_half_life = v + 4; },
      parameters);
  Choose(
      lists, 4,
      [](std::size_t v, NewsRankerParameters* p) {
        constexpr std::array<double, 4> kHours = {0, 8, 24, 72};
        p->freshness_half_life_hours = kHours[v];
      },
      parameters);
  Choose(
      lists, 5, [](std::size_t v, NewsRankerParameters* p) { p->clicks_half_life = v; },
      parameters);
  Choose(
      lists, 4, [](std::size_t v, NewsRankerParameters* p) { p->placement_half_life = v; },
      parameters);
  Choose(
      lists, 4, [](std::size_t v, NewsRankerParameters* p) { p->exposure_half_life = v + 2; },
      parameters);
}

// The terms that the lists held out are better off with: the one they are best off without goes,
// until none is left that does not help.
std::array<bool, kNewsTerms> ChooseTerms(std::span<const TermList> lists) {
  std::array<bool, kNewsTerms> active = AllTerms();
  const Judged all = Judge(lists, active);
  double least = all.loss;
  for (;;) {
    std::size_t worst = kNewsTerms;
    for (std::size_t t = 0; t < kNewsTerms; ++t) {
      if (!active[t]) continue;
      std::array<bool, kNewsTerms> without = active;
      without[t] = false;
      if (const double loss = Judge(lists, without, all.weights).loss; loss <= least) {
        least = loss;
        worst = t;
      }
    }
    if (worst == kNewsTerms) return active;
    active[worst] = false;
  }
}

nlohmann::json TermsReport(std::span<const TermList> lists) {
  const Judged all = Judge(lists, AllTerms());
  nlohmann::json report = {{"lists", lists.size()},
                           {"held_out", lists.size() - lists.size() * 2 / 3},
                           {"loss", all.loss},
                           {"auc", all.auc}};
  for (std::size_t t = 0; t < kNewsTerms; ++t) {
    std::array<bool, kNewsTerms> without = AllTerms();
    without[t] = false;
    const Judged judged = Judge(lists, without, all.weights);
    const std::string term(models::NewsTermName(static_cast<models::NewsTerm>(t)));
    report["without"][term] = {{"loss", judged.loss}, {"auc", judged.auc}};
    std::array<bool, kNewsTerms> alone{};
    alone[t] = true;
    report["alone"][term] = {{"auc", Judge(lists, alone).auc}};
  }
  return report;
}

nlohmann::json ParametersReport(const NewsRankerParameters& parameters) {
  const auto hours = [](std::size_t half_life) { return models::kCounterHalfLives[half_life]; };
  nlohmann::json report = {{"prior_clicks", parameters.prior_clicks},
                           {"prior_impressions", parameters.prior_impressions},
                           {"rate_half_life_hours", hours(parameters.rate_half_life)},
                           {"clicks_half_life_hours", hours(parameters.clicks_half_life)},
                           {"placement_half_life_hours", hours(parameters.placement_half_life)},
                           {"exposure_half_life_hours", hours(parameters.exposure_half_life)},
                           {"freshness_half_life_hours", parameters.freshness_half_life_hours}};
  for (std::size_t t = 0; t < kNewsTerms; ++t) {
    const std::string term(models::NewsTermName(static_cast<models::NewsTerm>(t)));
    report["given_weights"][term] = parameters.given_weights[t];
    report["pool_weights"][term] = parameters.pool_weights[t];
  }
  return report;
}

// Of what was shown. A click on something that nobody was shown, an old history say, tells nothing
// of it.
double ClickShare(std::span<const ShownList> lists) {
  double clicks = 0;
  double shown = 0;
  for (const ShownList& list : lists) {
    clicks += static_cast<double>(std::count(list.clicked.begin(), list.clicked.end(), true));
    shown += static_cast<double>(list.items.size());
  }
  return shown > 0 ? clicks / shown : 0;
}

NewsTraining TooLittle(std::size_t lists) {
  NewsTraining training;
  training.report["why"] = absl::StrCat("no ranker: ", lists, " lists with a click to learn from; ",
                                        kFewestLists, " are enough");
  return training;
}

}  // namespace

absl::StatusOr<NewsTraining> TrainNewsRanker(const TrainingSettings& settings,
                                             const nlohmann::json& chosen,
                                             const data::Dataset& dataset,
                                             std::span<const data::Item> catalogue,
                                             const MomentLog& log, runtime::ThreadPool* pool) {
  const std::vector<Moment> moments = log.Sorted();
  const std::vector<ShownList> lists = ListsOf(moments);
  if (dataset.order != data::Order::kTime || lists.size() < kFewestLists) {
    return TooLittle(dataset.order == data::Order::kTime ? lists.size() : 0);
  }
  // No earlier than what is kept: an operator of yesterday, not of last year, is what will serve.
  const std::size_t from =
      std::max(lists.size() / 3, lists.size() - std::min(lists.size(), 4 * kMostLists));
  const runtime::Time cut = lists[from].at;
  const data::Dataset before = Before(dataset, cut);
  if (before.interactions.empty()) return TooLittle(0);
  COFILTER_ASSIGN_OR_RETURN(const std::unique_ptr<const models::Operator> op,
                            OperatorBefore(settings, chosen, before, catalogue, pool));
  const NewsReplay replay =
      ReplayNews(*op, before, catalogue, log, moments, lists, cut, kMostLists);
  if (replay.pool.size() < kFewestLists) return TooLittle(replay.pool.size());

  NewsTraining training;
  NewsRankerParameters parameters;
  ChooseHalfLives(replay, ClickShare(lists), &parameters);
  const auto fit = [&](const std::vector<ReplayedList>& replayed, const std::string& name) {
    const std::vector<TermList> judged = TermsOf(parameters, Sample(replayed));
    training.report[name] = TermsReport(judged);
    return FitListwise(TermsOf(parameters, replayed), ChooseTerms(judged));
  };
  parameters.pool_weights = fit(replay.pool, "pool");
  parameters.given_weights =
      replay.given.size() >= kFewestLists ? fit(replay.given, "given") : parameters.pool_weights;
  COFILTER_RETURN_IF_ERROR(parameters.Validate());
  training.report["parameters"] = ParametersReport(parameters);
  training.report["why"] = absl::StrCat(
      "fitted on ", replay.given.size(), " lists that were shown and ", replay.pool.size(),
      " pools, half-lives and smoothing by the loss of the latest third of them");
  training.parameters = parameters;
  return training;
}

}  // namespace cofilter::training
