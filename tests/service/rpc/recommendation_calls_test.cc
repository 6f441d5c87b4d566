// RecommendationService over a socket: lists, pages, similar items and streams.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "service/recommend/recommender.h"
#include "tests/service/rpc/running_server.h"

namespace cofilter::service {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

using Stub = v1::RecommendationService::Stub;

std::vector<std::string> ItemIds(const v1::Recommendation& list) {
  std::vector<std::string> ids;
  for (const auto& item : list.items()) ids.push_back(item.item_id());
  return ids;
}

class RecommendationCallsTest : public testing::Test {
 protected:
  RunningServer server_;
};

TEST_F(RecommendationCallsTest, AnUnknownMemberGetsAListThatSaysItIsNotPersonal) {
  const v1::Recommendation list = server_.Recommend("stranger");
  EXPECT_EQ(list.items_size(), 10);
  EXPECT_EQ(list.level(), v1::LEVEL_POPULAR);
  EXPECT_TRUE(list.seen_items_excluded());
  EXPECT_EQ(list.revisions().model(), 1);
  EXPECT_GT(list.revisions().catalogue(), 0);
  EXPECT_EQ(list.recommendation_id().size(), 36u);
  for (const auto& item : list.items()) EXPECT_THAT(item.reasons(), IsEmpty());
}

TEST_F(RecommendationCallsTest, TheNextListSeesTheEventsThatWereAcknowledged) {
  server_.Record({server_.Event("e1", "ann", "n0000"), server_.Event("e2", "ann", "n0001")});
  const v1::Recommendation list = server_.Recommend("ann");
  EXPECT_EQ(list.level(), v1::LEVEL_PERSONALISED);
  EXPECT_THAT(ItemIds(list), Not(Contains("n0000")));
  EXPECT_THAT(ItemIds(list), Not(Contains("n0001")));
  ASSERT_GT(list.items_size(), 0);
  EXPECT_GT(list.items(0).reasons_size(), 0);
}

TEST_F(RecommendationCallsTest, LinesAddUpToTheScoreAndReasonsToTheirLine) {
  server_.Record({server_.Event("e1", "ann", "n0003"), server_.Event("e2", "ann", "n0008"),
                  server_.Event("e3", "ann", "n0021"), server_.Event("e4", "ann", "n0033")});
  const v1::Recommendation list = server_.Recommend("ann");
  for (const auto& item : list.items()) {
    double sum = 0;
    double personal = 0;
    bool has_personal = false;
    for (const auto& line : item.lines()) {
      sum += line.value();
      if (line.kind() == v1::SCORE_LINE_KIND_OPERATOR ||
          line.kind() == v1::SCORE_LINE_KIND_CONTENT) {
        personal = line.value();
        has_personal = true;
      }
    }
    EXPECT_NEAR(sum, item.score(), 1e-9 * std::max(1.0, std::fabs(item.score()))) << item.item_id();
    if (!has_personal) continue;
    double reasons = item.remainder();
    for (const auto& reason : item.reasons()) reasons += reason.contribution();
    EXPECT_NEAR(reasons, personal, 1e-6 * std::max(1.0, std::fabs(personal))) << item.item_id();
    EXPECT_LE(item.reasons_size(), 3);
  }
}

TEST_F(RecommendationCallsTest, PagesContinueWithoutRepeats) {
  std::set<std::string> seen;
  v1::RecommendItemsRequest request;
  request.set_member_id("ann");
  request.set_surface("news");
  request.set_count(20);
  int expected_rank = 1;
  for (int page = 0; page < 3; ++page) {
    v1::RecommendItemsResponse response;
    ASSERT_TRUE(Call(*server_.recommendations, &Stub::RecommendItems, request, &response).ok());
    for (const auto& item : response.recommendation().items()) {
      EXPECT_TRUE(seen.insert(item.item_id()).second) << item.item_id();
      EXPECT_EQ(item.rank(), expected_rank++);
    }
    request.set_page_token(response.next_page_token());
  }
  EXPECT_THAT(seen, SizeIs(60));
}

TEST_F(RecommendationCallsTest, FiltersAndStagesAreHeeded) {
  v1::RecommendItemsRequest request;
  request.set_member_id("ann");
  request.set_surface("news");
  request.set_count(60);
  request.add_exclude_item_ids("n0007");
  request.set_dial(0.3);
  request.set_explain_stages(true);
  request.set_max_reasons(0);
  v1::RecommendItemsResponse response;
  ASSERT_TRUE(Call(*server_.recommendations, &Stub::RecommendItems, request, &response).ok());
  EXPECT_THAT(ItemIds(response.recommendation()), Not(Contains("n0007")));
  EXPECT_EQ(response.recommendation().items_size(), 59);
  EXPECT_NEAR(response.recommendation().dial(), 0.3, 1e-9);
  EXPECT_GT(response.recommendation().stages_size(), 1);
}

TEST_F(RecommendationCallsTest, APageHoldsNoItemTwice) {
  v1::UpsertItemRequest course;
  course.mutable_item()->set_item_id("c1");
  course.mutable_item()->set_kind(v1::ITEM_KIND_COURSE);
  course.mutable_item()->set_title("A course");
  v1::Item stored;
  ASSERT_TRUE(
      Call(*server_.catalogue, &v1::CatalogueService::Stub::UpsertItem, course, &stored).ok());

  v1::RecommendPageRequest request;
  request.set_member_id("ann");
  request.add_surfaces()->set_surface("learning");
  request.add_surfaces()->set_surface("news");
  request.mutable_surfaces(1)->set_count(5);
  v1::RecommendPageResponse response;
  ASSERT_TRUE(Call(*server_.recommendations, &Stub::RecommendPage, request, &response).ok());
  ASSERT_EQ(response.recommendations_size(), 2);
  EXPECT_EQ(response.recommendations(0).surface(), "learning");
  EXPECT_THAT(ItemIds(response.recommendations(0)), testing::ElementsAre("c1"));
  EXPECT_EQ(response.recommendations(1).items_size(), 5);
}

TEST_F(RecommendationCallsTest, SimilarItemsLeaveTheItemItselfOut) {
  v1::RecommendSimilarItemsRequest request;
  request.set_item_id("n0002");
  request.set_surface("news");
  request.set_count(8);
  v1::RecommendSimilarItemsResponse response;
  ASSERT_TRUE(
      Call(*server_.recommendations, &Stub::RecommendSimilarItems, request, &response).ok());
  EXPECT_GT(response.recommendation().items_size(), 0);
  EXPECT_THAT(ItemIds(response.recommendation()), Not(Contains("n0002")));

  request.set_item_id("nobody knows it");
  const grpc::Status status =
      Call(*server_.recommendations, &Stub::RecommendSimilarItems, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_TRUE(Names(status, "item_id")) << status.error_message();
}

TEST_F(RecommendationCallsTest, AStreamAnswersTheMembersInOrder) {
  v1::StreamRecommendationsRequest request;
  for (int i = 0; i < 100; ++i) request.add_member_ids(absl::StrCat("m", i));
  request.set_surface("news");
  request.set_count(3);
  grpc::ClientContext context;
  auto reader = server_.recommendations->StreamRecommendations(&context, request);
  v1::StreamRecommendationsResponse response;
  int next = 0;
  while (reader->Read(&response)) {
    EXPECT_EQ(response.member_id(), absl::StrCat("m", next++));
    EXPECT_EQ(response.recommendation().items_size(), 3);
  }
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(next, 100);
}

TEST_F(RecommendationCallsTest, AStreamChoosesMembersByUnitAndByCohort) {
  v1::BatchUpsertMembersRequest upsert;
  for (int i = 0; i < 50; ++i) {
    v1::Member* const member = upsert.add_members();
    member->set_member_id(absl::StrCat("m", i));
    member->set_org_unit(i % 2 == 0 ? "/hq/research" : "/branch");
    if (i % 5 == 0) member->add_cohorts("new");
  }
  v1::BatchUpsertMembersResponse upserted;
  ASSERT_TRUE(
      Call(*server_.members, &v1::MemberService::Stub::BatchUpsertMembers, upsert, &upserted).ok());

  const auto count = [&](const v1::StreamRecommendationsRequest& request) {
    grpc::ClientContext context;
    auto reader = server_.recommendations->StreamRecommendations(&context, request);
    v1::StreamRecommendationsResponse response;
    std::set<std::string> members;
    while (reader->Read(&response)) members.insert(response.member_id());
    EXPECT_TRUE(reader->Finish().ok());
    return members.size();
  };
  v1::StreamRecommendationsRequest request;
  request.set_surface("news");
  request.set_count(1);
  request.set_org_unit("/hq");
  EXPECT_EQ(count(request), 25u);
  request.clear_org_unit();
  request.set_cohort("new");
  EXPECT_EQ(count(request), 10u);
  request.set_cohort("nobody");
  EXPECT_EQ(count(request), 0u);
}

TEST_F(RecommendationCallsTest, AStreamThatTheCallerLeavesEnds) {
  v1::StreamRecommendationsRequest request;
  for (int i = 0; i < 5000; ++i) request.add_member_ids(absl::StrCat("m", i));
  request.set_surface("news");
  {
    grpc::ClientContext context;
    auto reader = server_.recommendations->StreamRecommendations(&context, request);
    v1::StreamRecommendationsResponse response;
    ASSERT_TRUE(reader->Read(&response));
    context.TryCancel();
    while (reader->Read(&response)) {
    }
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  EXPECT_EQ(server_.Recommend("ann").items_size(), 10);
}

TEST_F(RecommendationCallsTest, AShortDeadlineGetsACheaperList) {
  server_.Record({server_.Event("e1", "ann", "n0000"), server_.Event("e2", "ann", "n0001")});
  ASSERT_EQ(server_.Recommend("ann").level(), v1::LEVEL_PERSONALISED);
  // The call leaves with an hour; the store takes nearly all of it, by the server's clock.
  server_.store().BeforeEachCall([this] { server_.clock.Advance(std::chrono::minutes(61)); });
  v1::RecommendItemsRequest request;
  request.set_member_id("ann");
  request.set_surface("news");
  v1::RecommendItemsResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::hours(1));
  ASSERT_TRUE(server_.recommendations->RecommendItems(&context, request, &response).ok());
  server_.store().BeforeEachCall({});
  EXPECT_GT(response.recommendation().level(), v1::LEVEL_PERSONALISED);
  EXPECT_GT(response.recommendation().items_size(), 0);
}

TEST_F(RecommendationCallsTest, ListsAreCountedByLevel) {
  server_.Recommend("stranger");
  server_.Record({server_.Event("e1", "ann", "n0000")});
  server_.Recommend("ann");
  EXPECT_EQ(server_.server().parts().recommender->list_metrics().lists(Level::kPopular), 1u);
  EXPECT_EQ(server_.server().parts().recommender->list_metrics().lists(Level::kPersonalised), 1u);
}

TEST(EmptyCatalogueTest, AnswersAnEmptyList) {
  RunningServer server({}, 0);
  const v1::Recommendation list = server.Recommend("ann");
  EXPECT_EQ(list.level(), v1::LEVEL_EMPTY);
  EXPECT_EQ(list.items_size(), 0);
}

TEST(CatalogueOfOneTest, AnswersTheOne) {
  RunningServer server({}, 1);
  EXPECT_THAT(ItemIds(server.Recommend("ann")), testing::ElementsAre("n0000"));
}

}  // namespace
}  // namespace cofilter::service
