// The news ranker: lists from moments, weights from lists, and a planted log that it must see
// through.
#include "training/news_training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <random>

#include "absl/strings/str_cat.h"
#include "data/interactions.h"
#include "training/listwise_fit.h"
#include "training/moment_log.h"

namespace cofilter::training {
namespace {

using models::NewsTerm;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

runtime::Time Minute(double minute) {
  return runtime::Time(std::chrono::hours(24 * 18'000)) +
         runtime::Duration(static_cast<std::int64_t>(minute * 60e6));
}

data::Event Event(std::string member, std::string item, data::Verb verb, double minute,
                  std::string session = "") {
  data::Event event;
  event.event_id = absl::StrCat(member, item, static_cast<int>(verb), minute);
  event.member_id = std::move(member);
  event.item_id = std::move(item);
  event.verb = verb;
  event.occurred_at = Minute(minute);
  event.session_id = std::move(session);
  return event;
}

TEST(MomentLogTest, ClicksGoToTheLatestListThatShowsTheItem) {
  MomentLog log(data::VerbWeights::News(), {});
  log.Add(Event("ann", "a", data::Verb::kRead, 3));
  log.Add(Event("ann", "a", data::Verb::kImpression, 1, "s"));
  log.Add(Event("ann", "b", data::Verb::kImpression, 1, "s"));
  log.Add(Event("bob", "b", data::Verb::kImpression, 1, "s"));
  log.Add(Event("ann", "a", data::Verb::kImpression, 2, "t"));
  log.Add(Event("ann", "c", data::Verb::kRead, 3));
  log.Add(Event("ann", "b", data::Verb::kProgress, 3));
  log.Add(Event("ann", "b", data::Verb::kRead, 2000));
  const std::vector<ShownList> lists = ListsOf(log.Sorted());
  ASSERT_EQ(lists.size(), 3u);
  EXPECT_THAT(lists[0].clicked, ElementsAre(false, false)) << "b a day too late";
  EXPECT_THAT(lists[1].clicked, ElementsAre(false));
  EXPECT_THAT(lists[2].clicked, ElementsAre(true));
}

TEST(MomentLogTest, WithoutImpressionsEachClickIsAList) {
  MomentLog log(data::VerbWeights::News(), [](std::string_view id) { return id != "x"; });
  log.Add(Event("ann", "a", data::Verb::kRead, 1));
  log.Add(Event("ann", "x", data::Verb::kRead, 1));
  log.Add(Event("bob", "b", data::Verb::kRead, 2));
  const std::vector<ShownList> lists = ListsOf(log.Sorted());
  ASSERT_EQ(lists.size(), 2u);
  EXPECT_THAT(lists[0].clicked, ElementsAre(true));
}

TEST(ListwiseFitTest, FindsPlantedWeightsAndKeepsTheSigns) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  std::vector<TermList> lists;
  for (int n = 0; n < 4000; ++n) {
    std::vector<models::NewsTermValues> values(10);
    std::vector<double> chances;
    for (models::NewsTermValues& terms : values) {
      for (double& term : terms) term = normal(random);
      // Exposure would draw clicks: that weight may not be learnt.
      chances.push_back(std::exp(0.8 * terms[0] + 0.4 * terms[5] + 0.5 * terms[3]));
    }
    std::vector<bool> clicked(10, false);
    clicked[static_cast<std::size_t>(
        std::discrete_distribution<int>(chances.begin(), chances.end())(random))] = true;
    lists.push_back(MakeTermList(values, clicked));
  }
  std::array<bool, models::kNewsTerms> all;
  all.fill(true);
  const models::NewsTermValues weights = FitListwise(lists, all);
  EXPECT_NEAR(weights[0], 0.75, 0.1);
  EXPECT_NEAR(weights[5], 0.38, 0.1);
  EXPECT_NEAR(weights[4], 0, 0.05);
  EXPECT_EQ(weights[3], 0);
  EXPECT_GT(ListwiseAuc(lists, weights), 0.65);
  EXPECT_LT(ListwiseLoss(lists, weights), std::log(10.0));
}

struct Planted {
  data::Dataset dataset;
  MomentLog log{data::VerbWeights::News(), {}};
  std::vector<data::Item> items;
};

// Every seventh item is clicked far more often than the rest, and members like one topic of four.
Planted Plant(int lists) {
  Planted planted;
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> chance;
  data::DatasetBuilder builder = data::DatasetBuilder::Create({}).value();
  constexpr int kItems = 60;
  for (int n = 0; n < kItems; ++n) {
    data::Item& item = planted.items.emplace_back();
    item.item_id = absl::StrCat("n", n);
    item.kind = data::ItemKind::kNews;
    item.title = absl::StrCat("topic", n % 4, " story ", n);
  }
  for (int n = 0; n < lists; ++n) {
    const int member = static_cast<int>(random() % 40);
    for (int k = 0; k < 8; ++k) {
      const int item = static_cast<int>(random() % kItems);
      const double share = 0.03 + 0.4 * (item % 7 == 0) + 0.2 * (item % 4 == member % 4);
      const std::string name = absl::StrCat("m", member);
      const data::Event shown = Event(name, absl::StrCat("n", item), data::Verb::kImpression,
                                      3.0 * n, absl::StrCat("s", n));
      planted.log.Add(shown);
      builder.Add(shown);
      if (chance(random) < share) {
        const data::Event click =
            Event(name, absl::StrCat("n", item), data::Verb::kRead, 3.0 * n + 1);
        planted.log.Add(click);
        builder.Add(click);
      }
    }
  }
  planted.dataset = std::move(builder).Build().value();
  return planted;
}

TEST(NewsTrainingTest, SeesAPlantedClickRateAndIsTheSameTwice) {
  const Planted planted = Plant(1500);
  TrainingSettings settings;
  settings.name = "news";
  settings.search = false;
  settings.rank = 8;
  runtime::ThreadPool pool(2);
  const nlohmann::json chosen = {{"lists", "local"}, {"global_weight", 1}};
  const auto trained =
      TrainNewsRanker(settings, chosen, planted.dataset, planted.items, planted.log, &pool);
  ASSERT_TRUE(trained.ok()) << trained.status();
  ASSERT_TRUE(trained->parameters.has_value()) << trained->report;
  const models::NewsRankerParameters& parameters = *trained->parameters;
  EXPECT_TRUE(parameters.Validate().ok());
  const auto rate = static_cast<std::size_t>(NewsTerm::kClickRate);
  EXPECT_GT(parameters.given_weights[rate], 0.3);
  const nlohmann::json& given = trained->report["given"];
  EXPECT_GT(given["auc"].get<double>(), 0.7);
  EXPECT_GT(given["without"]["click_rate"]["loss"].get<double>(), given["loss"].get<double>());
  const auto again =
      TrainNewsRanker(settings, chosen, planted.dataset, planted.items, planted.log, &pool);
  EXPECT_EQ(again->report, trained->report);
}

TEST(NewsTrainingTest, TooLittleSaysSo) {
  const Planted planted = Plant(50);
  runtime::ThreadPool pool(1);
  const nlohmann::json chosen = {{"lists", "local"}, {"global_weight", 1}};
  const auto trained = TrainNewsRanker(TrainingSettings(), chosen, planted.dataset, planted.items,
                                       planted.log, &pool);
  ASSERT_TRUE(trained.ok()) << trained.status();
  EXPECT_FALSE(trained->parameters.has_value());
  EXPECT_THAT(trained->report["why"].get<std::string>(), HasSubstr("no ranker: 50 lists"));
}

}  // namespace
}  // namespace cofilter::training
