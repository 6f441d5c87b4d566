// Lists by the news ranker: lines that add up, reasons that stay exact, candidates that somebody
// gave, exploration, and a loop that cannot run away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "service/recommend/explore.h"
#include "tests/service/recommend/recommend_world.h"

namespace cofilter::service {
namespace {

using data::Verb;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

double Line(const RecommendedItem& item, LineKind kind) {
  for (const ScoreLine& line : item.lines) {
    if (line.kind == kind) return line.value;
  }
  return 0;
}

models::NewsRankerParameters Ranker() {
  models::NewsRankerParameters ranker;
  ranker.given_weights = {0.5, 0.1, 0, -0.1, 0.2, 0.2};
  ranker.pool_weights = {0.5, 0.3, 0.3, -0.1, 0.2, 0.2};
  return ranker;
}

ServerConfig WithSurface(Impressions impressions, double exploration) {
  ServerConfig config = ServerConfig::Default();
  SurfaceConfig& news = config.surfaces.at("news");
  news.impressions = impressions;
  news.exploration = exploration;
  return config;
}

class NewsListTest : public RecommenderTest {
 protected:
  explicit NewsListTest(ServerConfig config = ServerConfig::Default())
      : RecommenderTest(std::move(config)) {}

  // Items of these ids, a model that knows them and has the ranker.
  void FillNews(const std::vector<std::string>& ids,
                const models::NewsRankerParameters& ranker = Ranker()) {
    std::vector<data::Item> items;
    for (const std::string& id : ids) {
      data::Item item = NewsItem(id);
      item.title = "story " + id;
      items.push_back(item);
    }
    world.Upsert(items);
    models::OperatorArrays arrays = RandomOperator("news", ids, 1);
    arrays.parameters.ranker = ranker;
    world.Promote({arrays});
  }
  void Show(const std::string& item, int times) {
    for (int n = 0; n < times; ++n) world.Record("someone", item, Verb::kImpression);
  }
  RecommendRequest Order(std::string member, std::vector<std::string> candidates) {
    RecommendRequest request = Ask(std::move(member), "news", 0);
    request.candidate_item_ids = std::move(candidates);
    return request;
  }
};

TEST_F(NewsListTest, WithoutAHistoryTwoUnitsGetTwoLists) {
  FillNews(Ids("n", 40));
  for (const char* member : {"ann", "al"}) world.SetUnit(member, "/north/a");
  for (const char* member : {"bob", "bea"}) world.SetUnit(member, "/north/b");
  for (const std::string& id : Ids("n", 40)) Show(id, 20);
  for (int n = 0; n < 9; ++n) {
    world.Record("al", "n0010", Verb::kRead);
    world.Record("bob", "n0011", Verb::kRead);
    world.Record("someone", "n0012", Verb::kRead);
  }
  ASSERT_TRUE(world.publisher->Follow().ok());
  const Recommendation ann = Get("ann", "news", 5);
  const Recommendation bea = Get("bea", "news", 5);
  EXPECT_EQ(ann.items[0].item_id, "n0010");
  EXPECT_EQ(bea.items[0].item_id, "n0011");
  EXPECT_EQ(ann.items[0].source, Source::kPopularInUnit);
  for (const Recommendation& list : {ann, bea}) {
    for (const RecommendedItem& item : list.items) {
      double sum = 0;
      for (const ScoreLine& line : item.lines) sum += line.value;
      EXPECT_NEAR(sum, item.score, 1e-9);
    }
  }
  EXPECT_NE(Line(ann.items[0], LineKind::kTrending), 0);
  for (const RecommendedItem& item : Get("nobody", "news", 5).items) {
    EXPECT_EQ(Line(item, LineKind::kTrending), 0) << "no unit, no line of it";
  }
}

TEST_F(NewsListTest, LinesAddUpAndReasonsAreTheOperatorsLine) {
  models::NewsRankerParameters ranker = Ranker();
  ranker.freshness_half_life_hours = 24;
  FillNews(Ids("n", 60), ranker);
  data::Item fresh = NewsItem("x1");
  fresh.title = "story n0003";
  world.Upsert({fresh});
  world.Record("ann", "n0003", Verb::kRead);
  world.Record("ann", "n0004", Verb::kOpen);
  for (int n = 0; n < 9; ++n) world.Record("bob", "n0010", Verb::kOpen);
  Show("n0010", 30);
  Show("n0011", 200);
  Show("x1", 3);
  const Recommendation list = Get("ann", "news", 40);
  EXPECT_EQ(list.level, Level::kPersonalised);
  ASSERT_GT(list.items.size(), 10u);
  std::set<LineKind> kinds;
  int with_reasons = 0;
  int ranked = 0;
  for (const RecommendedItem& item : list.items) {
    SCOPED_TRACE(item.item_id);
    // Below the ranked ones stands what filled the list.
    if (item.source == Source::kPopular) {
      EXPECT_LT(item.score, 0);
    } else {
      EXPECT_GT(item.score, 0);
      ++ranked;
    }
    double sum = 0;
    for (const ScoreLine& line : item.lines) {
      sum += line.value;
      kinds.insert(line.kind);
    }
    EXPECT_NEAR(sum, item.score, 1e-9 * std::max(1.0, std::abs(sum)));
    double reasons = item.remainder;
    for (const Reason& reason : item.reasons) reasons += reason.contribution;
    const double personal = Line(item, LineKind::kOperator) + Line(item, LineKind::kContent);
    EXPECT_NEAR(reasons, personal, 1e-9 * std::max(1.0, std::abs(personal)));
    if (!item.reasons.empty()) ++with_reasons;
  }
  EXPECT_GT(ranked, 10);
  EXPECT_GT(with_reasons, 0);
  EXPECT_THAT(kinds, Contains(LineKind::kClickRate));
  EXPECT_THAT(kinds, Contains(LineKind::kPlacement));
  EXPECT_THAT(kinds, Contains(LineKind::kExposure));
  EXPECT_THAT(kinds, Contains(LineKind::kContentMatch));
  EXPECT_THAT(kinds, Contains(LineKind::kFreshness));
  ASSERT_FALSE(receipts.receipts.empty());
  const auto again = ParseReceipt(SerialiseReceipt(receipts.receipts.back()));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->list.items[0].lines.size(), list.items[0].lines.size());
}

TEST_F(NewsListTest, CandidatesComeBackInOrderOfTheirClickRate) {
  FillNews(Ids("n", 30));
  Show("n0001", 40);
  Show("n0002", 40);
  Show("n0003", 40);
  for (int n = 0; n < 20; ++n) world.Record("bob", "n0002", Verb::kOpen);
  for (int n = 0; n < 5; ++n) world.Record("bob", "n0003", Verb::kOpen);
  const Recommendation list =
      Get(Order("nobody", {"n0001", "n0002", "n0003", "no-such-item", "n0002"}));
  EXPECT_THAT(ItemIds(list), ElementsAre("n0002", "n0003", "n0001"));
  EXPECT_EQ(list.level, Level::kTrending);
}

TEST_F(NewsListTest, CandidatesPassTheFilterAndNothingElseIsAdded) {
  FillNews(Ids("n", 30));
  world.Record("ann", "n0001", Verb::kRead);
  const Recommendation list = Get(Order("ann", {"n0001", "n0002", "n0005"}));
  EXPECT_THAT(ItemIds(list), UnorderedElementsAre("n0002", "n0005"));
  EXPECT_EQ(Drops(list, "filter", DropReason::kSeen), 1u);
  EXPECT_THAT(Get(Order("ann", {"no-such-item"})).items, IsEmpty());
}

TEST_F(NewsListTest, CandidatesAreOrderedWithoutARankerToo) {
  Fill(Ids("n", 30));
  world.Record("ann", "n0001", Verb::kRead);
  EXPECT_THAT(ItemIds(Get(Order("ann", {"n0002", "n0005", "n0007"}))),
              UnorderedElementsAre("n0002", "n0005", "n0007"));
  EXPECT_THAT(ItemIds(Get(Order("nobody", {"n0009", "n0003"}))),
              UnorderedElementsAre("n0009", "n0003"));
}

TEST_F(NewsListTest, TooManyCandidatesAreRefused) {
  RecommendRequest request = Order("ann", Ids("n", 1001));
  const auto list = recommender->Recommend(Context(), request);
  EXPECT_TRUE(absl::IsInvalidArgument(list.status()));
  EXPECT_THAT(std::string(list.status().message()), ::testing::HasSubstr("candidate_item_ids"));
}

TEST_F(NewsListTest, WhoReadNothingGetsWhatIsClickedNow) {
  FillNews(Ids("n", 30));
  for (int n = 0; n < 5; ++n) world.Record("bob", "n0007", Verb::kOpen);
  const Recommendation list = Get("nobody", "news", 3);
  ASSERT_FALSE(list.items.empty());
  EXPECT_EQ(list.items[0].item_id, "n0007");
  EXPECT_EQ(list.items[0].source, Source::kTrending);
  EXPECT_EQ(list.level, Level::kTrending);
  EXPECT_EQ(Line(list.items[0], LineKind::kOperator), 0);
}

class ServedImpressionsTest : public NewsListTest {
 protected:
  ServedImpressionsTest() : NewsListTest(WithSurface(Impressions::kServed, 0)) {}
  double Shown(const std::string& item) {
    std::vector<models::ItemCountsByHalfLife> counts;
    world.holder->Current()->counters->Live("news").Read(std::vector<ItemKey>{world.Key(item)},
                                                         world.clock.Now(), &counts);
    return counts[0][0].impressions;
  }
};

TEST_F(ServedImpressionsTest, ServedListsCountAndPlacementsByOthersToo) {
  FillNews(Ids("n", 30));
  Get(Order("nobody", {"n0001", "n0002"}));
  Get(Order("nobody", {"n0001"}));
  EXPECT_DOUBLE_EQ(Shown("n0001"), 2);
  EXPECT_DOUBLE_EQ(Shown("n0002"), 1);
  world.Record("bob", "n0003", Verb::kImpression);
  EXPECT_DOUBLE_EQ(Shown("n0003"), 1);
}

TEST_F(NewsListTest, ServedListsDoNotCountWhereClientsConfirm) {
  FillNews(Ids("n", 30));
  Get(Order("nobody", {"n0001"}));
  std::vector<models::ItemCountsByHalfLife> counts;
  world.holder->Current()->counters->Live("news").Read(std::vector<ItemKey>{world.Key("n0001")},
                                                       world.clock.Now(), &counts);
  EXPECT_EQ(counts[0][0].impressions, 0);
}

TEST_F(NewsListTest, CountersOfTheRankerAreWarmAfterARestart) {
  FillNews(Ids("n", 30));
  Show("n0004", 3);
  world.Record("bob", "n0004", Verb::kOpen);
  world.RestartPublisher();
  std::vector<models::ItemCountsByHalfLife> counts;
  world.holder->Current()->counters->Live("news").Read(std::vector<ItemKey>{world.Key("n0004")},
                                                       world.clock.Now(), &counts);
  EXPECT_DOUBLE_EQ(counts[0][6].impressions, 3);
  EXPECT_DOUBLE_EQ(counts[0][6].clicks, 1);
}

std::vector<Candidate> Candidates(ItemKey count) {
  std::vector<Candidate> candidates(count);
  for (ItemKey n = 0; n < count; ++n) candidates[n].key = n + 1;
  return candidates;
}

TEST(ExploreTest, PicksByChanceAndTellsTheChance) {
  const std::vector<Candidate> pool = Candidates(10);
  std::map<ItemKey, int> picked;
  double explored = 0;
  constexpr int kLists = 20'000;
  for (int n = 0; n < kLists; ++n) {
    std::vector<Candidate> list(pool.begin(), pool.begin() + 4);
    const double propensity = Explore(0.1, static_cast<std::uint64_t>(n), pool, list);
    ASSERT_EQ(list.size(), 4u);
    for (std::size_t rank = 0; rank < 3; ++rank) EXPECT_EQ(list[rank].key, rank + 1);
    if (list[3].key == 4) {
      EXPECT_DOUBLE_EQ(propensity, 0.6);
    } else {
      EXPECT_DOUBLE_EQ(propensity, 0.4 / 6);
      ++picked[list[3].key];
      explored += 1;
    }
  }
  EXPECT_NEAR(explored / kLists, 0.4, 0.02) << "a tenth of four places";
  ASSERT_EQ(picked.size(), 6u);
  for (const auto& [key, times] : picked) EXPECT_NEAR(times / explored, 1.0 / 6, 0.02) << key;
}

TEST(ExploreTest, IsTheSameForTheSameSeedAndNothingWithoutAShare) {
  const std::vector<Candidate> pool = Candidates(50);
  std::vector<Candidate> one(pool.begin(), pool.begin() + 20), two = one, three = one;
  EXPECT_EQ(Explore(0.2, 99, pool, one), Explore(0.2, 99, pool, two));
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].key, two[i].key);
  EXPECT_EQ(Explore(0, 99, pool, three), 1);
  EXPECT_EQ(three.back().key, 20u);
  std::vector<Candidate> all = pool;
  EXPECT_EQ(Explore(0.5, 99, pool, all), 1) << "nothing is left to pick";
}

// Served lists are the only impressions, and readers click by what an item is worth, wherever it
// stands. One item had a head start of clicks; better ones nobody has seen yet.
class FeedbackLoopTest : public NewsListTest {
 protected:
  FeedbackLoopTest() : NewsListTest(WithSurface(Impressions::kServed, 0.1)) {}
};

TEST_F(FeedbackLoopTest, AnItemShownForHavingBeenShownDoesNotRunAway) {
  constexpr int kItems = 40, kLists = 900, kLength = 5;
  const std::vector<std::string> ids = Ids("n", kItems);
  FillNews(ids);
  std::map<std::string, double> worth;
  for (int n = 0; n < kItems; ++n) worth[ids[static_cast<std::size_t>(n)]] = n < 5 ? 0.3 : 0.05;
  const std::string head_start = ids.back();
  for (int n = 0; n < 30; ++n) world.Record("bot", head_start, Verb::kOpen);
  std::mt19937 random(3);
  std::uniform_real_distribution<double> chance;
  std::map<std::string, int> early, late;
  for (int n = 0; n < kLists; ++n) {
    world.clock.Advance(std::chrono::minutes(4));
    const Recommendation list = Get("visitor", "news", kLength);
    ASSERT_EQ(list.items.size(), static_cast<std::size_t>(kLength));
    for (const RecommendedItem& item : list.items) {
      ++(n < kLists / 3 ? early : late)[item.item_id];
      if (chance(random) < worth[item.item_id]) world.Record("reader", item.item_id, Verb::kOpen);
    }
  }
  int good = 0;
  for (int n = 0; n < 5; ++n) good += late[ids[static_cast<std::size_t>(n)]];
  const double lists = kLists * 2 / 3;
  EXPECT_LT(late[head_start] / lists, 0.5) << "of the lists; early " << early[head_start];
  EXPECT_GT(good / (lists * kLength), 0.5) << "of the places go to the five that are worth it";
}

}  // namespace
}  // namespace cofilter::service
