// CatalogueService over a socket.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "tests/service/rpc/running_server.h"

namespace cofilter::service {
namespace {

using google::protobuf::util::MessageDifferencer;
using Stub = v1::CatalogueService::Stub;

constexpr char kRequestId[] = "123e4567-e89b-42d3-a456-426614174000";

class CatalogueCallsTest : public testing::Test {
 protected:
  grpc::Status Upsert(const v1::Item& item, v1::Item* stored, const std::string& request_id = "",
                      bool validate_only = false) {
    v1::UpsertItemRequest request;
    *request.mutable_item() = item;
    request.set_request_id(request_id);
    request.set_validate_only(validate_only);
    return Call(*server_.catalogue, &Stub::UpsertItem, request, stored);
  }
  grpc::Status Get(const std::string& id, v1::Item* item) {
    v1::GetItemRequest request;
    request.set_item_id(id);
    return Call(*server_.catalogue, &Stub::GetItem, request, item);
  }
  static v1::Item Course(const std::string& id, std::vector<std::string> prerequisites = {}) {
    v1::Item item;
    item.set_item_id(id);
    item.set_kind(v1::ITEM_KIND_COURSE);
    item.set_title(absl::StrCat("Course ", id));
    for (auto& prerequisite : prerequisites) item.add_prerequisites(prerequisite);
    return item;
  }
  bool Served(const std::string& id) {
    const v1::Recommendation list = server_.Recommend("ann", "news", 100);
    for (const auto& item : list.items()) {
      if (item.item_id() == id) return true;
    }
    return false;
  }

  RunningServer server_;
};

TEST_F(CatalogueCallsTest, AnUpsertedItemIsServedByTheNextCall) {
  for (int i = 0; i < 20; ++i) {
    const std::string id = absl::StrCat("new", i);
    v1::Item stored;
    ASSERT_TRUE(Upsert(server_.NewsMessage(id), &stored).ok());
    EXPECT_GT(stored.revision(), 0);
    EXPECT_TRUE(Served(id)) << id;
  }
}

TEST_F(CatalogueCallsTest, EveryFieldComesBack) {
  v1::Item item = Course("c1", {"c0"});
  item.set_summary("Summary");
  item.add_topics("safety");
  item.set_language("zh-CN");
  item.set_publisher("HR");
  item.set_repost_of("c9");
  item.mutable_published_at()->set_seconds(1700000000);
  item.mutable_expires_at()->set_seconds(1800000000);
  item.mutable_starts_at()->set_seconds(1750000000);
  item.mutable_ends_at()->set_seconds(1750003600);
  item.set_place("Hall 1");
  item.set_online(true);
  item.set_credits(1.5);
  item.mutable_duration()->set_seconds(3600);
  item.add_org_units("/hq");
  item.set_source_system("lms");
  item.set_state(v1::ITEM_STATE_ACTIVE);
  v1::Item stored;
  ASSERT_TRUE(Upsert(item, &stored).ok());
  v1::Item read;
  ASSERT_TRUE(Get("c1", &read).ok());
  EXPECT_TRUE(MessageDifferencer::Equals(stored, read));
  read.clear_revision();
  read.clear_etag();
  EXPECT_TRUE(MessageDifferencer::Equals(item, read)) << read.DebugString();
}

TEST_F(CatalogueCallsTest, GetItemOfAnUnknownOneIsNotFound) {
  v1::Item item;
  const grpc::Status status = Get("nothing", &item);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_TRUE(Names(status, "item_id"));
}

TEST_F(CatalogueCallsTest, ACycleOfPrerequisitesIsRefusedAndNothingChanges) {
  v1::Item stored;
  ASSERT_TRUE(Upsert(Course("a", {"b"}), &stored).ok());
  const grpc::Status status = Upsert(Course("b", {"a"}), &stored);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(Names(status, "prerequisites")) << status.error_message();
  EXPECT_EQ(Get("b", &stored).error_code(), grpc::StatusCode::NOT_FOUND);
  v1::BatchUpsertItemsRequest batch;
  *batch.add_items() = Course("x", {"y"});
  *batch.add_items() = Course("y", {"x"});
  v1::BatchUpsertItemsResponse response;
  EXPECT_EQ(Call(*server_.catalogue, &Stub::BatchUpsertItems, batch, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(CatalogueCallsTest, AnotherEtagAborts) {
  v1::Item first;
  ASSERT_TRUE(Upsert(server_.NewsMessage("x"), &first).ok());
  v1::Item changed = first;
  changed.set_title("Second");
  v1::Item second;
  ASSERT_TRUE(Upsert(changed, &second).ok());
  EXPECT_NE(first.etag(), second.etag());
  v1::Item none;
  EXPECT_EQ(Upsert(changed, &none).error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(Upsert(changed, &none, "", true).error_code(), grpc::StatusCode::ABORTED);
}

TEST_F(CatalogueCallsTest, ValidateOnlyWritesNothing) {
  v1::Item answer;
  ASSERT_TRUE(Upsert(server_.NewsMessage("x"), &answer, "", true).ok());
  EXPECT_EQ(answer.title(), "News of x");
  EXPECT_EQ(Get("x", &answer).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(CatalogueCallsTest, ARepeatedRequestIdGetsTheFirstAnswer) {
  v1::Item first;
  ASSERT_TRUE(Upsert(server_.NewsMessage("x"), &first, kRequestId).ok());
  v1::Item changed = server_.NewsMessage("x");
  changed.set_title("Meanwhile");
  v1::Item second;
  ASSERT_TRUE(Upsert(changed, &second).ok());
  v1::Item repeated;
  ASSERT_TRUE(Upsert(server_.NewsMessage("x"), &repeated, kRequestId).ok());
  EXPECT_TRUE(MessageDifferencer::Equals(first, repeated));
  v1::Item now;
  ASSERT_TRUE(Get("x", &now).ok());
  EXPECT_EQ(now.title(), "Meanwhile");
  EXPECT_EQ(Upsert(changed, &second, kRequestId).error_code(), grpc::StatusCode::ALREADY_EXISTS);
  v1::RetireItemRequest retire;
  retire.set_item_id("x");
  retire.set_request_id(kRequestId);
  EXPECT_EQ(Call(*server_.catalogue, &Stub::RetireItem, retire, &second).error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
}

TEST_F(CatalogueCallsTest, BatchesAreAllOrNothing) {
  v1::BatchUpsertItemsRequest request;
  for (int i = 0; i < 100; ++i) *request.add_items() = server_.NewsMessage(absl::StrCat("b", i));
  v1::BatchUpsertItemsResponse response;
  ASSERT_TRUE(Call(*server_.catalogue, &Stub::BatchUpsertItems, request, &response).ok());
  ASSERT_EQ(response.items_size(), 100);
  EXPECT_EQ(response.items(99).item_id(), "b99");
  request.mutable_items(0)->set_item_id("c0");
  request.mutable_items(50)->set_kind(v1::ITEM_KIND_UNSPECIFIED);
  const grpc::Status status = Call(*server_.catalogue, &Stub::BatchUpsertItems, request, &response);
  EXPECT_TRUE(Names(status, "items[50].kind")) << status.error_message();
  v1::Item item;
  EXPECT_EQ(Get("c0", &item).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(CatalogueCallsTest, ARetiredItemIsGoneFromTheNextListAndCanComeBack) {
  ASSERT_TRUE(Served("n0004"));
  v1::RetireItemRequest request;
  request.set_item_id("n0004");
  v1::Item retired;
  ASSERT_TRUE(Call(*server_.catalogue, &Stub::RetireItem, request, &retired).ok());
  EXPECT_EQ(retired.state(), v1::ITEM_STATE_RETIRED);
  EXPECT_FALSE(Served("n0004"));
  v1::Item again;
  ASSERT_TRUE(Call(*server_.catalogue, &Stub::RetireItem, request, &again).ok());
  EXPECT_EQ(again.etag(), retired.etag());
  v1::Item back;
  ASSERT_TRUE(Upsert(server_.NewsMessage("n0004"), &back).ok());
  EXPECT_TRUE(Served("n0004"));
  request.set_item_id("nothing");
  EXPECT_EQ(Call(*server_.catalogue, &Stub::RetireItem, request, &again).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(CatalogueCallsTest, ListItemsPagesThroughWhatPassesTheFilters) {
  v1::Item item;
  for (int i = 0; i < 7; ++i) {
    v1::Item course = Course(absl::StrCat("c", i));
    course.add_topics(i % 2 == 0 ? "even" : "odd");
    course.set_publisher("HR");
    ASSERT_TRUE(Upsert(course, &item).ok());
  }
  v1::ListItemsRequest request;
  request.set_page_size(2);
  request.add_kinds(v1::ITEM_KIND_COURSE);
  request.add_states(v1::ITEM_STATE_ACTIVE);
  request.add_topics("even");
  request.set_publisher("HR");
  request.set_title_contains("COURSE");
  std::set<std::string> ids;
  int pages = 0;
  do {
    v1::ListItemsResponse response;
    ASSERT_TRUE(Call(*server_.catalogue, &Stub::ListItems, request, &response).ok());
    EXPECT_LE(response.items_size(), 2);
    for (const auto& listed : response.items()) EXPECT_TRUE(ids.insert(listed.item_id()).second);
    request.set_page_token(response.next_page_token());
    ASSERT_LT(++pages, 10);
  } while (!request.page_token().empty());
  EXPECT_THAT(ids, testing::ElementsAre("c0", "c2", "c4", "c6"));
}

}  // namespace
}  // namespace cofilter::service
