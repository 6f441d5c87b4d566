// Lists with a personal part: exact scores, reasons that add up, new items, the dial, who may see
// what.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "tests/service/recommend/exact_fold.h"
#include "tests/service/recommend/recommend_world.h"

namespace cofilter::service {
namespace {

using data::Verb;
using ::testing::Contains;
using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

double Line(const RecommendedItem& item, LineKind kind) {
  for (const ScoreLine& line : item.lines) {
    if (line.kind == kind) return line.value;
  }
  return 0;
}

void ExpectSumsHold(const Recommendation& list) {
  std::uint32_t rank = list.items.empty() ? 1 : list.items.front().rank;
  double before = INFINITY;
  for (const RecommendedItem& item : list.items) {
    SCOPED_TRACE(item.item_id);
    EXPECT_EQ(item.rank, rank++);
    EXPECT_LE(item.score, before) << "scores fall along the list";
    before = item.score;
    double lines = 0;
    for (const ScoreLine& line : item.lines) lines += line.value;
    EXPECT_NEAR(lines, item.score, 1e-12 * std::abs(item.score));
    const double personal = Line(item, LineKind::kOperator) + Line(item, LineKind::kContent);
    double reasons = item.remainder;
    for (const Reason& reason : item.reasons) reasons += reason.contribution;
    EXPECT_NEAR(reasons, personal, 1e-12 * std::max(1.0, std::abs(personal)));
  }
  // What comes into a stage goes on or is counted.
  for (const StageTrace& stage : list.stages) {
    if (stage.stage == "filter") continue;  // adds what must come first
    std::uint32_t out = stage.out;
    for (const auto& [reason, drops] : stage.drops) out += drops;
    EXPECT_EQ(stage.in, out) << stage.stage;
  }
}

TEST_F(RecommenderTest, ScoresAreThoseOfAnExactFoldInAtEveryNotch) {
  const std::vector<std::string> ids = Ids("n", 120);
  Fill(ids);
  const models::OperatorArrays arrays = RandomOperator("news", ids, 1);
  std::vector<data::Item> fresh;
  for (const std::string& id : Ids("x", 12)) {
    data::Item item = NewsItem(id);
    item.title = "about " + id + " and " + std::to_string(id.size() * 7 + fresh.size());
    fresh.push_back(item);
  }
  world.Upsert(fresh);
  // Half of what is read was born after the training.
  ExactFold exact(arrays);
  const std::vector<data::Item> read = {NewsItem("n0003"), fresh[0],          NewsItem("n0050"),
                                        fresh[1],          NewsItem("n0077"), fresh[2]};
  for (std::size_t i = 0; i < read.size(); ++i) {
    world.RecordAt(Day(-6 + static_cast<double>(i)), "ann", read[i].item_id,
                   i == 4 ? Verb::kOpen : Verb::kRead);
  }
  for (std::size_t i = 0; i < read.size(); ++i) {
    const int rank = static_cast<int>(read.size() - 1 - i);
    exact.Add(read[i], HistoryWeight(arrays.parameters.history, i == 4 ? 0.5 : 1.0, rank,
                                     5 - static_cast<double>(i)));
  }
  std::map<std::string, data::Item> by_id;
  for (const std::string& id : ids) by_id[id] = NewsItem(id);
  for (const data::Item& item : fresh) by_id[item.item_id] = item;

  bool any_new = false;
  for (int notch = 0; notch < models::kNotches; ++notch) {
    RecommendRequest request = Ask("ann", "news", 60);
    request.dial = notch / 10.0;
    const Recommendation list = Get(request);
    EXPECT_EQ(list.level, Level::kPersonalised);
    EXPECT_DOUBLE_EQ(list.dial, notch / 10.0);
    ExpectSumsHold(list);
    // The exact order of all that was not read, freshness included.
    std::vector<std::pair<double, std::string>> expected;
    for (const auto& [id, item] : by_id) {
      if (std::any_of(read.begin(), read.end(),
                      [&](const data::Item& r) { return r.item_id == id && id != "n0077"; }))
        continue;
      expected.emplace_back(exact.Score(item, notch), id);
    }
    std::sort(expected.rbegin(), expected.rend());
    std::map<std::string, double> score_of;
    for (const auto& [score, id] : expected) score_of[id] = score;
    std::size_t personal = 0;
    for (const RecommendedItem& item : list.items) {
      if (item.source == Source::kPopularInUnit || item.source == Source::kTrending ||
          item.source == Source::kPopular || item.source == Source::kNewest)
        continue;
      const double score = Line(item, LineKind::kOperator) + Line(item, LineKind::kContent);
      EXPECT_NEAR(score, score_of.at(item.item_id), 1e-5 * std::abs(score)) << item.item_id;
      EXPECT_EQ(item.item_id, expected[personal].second);
      EXPECT_EQ(item.source == Source::kContent, item.item_id[0] == 'x');
      any_new |= item.source == Source::kContent;
      ++personal;
    }
    EXPECT_GT(personal, 20u);
  }
  EXPECT_TRUE(any_new);
}

TEST_F(RecommenderTest, ReasonsAreTheLargestAndNamedByWhatWasRead) {
  Fill(Ids("n", 80));
  std::vector<std::string> read;
  for (const char* id : {"n0001", "n0002", "n0003", "n0004", "n0005"}) {
    world.Record("ann", id, Verb::kRead);
    read.push_back(id);
  }
  RecommendRequest request = Ask("ann", "news", 10);
  request.max_reasons = 100;
  const Recommendation all = Get(request);
  request.max_reasons = 2;
  const Recommendation two = Get(request);
  request.max_reasons = 0;
  const Recommendation none = Get(request);
  ASSERT_EQ(ItemIds(all), ItemIds(two));
  for (std::size_t i = 0; i < all.items.size(); ++i) {
    const auto& reasons = all.items[i].reasons;
    for (const Reason& reason : reasons) {
      EXPECT_THAT(read, Contains(reason.item_id));
      EXPECT_EQ(world.Id(reason.item), reason.item_id);
    }
    for (std::size_t r = 1; r < reasons.size(); ++r) {
      EXPECT_GE(std::abs(reasons[r - 1].contribution), std::abs(reasons[r].contribution));
    }
    EXPECT_NEAR(all.items[i].remainder, 0, 1e-9);
    ASSERT_EQ(two.items[i].reasons.size(), 2u);
    EXPECT_EQ(two.items[i].reasons[0].item_id, reasons[0].item_id);
    EXPECT_THAT(none.items[i].reasons, IsEmpty());
  }
  ExpectSumsHold(all);
  ExpectSumsHold(two);
  ExpectSumsHold(none);
}

TEST_F(RecommenderTest, FreshnessHalvesThePersonalScoreAsALineOfItsOwn) {
  std::vector<data::Item> items;
  for (const std::string& id : Ids("n", 40))
    items.push_back(NewsItem(id, id < "n0020" ? 0 : -2));  // 48 h: one half-life
  items[5].published_at.reset();
  world.Upsert(items);
  world.Promote({RandomOperator("news", Ids("n", 40), 1)});
  world.Record("ann", "n0000", Verb::kRead);
  const Recommendation list = Get("ann", "news", 39);
  ExpectSumsHold(list);
  int halved = 0;
  for (const RecommendedItem& item : list.items) {
    const double personal = Line(item, LineKind::kOperator);
    if (!(personal > 0)) continue;
    const double share = item.item_id < "n0020" ? 0 : -0.5;
    EXPECT_NEAR(Line(item, LineKind::kFreshness), share * personal, 1e-12);
    halved += share != 0;
  }
  EXPECT_GT(halved, 0);
}

TEST_F(RecommenderTest, WhatEverybodyDoesStandsInLinesOfItsOwn) {
  const std::vector<std::string> ids = Ids("n", 80);
  std::vector<data::Item> items;
  for (const std::string& id : ids) items.push_back(NewsItem(id));
  world.Upsert(items);
  models::OperatorArrays arrays = RandomOperator("news", ids, 1);
  arrays.parameters.trend.exponent = 0.5;
  arrays.parameters.evidence.prior_events = 2;
  world.Promote({arrays});
  for (const char* read : {"n0003", "n0050", "n0077"}) {
    world.RecordAt(Day(-1), "ann", read, Verb::kRead);
    const Recommendation list = Get("ann", "news", 40);
    EXPECT_EQ(list.level, Level::kPersonalised);
    ExpectSumsHold(list);
    std::size_t trending = 0, popular = 0;
    for (const RecommendedItem& item : list.items) {
      SCOPED_TRACE(item.item_id);
      trending += Line(item, LineKind::kTrending) != 0;
      popular += Line(item, LineKind::kPopularity) > 0;
      if (Line(item, LineKind::kOperator) == 0) {
        EXPECT_TRUE(item.reasons.empty());
        EXPECT_EQ(item.source, Source::kPopular);
      }
    }
    EXPECT_GT(trending, 30u);
    EXPECT_EQ(popular, list.items.size());
  }
  // The same sums as the operator's own, to the last item.
  ExactFold exact(arrays);
  const Recommendation list = Get("ann", "news", 40);
  for (int rank = 0; const char* read : {"n0077", "n0050", "n0003"}) {
    exact.Add(NewsItem(read), HistoryWeight(arrays.parameters.history, 1.0, rank++, 0));
  }
  for (const RecommendedItem& item : list.items) {
    const double personal = exact.Score(NewsItem(item.item_id), 0);
    EXPECT_NEAR(Line(item, LineKind::kOperator), personal, 1e-5 * (1 + std::abs(personal)));
  }
  SimilarRequest similar;
  similar.item_id = "n0003";
  similar.surface = "news";
  similar.count = 20;
  const auto like = recommender->Similar(Context(), similar);
  ASSERT_TRUE(like.ok()) << like.status();
  for (const RecommendedItem& item : like->items) {
    if (Line(item, LineKind::kOperator) == 0) continue;  // from a lower rung
    EXPECT_EQ(Line(item, LineKind::kTrending), 0) << "there is no member";
    EXPECT_EQ(Line(item, LineKind::kPopularity), 0) << "there is no member";
  }
}

TEST_F(RecommenderTest, ReadCountsAtTheNextCallAndIsNotServedAgain) {
  Fill(Ids("n", 50));
  world.Record("ann", "n0000", Verb::kRead);
  const Recommendation before = Get("ann");
  const std::string next = before.items[0].item_id;
  world.Record("ann", next, Verb::kRead);
  const Recommendation after = Get("ann");
  EXPECT_THAT(ItemIds(after), Not(Contains(next)));
  EXPECT_EQ(Drops(after, "retrieve", DropReason::kSeen), 2u);
  std::set<std::string> named;
  for (const RecommendedItem& item : after.items) {
    for (const Reason& reason : item.reasons) named.insert(reason.item_id);
  }
  EXPECT_THAT(named, Contains(next));
}

TEST_F(RecommenderTest, ItemUpsertedNowIsServedByTheNextCall) {
  Fill(Ids("n", 30));
  world.Record("ann", "n0000", Verb::kRead);
  std::vector<data::Item> items;
  for (const std::string& id : Ids("x", 40)) items.push_back(NewsItem(id, 0));
  for (data::Item& item : items) item.title = "new " + item.item_id;
  world.Upsert(items);
  const Recommendation list = Get("ann", "news", 60);
  const auto content =
      std::count_if(list.items.begin(), list.items.end(),
                    [](const RecommendedItem& item) { return item.source == Source::kContent; });
  EXPECT_GT(content, 0);
  ExpectSumsHold(list);
}

TEST_F(RecommenderTest, ItemThatTheHistoryNamesAndNobodyKnowsIsCounted) {
  Fill(Ids("n", 30));
  world.Record("ann", "n0000", Verb::kRead);
  world.Record("ann", "never upserted", Verb::kRead);
  data::Item course = Course("c");
  world.Upsert({course});
  world.Record("ann", "c",
               Verb::kComplete);  // of another surface: no part of this history, and not unknown
  const Recommendation list = Get("ann");
  EXPECT_EQ(list.level, Level::kPersonalised);
  EXPECT_EQ(list.unknown_history_items, 1u);
  EXPECT_EQ(recommender->stats().unknown_history_items, 1u);
}

TEST_F(RecommenderTest, ItemOfTheModelThatOnlyAnEventNamedCountsAtOnce) {
  std::vector<data::Item> items;
  for (const std::string& id : Ids("n", 29)) items.push_back(NewsItem(id));
  world.Upsert(items);
  world.Promote({RandomOperator("news", Ids("n", 30), 1)});
  world.Record("ann", "n0029", Verb::kRead);
  const Recommendation list = Get("ann");
  EXPECT_EQ(list.level, Level::kPersonalised);
  EXPECT_EQ(list.unknown_history_items, 0u);
  EXPECT_EQ(list.items[0].reasons[0].item_id, "n0029");
}

TEST_F(RecommenderTest, FiltersOfTheRequestHold) {
  std::vector<data::Item> items;
  for (const std::string& id : Ids("n", 60)) {
    items.push_back(NewsItem(id));
    items.back().topics = {id < "n0040" ? "sport" : "chess"};
    items.back().language = id < "n0050" ? "zh-CN" : "en";
    if (id >= "n0030") items.back().kind = data::ItemKind::kArticle;
  }
  world.Upsert(items);
  world.Promote({RandomOperator("news", Ids("n", 60), 1)});
  world.Record("ann", "n0000", Verb::kRead);
  RecommendRequest request = Ask("ann", "news", 60);
  request.topics = {"chess"};
  EXPECT_EQ(Get(request).items.size(), 20u);
  request.language = "en";
  EXPECT_EQ(Get(request).items.size(), 10u);
  request.exclude_item_ids = {"n0059", "n0058", "no such item"};
  const Recommendation list = Get(request);
  EXPECT_EQ(list.items.size(), 8u);
  EXPECT_EQ(Drops(list, "retrieve", DropReason::kExcludedByRequest), 2u);
  request.kinds = {data::ItemKind::kNews};
  EXPECT_THAT(Get(request).items, IsEmpty());
  request = Ask("ann", "news", 60);
  request.kinds = {data::ItemKind::kNews, data::ItemKind::kCourse};
  const auto news = ItemIds(Get(request));
  EXPECT_EQ(news.size(), 29u);
}

class NarrowRequestTest : public RecommenderTest {
 protected:
  static ServerConfig FewCandidates() {
    ServerConfig config = ServerConfig::Default();
    config.surfaces.at("news").candidates = 10;
    return config;
  }
  NarrowRequestTest() : RecommenderTest(FewCandidates()) {}
};

TEST_F(NarrowRequestTest, LooksFurtherDownThanTheUsualCandidates) {
  std::vector<data::Item> items;
  for (const std::string& id : Ids("n", 400)) {
    items.push_back(NewsItem(id));
    items.back().topics = {items.size() % 20 == 0 ? "rare" : "frequent"};
  }
  world.Upsert(items);
  world.Promote({RandomOperator("news", Ids("n", 400), 1, 60)});
  for (const char* id : {"n0000", "n0001", "n0002", "n0003"}) world.Record("ann", id, Verb::kRead);
  RecommendRequest request = Ask("ann", "news", 5);
  request.topics = {"rare"};
  const Recommendation list = Get(request);
  ASSERT_EQ(list.items.size(), 5u);
  for (const RecommendedItem& item : list.items)
    EXPECT_GT(item.score, 0) << "personal, to the last";
}

TEST_F(RecommenderTest, NothingExpiredOrNotYetOutIsServedAtTheVeryMoment) {
  std::vector<data::Item> items;
  for (const std::string& id : Ids("n", 40)) items.push_back(NewsItem(id, id < "n0020" ? 1 : -1));
  for (std::size_t i = 20; i < 40; ++i) items[i].expires_at = Day(1);
  world.Upsert(items);
  world.Promote({RandomOperator("news", Ids("n", 40), 1)});
  world.Record("ann", "n0025", Verb::kRead);
  EXPECT_THAT(ItemIds(Get("ann", "news", 40)), Each(::testing::Ge(std::string("n0020"))));
  world.clock.Set(Day(1) - std::chrono::microseconds(1));
  EXPECT_EQ(Get("ann", "news", 40).items.size(), 19u);
  world.clock.Set(Day(1));
  const auto after = ItemIds(Get("ann", "news", 40));
  EXPECT_EQ(after.size(), 20u);
  EXPECT_THAT(after, Each(::testing::Lt(std::string("n0020"))));
}

TEST_F(RecommenderTest, MutedTopicsAndUnwantedItemsGoAtTheNextCall) {
  std::vector<data::Item> items;
  for (const std::string& id : Ids("n", 40)) {
    items.push_back(NewsItem(id));
    items.back().topics = {id < "n0030" ? "sport" : "chess"};
  }
  world.Upsert(items);
  world.Promote({RandomOperator("news", Ids("n", 40), 1)});
  world.Record("ann", "n0035", Verb::kRead);
  Preferences preferences;
  preferences.muted_topics = {"sport"};
  preferences.not_interested_item_ids = {"n0031", "n0032"};
  Prefer("ann", preferences);
  const Recommendation list = Get("ann", "news", 40);
  EXPECT_EQ(list.level, Level::kPersonalised);
  EXPECT_EQ(list.items.size(), 7u);
  EXPECT_THAT(ItemIds(list), ::testing::UnorderedElementsAre("n0030", "n0033", "n0034", "n0036",
                                                             "n0037", "n0038", "n0039"));
  EXPECT_EQ(Drops(list, "retrieve", DropReason::kNotInterested), 2u);
  EXPECT_GT(Drops(list, "filter", DropReason::kMuted) + Drops(list, "fallback", DropReason::kMuted),
            0u);
}

TEST_F(RecommenderTest, OptOutEndsThePersonalPartAndKeepsWhatWasReadAway) {
  Fill(Ids("n", 40));
  world.Record("ann", "n0001", Verb::kRead);
  world.Record("bob", "n0002", Verb::kRead);
  Preferences preferences;
  preferences.personalised = false;
  Prefer("ann", preferences);
  const Recommendation list = Get("ann", "news", 40);
  EXPECT_TRUE(list.personalised_off);
  EXPECT_EQ(list.level, Level::kTrending);
  EXPECT_TRUE(list.seen_items_excluded);
  EXPECT_EQ(list.items.size(), 39u);
  EXPECT_THAT(ItemIds(list), Not(Contains("n0001")));
  for (const RecommendedItem& item : list.items) {
    EXPECT_THAT(item.reasons, IsEmpty());
    EXPECT_LT(item.score, 0);
  }
  ExpectSumsHold(list);
  preferences.personalised = true;
  Prefer("ann", preferences);
  EXPECT_EQ(Get("ann").level, Level::kPersonalised);
}

TEST_F(RecommenderTest, ItemsForOtherUnitsStayAway) {
  std::vector<data::Item> items;
  for (const std::string& id : Ids("n", 20)) items.push_back(NewsItem(id));
  for (std::size_t i = 0; i < 10; ++i) items[i].org_units = {"/north"};
  world.Upsert(items);
  world.Promote({RandomOperator("news", Ids("n", 20), 1)});
  world.SetUnit("ann", "/north/a");
  world.SetUnit("bob", "/south");
  EXPECT_EQ(Get("ann", "news", 40).items.size(), 20u);
  EXPECT_EQ(Get("bob", "news", 40).items.size(), 10u);
  EXPECT_EQ(Get("nobody", "news", 40).items.size(), 10u);
}

class LearningTest : public RecommenderTest {
 protected:
  LearningTest() {
    std::vector<data::Item> items;
    for (const std::string& id : Ids("c", 30)) items.push_back(Course(id));
    items[10].prerequisites = {"c0011"};
    items[11].prerequisites = {"c0012"};
    items[13].prerequisites = {"c0012"};
    world.Upsert(items);
    world.Promote({RandomOperator("learning", Ids("c", 30), 4, 12)});
  }
};

TEST_F(LearningTest, ClosedCourseGivesWayToTheFirstOpenOneWithItsOwnScore) {
  for (const char* id : {"c0000", "c0001", "c0002"}) world.Record("ann", id, Verb::kComplete);
  const Recommendation list = Get("ann", "learning", 30);
  const auto ids = ItemIds(list);
  for (const char* closed : {"c0010", "c0011", "c0013"}) EXPECT_THAT(ids, Not(Contains(closed)));
  EXPECT_EQ(std::count(ids.begin(), ids.end(), "c0012"), 1);
  EXPECT_GE(Drops(list, "filter", DropReason::kPrerequisite), 1u);
  ExactFold exact(RandomOperator("learning", Ids("c", 30), 4, 12));
  const models::HistoryWeightParameters weights =
      RandomOperator("learning", {"c"}, 4).parameters.history;
  // The same moment: ties go by key, the higher key is the later.
  int rank = 0;
  for (const char* id : {"c0002", "c0001", "c0000"})
    exact.Add(Course(id), HistoryWeight(weights, 1, rank++, 0));
  for (const RecommendedItem& item : list.items) {
    if (item.item_id != "c0012") continue;
    const double score = exact.Score(Course("c0012"), 0);
    EXPECT_NEAR(item.score, score, 1e-5 * std::abs(score));
  }
  world.Record("ann", "c0012", Verb::kPass);
  const auto opened = ItemIds(Get("ann", "learning", 30));
  EXPECT_THAT(opened, IsSupersetOf({"c0011", "c0013"}));
  EXPECT_THAT(opened, Not(Contains("c0010")));
}

TEST_F(LearningTest, StartedCourseStaysAndCompletedGoes) {
  world.Record("ann", "c0000", Verb::kProgress);
  world.Record("ann", "c0001", Verb::kComplete);
  world.Record("ann", "c0002", Verb::kDismiss);
  const Recommendation list = Get("ann", "learning", 30);
  EXPECT_THAT(ItemIds(list), Contains("c0000"));
  EXPECT_THAT(ItemIds(list), Not(Contains("c0001")));
  EXPECT_THAT(ItemIds(list), Not(Contains("c0002")));
  EXPECT_EQ(Drops(list, "retrieve", DropReason::kCompleted), 1u);
  EXPECT_EQ(Drops(list, "retrieve", DropReason::kSeen), 1u);
}

TEST_F(LearningTest, WithoutAHistoryTheRungsReplaceClosedCoursesToo) {
  const auto ids = ItemIds(Get("newcomer", "learning", 30));
  EXPECT_EQ(ids.size(), 27u);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), "c0012"), 1);
  for (const char* closed : {"c0010", "c0011", "c0013"}) EXPECT_THAT(ids, Not(Contains(closed)));
}

TEST_F(RecommenderTest, SimilarItemsAreThoseOfAHistoryOfOne) {
  const std::vector<std::string> ids = Ids("n", 60);
  Fill(ids);
  data::Item fresh = NewsItem("x");
  fresh.title = "a new one";
  world.Upsert({fresh});
  const models::OperatorArrays arrays = RandomOperator("news", ids, 1);
  world.Record("ann", "n0007", Verb::kRead);
  for (const data::Item& source : {NewsItem("n0003"), fresh}) {
    SCOPED_TRACE(source.item_id);
    SimilarRequest request;
    request.item_id = source.item_id;
    request.surface = "news";
    request.count = 40;
    const auto list = recommender->Similar(Context(), request);
    ASSERT_TRUE(list.ok()) << list.status();
    EXPECT_EQ(list->level, Level::kPersonalised);
    EXPECT_THAT(ItemIds(*list), Not(Contains(source.item_id)));
    ExactFold exact(arrays);
    exact.Add(source, 1);
    ASSERT_GT(list->items[0].score, 0);
    const RecommendedItem& first = list->items[0];
    const double score = exact.Score(first.item_id == "x" ? fresh : NewsItem(first.item_id), 0);
    EXPECT_NEAR(Line(first, LineKind::kOperator) + Line(first, LineKind::kContent), score,
                1e-5 * score);
    ASSERT_EQ(first.reasons.size(), 1u);
    EXPECT_EQ(first.reasons[0].item_id, source.item_id);
    request.member_id = "ann";
    request.exclude_item_ids = {first.item_id};
    const auto for_ann = recommender->Similar(Context(), request);
    ASSERT_TRUE(for_ann.ok());
    EXPECT_THAT(ItemIds(*for_ann), Not(Contains("n0007")));
    EXPECT_THAT(ItemIds(*for_ann), Not(Contains(first.item_id)));
  }
  SimilarRequest unknown;
  unknown.item_id = "nothing";
  unknown.surface = "news";
  EXPECT_EQ(recommender->Similar(Context(), unknown).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace cofilter::service
