// Every malformed request is INVALID_ARGUMENT, names its field, and changes nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/service/rpc/running_server.h"

namespace cofilter::service {
namespace {

struct BadRequest {
  std::string name;
  std::string field;  // that the message names
  std::function<grpc::Status(RunningServer&)> call;
};

// A right request of each kind, made wrong by `spoil`.
BadRequest Items(std::string name, std::string field,
                 std::function<void(v1::RecommendItemsRequest&)> spoil) {
  return {std::move(name), std::move(field), [spoil](RunningServer& server) {
            v1::RecommendItemsRequest request;
            request.set_member_id("ann");
            request.set_surface("news");
            spoil(request);
            v1::RecommendItemsResponse response;
            return Call(*server.recommendations, &v1::RecommendationService::Stub::RecommendItems,
                        request, &response);
          }};
}
BadRequest Page(std::string name, std::string field,
                std::function<void(v1::RecommendPageRequest&)> spoil) {
  return {std::move(name), std::move(field), [spoil](RunningServer& server) {
            v1::RecommendPageRequest request;
            request.set_member_id("ann");
            request.add_surfaces()->set_surface("news");
            request.add_surfaces()->set_surface("learning");
            spoil(request);
            v1::RecommendPageResponse response;
            return Call(*server.recommendations, &v1::RecommendationService::Stub::RecommendPage,
                        request, &response);
          }};
}
BadRequest Similar(std::string name, std::string field,
                   std::function<void(v1::RecommendSimilarItemsRequest&)> spoil) {
  return {std::move(name), std::move(field), [spoil](RunningServer& server) {
            v1::RecommendSimilarItemsRequest request;
            request.set_item_id("n0000");
            request.set_surface("news");
            spoil(request);
            v1::RecommendSimilarItemsResponse response;
            return Call(*server.recommendations,
                        &v1::RecommendationService::Stub::RecommendSimilarItems, request,
                        &response);
          }};
}
BadRequest Stream(std::string name, std::string field,
                  std::function<void(v1::StreamRecommendationsRequest&)> spoil) {
  return {std::move(name), std::move(field), [spoil](RunningServer& server) {
            v1::StreamRecommendationsRequest request;
            request.add_member_ids("ann");
            request.set_surface("news");
            spoil(request);
            grpc::ClientContext context;
            auto reader = server.recommendations->StreamRecommendations(&context, request);
            v1::StreamRecommendationsResponse response;
            while (reader->Read(&response)) {
            }
            return reader->Finish();
          }};
}
// The second of two events is the bad one.
BadRequest Events(std::string name, std::string field, std::function<void(v1::Event&)> spoil) {
  return {std::move(name), absl::StrCat("events[1].", field), [spoil](RunningServer& server) {
            v1::RecordEventsRequest request;
            *request.add_events() = server.Event("e1", "ann", "n0000");
            *request.add_events() = server.Event("e2", "ann", "n0000");
            spoil(*request.mutable_events(1));
            v1::RecordEventsResponse response;
            return Call(*server.events, &v1::EventService::Stub::RecordEvents, request, &response);
          }};
}
BadRequest EventCount(std::string name, int count) {
  return {std::move(name), "events", [count](RunningServer& server) {
            v1::RecordEventsRequest request;
            for (int i = 0; i < count; ++i)
              *request.add_events() = server.Event(absl::StrCat("e", i), "ann", "n0000");
            v1::RecordEventsResponse response;
            return Call(*server.events, &v1::EventService::Stub::RecordEvents, request, &response);
          }};
}
BadRequest Upsert(std::string name, std::string field,
                  std::function<void(v1::UpsertItemRequest&)> spoil) {
  return {std::move(name), std::move(field), [spoil](RunningServer& server) {
            v1::UpsertItemRequest request;
            *request.mutable_item() = server.NewsMessage("bad");
            spoil(request);
            v1::Item response;
            return Call(*server.catalogue, &v1::CatalogueService::Stub::UpsertItem, request,
                        &response);
          }};
}
BadRequest ListItems(std::string name, std::string field,
                     std::function<void(v1::ListItemsRequest&)> spoil) {
  return {std::move(name), std::move(field), [spoil](RunningServer& server) {
            v1::ListItemsRequest request;
            spoil(request);
            v1::ListItemsResponse response;
            return Call(*server.catalogue, &v1::CatalogueService::Stub::ListItems, request,
                        &response);
          }};
}
BadRequest Member(std::string name, std::string field,
                  std::function<void(v1::UpsertMemberRequest&)> spoil) {
  return {std::move(name), std::move(field), [spoil](RunningServer& server) {
            v1::UpsertMemberRequest request;
            request.mutable_member()->set_member_id("bad");
            spoil(request);
            v1::Member response;
            return Call(*server.members, &v1::MemberService::Stub::UpsertMember, request,
                        &response);
          }};
}
BadRequest Update(std::string name, std::string field,
                  std::function<void(v1::UpdatePreferencesRequest&)> spoil) {
  return {std::move(name), std::move(field), [spoil](RunningServer& server) {
            v1::UpdatePreferencesRequest request;
            request.mutable_preferences()->set_member_id("bad");
            spoil(request);
            v1::Preferences response;
            return Call(*server.members, &v1::MemberService::Stub::UpdatePreferences, request,
                        &response);
          }};
}
BadRequest Promote(std::string name, std::string field,
                   std::function<void(v1::PromoteModelRequest&)> spoil) {
  return {std::move(name), std::move(field), [spoil](RunningServer& server) {
            v1::PromoteModelRequest request;
            request.set_version(1);
            request.set_reason("why");
            spoil(request);
            v1::ModelDeployment response;
            return Call(*server.models, &v1::ModelService::Stub::PromoteModel, request, &response);
          }};
}
template <class Service, class Request, class Response>
BadRequest Any(std::string name, std::string field,
               std::unique_ptr<typename Service::Stub> RunningServer::*stub,
               grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                     Response*),
               std::function<void(Request&)> make) {
  return {std::move(name), std::move(field), [=](RunningServer& server) {
            Request request;
            make(request);
            Response response;
            return Call(*(server.*stub), method, request, &response);
          }};
}

const std::string kLong(257, 'x');
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<BadRequest> All() {
  return {
      Items("ItemsWithoutMember", "member_id", [](auto& r) { r.clear_member_id(); }),
      Items("ItemsLongMember", "member_id", [](auto& r) { r.set_member_id(kLong); }),
      Items("ItemsControlCharacter", "member_id", [](auto& r) { r.set_member_id("a\x01"); }),
      Items("ItemsWithoutSurface", "surface", [](auto& r) { r.clear_surface(); }),
      Items("ItemsNegativeCount", "count", [](auto& r) { r.set_count(-1); }),
      Items("ItemsLargeCount", "count", [](auto& r) { r.set_count(501); }),
      Items("ItemsDialAboveOne", "dial", [](auto& r) { r.set_dial(1.01); }),
      Items("ItemsDialNotANumber", "dial", [](auto& r) { r.set_dial(kNan); }),
      Items("ItemsEmptyExclusion", "exclude_item_ids[1]",
            [](auto& r) {
              r.add_exclude_item_ids("n0000");
              r.add_exclude_item_ids("");
            }),
      Items("ItemsManyExclusions", "exclude_item_ids",
            [](auto& r) {
              for (int i = 0; i < 1001; ++i) r.add_exclude_item_ids("x");
            }),
      Items("ItemsEmptyTopic", "topics[0]", [](auto& r) { r.add_topics(""); }),
      Items("ItemsManyTopics", "topics",
            [](auto& r) {
              for (int i = 0; i < 51; ++i) r.add_topics("x");
            }),
      Items("ItemsLongLanguage", "language", [](auto& r) { r.set_language(kLong); }),
      Items("ItemsUnspecifiedKind", "kinds[0]",
            [](auto& r) { r.add_kinds(v1::ITEM_KIND_UNSPECIFIED); }),
      Items("ItemsUnknownKind", "kinds[1]",
            [](auto& r) {
              r.add_kinds(v1::ITEM_KIND_NEWS);
              r.add_kinds(static_cast<v1::ItemKind>(99));
            }),
      Items("ItemsNegativeReasons", "max_reasons", [](auto& r) { r.set_max_reasons(-1); }),
      Items("ItemsManyReasons", "max_reasons", [](auto& r) { r.set_max_reasons(101); }),
      Items("ItemsMadeUpToken", "page_token", [](auto& r) { r.set_page_token("made up"); }),
      Page("PageWithoutMember", "member_id", [](auto& r) { r.clear_member_id(); }),
      Page("PageWithoutSurfaces", "surfaces", [](auto& r) { r.clear_surfaces(); }),
      Page("PageUnnamedSurface", "surfaces[1].surface",
           [](auto& r) { r.mutable_surfaces(1)->clear_surface(); }),
      Page("PageSurfaceTwice", "surfaces[1].surface",
           [](auto& r) { r.mutable_surfaces(1)->set_surface("news"); }),
      Page("PageNegativeCount", "surfaces[0].count",
           [](auto& r) { r.mutable_surfaces(0)->set_count(-3); }),
      Page("PageDial", "surfaces[1].dial", [](auto& r) { r.mutable_surfaces(1)->set_dial(-0.1); }),
      Page("PageReasons", "max_reasons", [](auto& r) { r.set_max_reasons(1000); }),
      Similar("SimilarWithoutItem", "item_id", [](auto& r) { r.clear_item_id(); }),
      Similar("SimilarWithoutSurface", "surface", [](auto& r) { r.clear_surface(); }),
      Similar("SimilarLongMember", "member_id", [](auto& r) { r.set_member_id(kLong); }),
      Similar("SimilarCount", "count", [](auto& r) { r.set_count(100000); }),
      Similar("SimilarDial", "dial", [](auto& r) { r.set_dial(2); }),
      Stream("StreamForNobody", "member_ids, org_unit, cohort",
             [](auto& r) { r.clear_member_ids(); }),
      Stream("StreamForTwo", "member_ids, org_unit, cohort", [](auto& r) { r.set_cohort("new"); }),
      Stream("StreamEmptyMember", "member_ids[1]", [](auto& r) { r.add_member_ids(""); }),
      Stream("StreamUnit", "org_unit",
             [](auto& r) {
               r.clear_member_ids();
               r.set_org_unit("hq");
             }),
      Stream("StreamCount", "count", [](auto& r) { r.set_count(-1); }),
      Stream("StreamDial", "dial", [](auto& r) { r.set_dial(kNan); }),
      EventCount("NoEvents", 0),
      EventCount("ManyEvents", 1001),
      Events("EventWithoutId", "event_id", [](auto& e) { e.clear_event_id(); }),
      Events("EventWithoutMember", "member_id", [](auto& e) { e.clear_member_id(); }),
      Events("EventWithoutItem", "item_id", [](auto& e) { e.clear_item_id(); }),
      Events("EventWithoutVerb", "verb", [](auto& e) { e.clear_verb(); }),
      Events("EventUnknownVerb", "verb", [](auto& e) { e.set_verb(static_cast<v1::Verb>(77)); }),
      Events("EventOtherWithoutName", "other_verb", [](auto& e) { e.set_verb(v1::VERB_OTHER); }),
      Events("EventNameWithoutOther", "other_verb", [](auto& e) { e.set_other_verb("viewed"); }),
      Events("EventRetractsNothing", "retracts_event_id",
             [](auto& e) { e.set_verb(v1::VERB_RETRACT); }),
      Events("EventWithoutTime", "occurred_at", [](auto& e) { e.clear_occurred_at(); }),
      Events("EventTimeOutOfRange", "occurred_at",
             [](auto& e) { e.mutable_occurred_at()->set_nanos(-1); }),
      Events("EventNegativeDuration", "duration",
             [](auto& e) { e.mutable_duration()->set_seconds(-1); }),
      Events("EventProgress", "progress", [](auto& e) { e.set_progress(1.5f); }),
      Events("EventScore", "score",
             [](auto& e) { e.set_score(std::numeric_limits<float>::quiet_NaN()); }),
      Events("EventPosition", "position", [](auto& e) { e.set_position(0); }),
      Events("EventLongSession", "session_id", [](auto& e) { e.set_session_id(kLong); }),
      Upsert("NoItem", "item", [](auto& r) { r.clear_item(); }),
      Upsert("ItemWithoutId", "item.item_id", [](auto& r) { r.mutable_item()->clear_item_id(); }),
      Upsert("ItemWithoutKind", "item.kind", [](auto& r) { r.mutable_item()->clear_kind(); }),
      Upsert("ItemState", "item.state",
             [](auto& r) { r.mutable_item()->set_state(static_cast<v1::ItemState>(9)); }),
      Upsert("ItemCredits", "item.credits", [](auto& r) { r.mutable_item()->set_credits(-1); }),
      Upsert("ItemTopic", "item.topics", [](auto& r) { r.mutable_item()->add_topics(""); }),
      Upsert("ItemOrgUnit", "item.org_units",
             [](auto& r) { r.mutable_item()->add_org_units("hq"); }),
      Upsert("ItemExpiresBeforePublished", "item.expires_at",
             [](auto& r) { r.mutable_item()->mutable_expires_at()->set_seconds(1); }),
      Upsert("ItemDuration", "item.duration",
             [](auto& r) { r.mutable_item()->mutable_duration()->set_nanos(-5); }),
      Upsert("ItemRequiresItself", "prerequisites",
             [](auto& r) { r.mutable_item()->add_prerequisites("bad"); }),
      Upsert("ItemEtag", "item.etag", [](auto& r) { r.mutable_item()->set_etag("abc"); }),
      Upsert("ItemRequestId", "request_id", [](auto& r) { r.set_request_id("not-a-uuid"); }),
      Any<v1::CatalogueService, v1::BatchUpsertItemsRequest, v1::BatchUpsertItemsResponse>(
          "BatchOfNoItems", "items", &RunningServer::catalogue,
          &v1::CatalogueService::Stub::BatchUpsertItems, [](auto&) {}),
      Any<v1::CatalogueService, v1::BatchUpsertItemsRequest, v1::BatchUpsertItemsResponse>(
          "BatchWithAnItemTwice", "items[1].item_id", &RunningServer::catalogue,
          &v1::CatalogueService::Stub::BatchUpsertItems,
          [](auto& r) {
            for (int i = 0; i < 2; ++i) {
              r.add_items()->set_item_id("x");
              r.mutable_items(i)->set_kind(v1::ITEM_KIND_NEWS);
            }
          }),
      Any<v1::CatalogueService, v1::GetItemRequest, v1::Item>(
          "GetWithoutId", "item_id", &RunningServer::catalogue,
          &v1::CatalogueService::Stub::GetItem, [](auto&) {}),
      Any<v1::CatalogueService, v1::RetireItemRequest, v1::Item>(
          "RetireEtag", "etag", &RunningServer::catalogue, &v1::CatalogueService::Stub::RetireItem,
          [](auto& r) {
            r.set_item_id("n0000");
            r.set_etag("-4");
          }),
      ListItems("ListPageSize", "page_size", [](auto& r) { r.set_page_size(1001); }),
      ListItems("ListToken", "page_token", [](auto& r) { r.set_page_token("AAAA"); }),
      ListItems("ListState", "states[0]",
                [](auto& r) { r.add_states(v1::ITEM_STATE_UNSPECIFIED); }),
      ListItems("ListKind", "kinds[0]",
                [](auto& r) { r.add_kinds(static_cast<v1::ItemKind>(-1)); }),
      ListItems("ListTitle", "title_contains", [](auto& r) { r.set_title_contains(kLong); }),
      Member("NoMember", "member", [](auto& r) { r.clear_member(); }),
      Member("MemberWithoutId", "member.member_id",
             [](auto& r) { r.mutable_member()->clear_member_id(); }),
      Member("MemberUnit", "member.org_unit",
             [](auto& r) { r.mutable_member()->set_org_unit("/hq/"); }),
      Member("MemberCohort", "member.cohorts",
             [](auto& r) { r.mutable_member()->add_cohorts(""); }),
      Member("MemberDueDate", "member.required.due_at",
             [](auto& r) { r.mutable_member()->mutable_required()->set_credits(3); }),
      Member("MemberRequestId", "request_id",
             [](auto& r) { r.set_request_id(std::string(36, '-')); }),
      Any<v1::MemberService, v1::BatchUpsertMembersRequest, v1::BatchUpsertMembersResponse>(
          "BatchOfNoMembers", "members", &RunningServer::members,
          &v1::MemberService::Stub::BatchUpsertMembers, [](auto&) {}),
      Any<v1::MemberService, v1::GetPreferencesRequest, v1::Preferences>(
          "PreferencesOfNobody", "member_id", &RunningServer::members,
          &v1::MemberService::Stub::GetPreferences, [](auto&) {}),
      Update("NoPreferences", "preferences", [](auto& r) { r.clear_preferences(); }),
      Update("PreferencesWithoutMember", "preferences.member_id",
             [](auto& r) { r.mutable_preferences()->clear_member_id(); }),
      Update("PreferencesTopic", "preferences.muted_topics[0]",
             [](auto& r) { r.mutable_preferences()->add_muted_topics(""); }),
      Update("PreferencesMask", "update_mask.paths[1]",
             [](auto& r) {
               r.mutable_update_mask()->add_paths("personalised");
               r.mutable_update_mask()->add_paths("member_id");
             }),
      Promote("PromoteNothing", "version", [](auto& r) { r.clear_version(); }),
      Promote("PromoteWithoutReason", "reason", [](auto& r) { r.clear_reason(); }),
      Promote("PromoteEtag", "etag", [](auto& r) { r.set_etag("x"); }),
      Promote("PromoteRequestId", "request_id", [](auto& r) { r.set_request_id("1"); }),
      Any<v1::ModelService, v1::RollBackModelRequest, v1::ModelDeployment>(
          "RollBackWithoutReason", "reason", &RunningServer::models,
          &v1::ModelService::Stub::RollBackModel, [](auto&) {}),
      Any<v1::ModelService, v1::GetModelRequest, v1::Model>(
          "GetModelZero", "version", &RunningServer::models, &v1::ModelService::Stub::GetModel,
          [](auto&) {}),
      Any<v1::ModelService, v1::ListModelsRequest, v1::ListModelsResponse>(
          "ListModelsSize", "page_size", &RunningServer::models,
          &v1::ModelService::Stub::ListModels, [](auto& r) { r.set_page_size(-1); }),
      Any<v1::ModelService, v1::ListModelsRequest, v1::ListModelsResponse>(
          "ListModelsToken", "page_token", &RunningServer::models,
          &v1::ModelService::Stub::ListModels, [](auto& r) { r.set_page_token("x"); }),
  };
}

TEST(BadRequestTest, EveryMalformedRequestNamesItsFieldAndChangesNothing) {
  RunningServer server;
  const Sequence change = *server.store().changes().LastChange();
  const std::vector<BadRequest> all = All();
  EXPECT_GE(all.size(), 80u);
  for (const BadRequest& bad : all) {
    const grpc::Status status = bad.call(server);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << bad.name << ": " << status.error_message();
    EXPECT_TRUE(Names(status, bad.field))
        << bad.name << " names " << bad.field << ": " << status.error_message();
  }
  EXPECT_EQ(*server.store().changes().LastChange(), change);
  EXPECT_EQ(*server.store().events().LastSequence(), 0);
}

TEST(BadRequestTest, ASurfaceThatIsNotConfiguredIsNotFound) {
  RunningServer server;
  const grpc::Status status =
      Items("", "", [](v1::RecommendItemsRequest& r) { r.set_surface("sports"); }).call(server);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_TRUE(Names(status, "surface")) << status.error_message();
}

TEST(BadRequestTest, ARequestPastFourMebibytesIsRefused) {
  RunningServer server;
  const grpc::Status status = Upsert("", "", [](v1::UpsertItemRequest& r) {
                                r.mutable_item()->set_summary(std::string(5 << 20, 'x'));
                              }).call(server);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST(BadRequestTest, ATokenOfOtherFiltersIsRefused) {
  RunningServer server;
  v1::ListItemsRequest request;
  request.set_page_size(5);
  v1::ListItemsResponse response;
  ASSERT_TRUE(
      Call(*server.catalogue, &v1::CatalogueService::Stub::ListItems, request, &response).ok());
  request.set_page_token(response.next_page_token());
  request.add_topics("other");
  const grpc::Status status =
      Call(*server.catalogue, &v1::CatalogueService::Stub::ListItems, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(Names(status, "page_token"));
}

}  // namespace
}  // namespace cofilter::service
