// Requests: what is refused and how; pages of lists, pages of surfaces, batches.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <set>
#include <thread>

#include "service/recommend/page_token.h"
#include "service/recommend/request_checks.h"
#include "tests/service/recommend/recommend_world.h"

namespace cofilter::service {
namespace {

using data::Verb;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(RecommenderTest, EveryWrongFieldIsNamed) {
  const auto refused = [&](const std::string& field,
                           const std::function<void(RecommendRequest&)>& spoil) {
    RecommendRequest request = Ask("ann");
    spoil(request);
    const auto list = recommender->Recommend(Context(), request);
    EXPECT_EQ(list.status().code(), absl::StatusCode::kInvalidArgument) << field;
    EXPECT_THAT(std::string(list.status().message()), HasSubstr(field));
  };
  refused("member_id", [](auto& r) { r.member_id = ""; });
  refused("member_id", [](auto& r) { r.member_id = std::string(257, 'x'); });
  refused("member_id", [](auto& r) { r.member_id = "a\nb"; });
  refused("surface", [](auto& r) { r.surface = ""; });
  refused("count", [](auto& r) { r.count = kMaxCount + 1; });
  refused("exclude_item_ids",
          [](auto& r) { r.exclude_item_ids.assign(kMaxExcludedItems + 1, "x"); });
  refused("exclude_item_ids[1]", [](auto& r) { r.exclude_item_ids = {"x", ""}; });
  refused("topics", [](auto& r) { r.topics.assign(kMaxTopics + 1, "x"); });
  refused("topics[0]", [](auto& r) { r.topics = {"\xff"}; });
  refused("language", [](auto& r) { r.language = std::string(65, 'x'); });
  refused("kinds", [](auto& r) { r.kinds = {data::ItemKind::kUnspecified}; });
  refused("kinds", [](auto& r) { r.kinds = {static_cast<data::ItemKind>(99)}; });
  refused("dial", [](auto& r) { r.dial = 1.01; });
  refused("dial", [](auto& r) { r.dial = -0.01; });
  refused("dial", [](auto& r) { r.dial = std::numeric_limits<double>::quiet_NaN(); });
  refused("max_reasons", [](auto& r) { r.max_reasons = kMaxReasons + 1; });
  refused("page_token", [](auto& r) { r.page_token = "nonsense"; });
  EXPECT_EQ(members.reads, 1) << "only the token is looked at after the member is read";
}

TEST_F(RecommenderTest, SurfaceThatIsNotConfiguredIsNotFound) {
  const auto list = recommender->Recommend(Context(), Ask("ann", "films"));
  EXPECT_EQ(list.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(list.status().message()), HasSubstr("right: learning, news"));
}

TEST_F(RecommenderTest, AnswerCarriesRevisionsAndAnIdOfItsOwn) {
  Fill(Ids("n", 10));
  const Recommendation a = Get("ann"), b = Get("ann");
  EXPECT_NE(a.recommendation_id, b.recommendation_id);
  EXPECT_EQ(a.revisions.model, 1u);
  EXPECT_EQ(a.revisions.catalogue, world.holder->Current()->catalogue.revision());
  EXPECT_EQ(a.revisions.configuration, world.config->revision);
  EXPECT_EQ(receipts.receipts.size(), 2u);
  EXPECT_EQ(receipts.receipts[0].list.recommendation_id, a.recommendation_id);
  EXPECT_EQ(receipts.receipts[0].member_id, "ann");
}

TEST_F(RecommenderTest, CountOfZeroIsTheSurfacesOwn) {
  Fill(Ids("n", 50));
  EXPECT_EQ(Get("ann", "news", 0).items.size(), 20u);
}

TEST_F(RecommenderTest, PagesGoOnWithoutRepeatsAndKeepTheRanks) {
  const std::vector<std::string> ids = Ids("n", 100);
  Fill(ids);
  for (const char* id : {"n0001", "n0002", "n0003"}) world.Record("ann", id, Verb::kRead);
  std::set<std::string> shown;
  std::uint32_t rank = 1;
  RecommendRequest request = Ask("ann", "news", 15);
  for (int page = 0;; ++page) {
    ASSERT_LT(page, 20);
    const Recommendation list = Get(request);
    for (const RecommendedItem& item : list.items) {
      EXPECT_EQ(item.rank, rank++);
      EXPECT_TRUE(shown.insert(item.item_id).second) << item.item_id;
    }
    if (list.next_page_token.empty()) break;
    request.page_token = list.next_page_token;
    // The world moves between pages: what is new may come, what was shown does not come back.
    if (page == 1) world.Record("ann", "n0050", Verb::kRead);
    if (page == 2) world.Upsert({NewsItem("x")});
    if (page == 3) world.Promote({RandomOperator("news", ids, 9)});
  }
  EXPECT_THAT(shown, Contains("x"));
  EXPECT_GE(shown.size(), 97u);
  EXPECT_THAT(shown, Not(Contains("n0001")));
}

TEST_F(RecommenderTest, PageTokenOfAnotherMemberOrSurfaceIsRefused) {
  Fill(Ids("n", 50));
  RecommendRequest request = Ask("ann", "news", 5);
  const std::string token = Get(request).next_page_token;
  ASSERT_FALSE(token.empty());
  request.page_token = token;
  request.member_id = "bob";
  EXPECT_EQ(recommender->Recommend(Context(), request).status().code(),
            absl::StatusCode::kInvalidArgument);
  request.member_id = "ann";
  request.surface = "learning";
  EXPECT_EQ(recommender->Recommend(Context(), request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(RecommenderTest, PageTokenWithMadeUpKeysIsHarmless) {
  Fill(Ids("n", 50));
  RecommendRequest request = Ask("ann", "news", 5);
  const std::vector<ItemKey> made_up = {1, 4'000'000'000u, std::numeric_limits<ItemKey>::max()};
  request.page_token = EncodePageToken("default", "ann", "news", made_up);
  EXPECT_EQ(ItemIds(Get(request)).size(), 5u);
}

TEST_F(RecommenderTest, ListEndsWhereItMayNotBeContinued) {
  std::vector<data::Item> items;
  for (const std::string& id : Ids("n", 1500)) items.push_back(NewsItem(id));
  world.Upsert(items);
  RecommendRequest request = Ask("ann", "news", 300);
  std::set<std::string> shown;
  for (int page = 0; page < 3; ++page) {
    const Recommendation list = Get(request);
    for (const auto& id : ItemIds(list)) EXPECT_TRUE(shown.insert(id).second);
    request.page_token = list.next_page_token;
    ASSERT_FALSE(request.page_token.empty());
  }
  EXPECT_TRUE(Get(request).next_page_token.empty()) << "1,200 would be more than a token holds";
}

class PageTest : public RecommenderTest {
 protected:
  static ServerConfig WithDigest() {
    ServerConfig config = ServerConfig::Default();
    SurfaceConfig digest = config.surfaces.at("news");
    digest.name = "digest";
    digest.kinds.push_back(data::ItemKind::kCourse);
    config.surfaces.emplace("digest", digest);
    return config;
  }
  PageTest() : RecommenderTest(WithDigest()) {}

  static PageRequest AskPage(std::vector<std::string> surfaces, std::uint32_t count) {
    PageRequest request;
    request.member_id = "ann";
    for (std::string& surface : surfaces)
      request.surfaces.push_back({std::move(surface), count, {}});
    return request;
  }
};

TEST_F(PageTest, NoItemTwiceAndOneReadOfTheMember) {
  Fill(Ids("n", 50));
  world.Upsert({Course("c1"), Course("c2")});
  world.Record("ann", "n0001", Verb::kRead);
  members.reads = 0;
  const auto page = recommender->Page(Context(), AskPage({"digest", "news", "learning"}, 20));
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(members.reads, 1);
  ASSERT_EQ(page->size(), 3u);
  std::set<std::string> shown;
  for (const Recommendation& list : *page) {
    for (const auto& id : ItemIds(list)) EXPECT_TRUE(shown.insert(id).second) << id;
    EXPECT_FALSE(list.recommendation_id.empty());
  }
  EXPECT_EQ((*page)[0].surface, "digest");
  EXPECT_EQ((*page)[0].items.size(), 20u);
  EXPECT_EQ((*page)[1].items.size(), 20u);
  // The same list alone is the first of the page: its place came first.
  EXPECT_EQ(ItemIds(Get("ann", "digest")), ItemIds((*page)[0]));
}

TEST_F(PageTest, WrongPagesAreRefusedByField) {
  const auto status_of = [&](const PageRequest& request) {
    return recommender->Page(Context(), request).status();
  };
  EXPECT_THAT(std::string(status_of(AskPage({}, 5)).message()), HasSubstr("surfaces"));
  EXPECT_THAT(std::string(status_of(AskPage({"news", "news"}, 5)).message()),
              HasSubstr("surfaces[1].surface"));
  EXPECT_THAT(std::string(status_of(AskPage({"news", "digest"}, 501)).message()),
              HasSubstr("surfaces[0].count"));
  PageRequest dial = AskPage({"news"}, 5);
  dial.surfaces[0].dial = 2;
  EXPECT_THAT(std::string(status_of(dial).message()), HasSubstr("surfaces[0].dial"));
  EXPECT_EQ(status_of(AskPage({"news", "films"}, 5)).code(), absl::StatusCode::kNotFound);
}

TEST_F(RecommenderTest, BatchAnswersEachAndReadsEachMemberOnce) {
  Fill(Ids("n", 50));
  world.Record("ann", "n0001", Verb::kRead);
  const std::vector<RecommendRequest> requests = {Ask("ann"), Ask("ann", "learning"), Ask(""),
                                                  Ask("bob")};
  members.reads = 0;
  const auto lists = recommender->RecommendBatch(Context(), requests);
  ASSERT_EQ(lists.size(), 4u);
  EXPECT_EQ(members.reads, 2);
  ASSERT_TRUE(lists[0].ok() && lists[1].ok() && lists[3].ok());
  EXPECT_EQ(lists[2].status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ItemIds(*lists[0]), ItemIds(Get("ann")));
  EXPECT_EQ(ItemIds(*lists[3]), ItemIds(Get("bob")));
}

TEST_F(RecommenderTest, CallsGoOnWhileModelsItemsAndEventsCome) {
  const std::vector<std::string> ids = Ids("n", 150);
  Fill(ids);
  for (const char* id : {"n0001", "n0002", "n0003"}) world.Record("ann", id, Verb::kRead);
  std::atomic<bool> stop{false};
  std::atomic<int> answered{0};
  const auto quiet = Recommender::Create(world.holder.get(), &members, nullptr);
  std::vector<std::thread> callers;
  for (int t = 0; t < 3; ++t) {
    callers.emplace_back([&, t] {
      while (!stop) {
        const auto list = quiet->Recommend(Context(), Ask(t == 0 ? "bob" : "ann", "news", 10));
        ASSERT_TRUE(list.ok()) << list.status();
        ASSERT_EQ(list->items.size(), 10u);
        for (const RecommendedItem& item : list->items) {
          double lines = 0;
          for (const ScoreLine& line : item.lines) lines += line.value;
          ASSERT_NEAR(lines, item.score, 1e-9);
          if (t == 0) continue;
          ASSERT_NE(item.item_id, "n0001");
        }
        ++answered;
      }
    });
  }
  for (unsigned round = 0; round < 12; ++round) {
    world.Promote({RandomOperator("news", Ids("n", 100 + 4 * round), round)});
    world.Upsert({NewsItem("x" + std::to_string(round))});
    world.Record("bob", ids[round + 10], Verb::kRead);
    world.clock.Advance(std::chrono::minutes(1));
  }
  const int before = answered;
  while (answered < before + 20) std::this_thread::yield();
  stop = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(world.holder->Current()->model_version(), 13u);
}

}  // namespace
}  // namespace cofilter::service
