// MemberService over a socket.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "tests/service/rpc/running_server.h"

namespace cofilter::service {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::ElementsAre;
using Stub = v1::MemberService::Stub;

class MemberCallsTest : public testing::Test {
 protected:
  v1::Preferences Update(const v1::UpdatePreferencesRequest& request) {
    v1::Preferences stored;
    const grpc::Status status = Call(*server_.members, &Stub::UpdatePreferences, request, &stored);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return stored;
  }
  grpc::Status Get(const std::string& member, v1::Preferences* preferences) {
    v1::GetPreferencesRequest request;
    request.set_member_id(member);
    return Call(*server_.members, &Stub::GetPreferences, request, preferences);
  }

  RunningServer server_;
};

TEST_F(MemberCallsTest, MembersAreStoredAsGiven) {
  v1::UpsertMemberRequest request;
  request.mutable_member()->set_member_id("ann");
  request.mutable_member()->set_org_unit("/hq/research");
  request.mutable_member()->add_cohorts("new");
  request.mutable_member()->mutable_required()->set_credits(12);
  request.mutable_member()->mutable_required()->mutable_due_at()->set_seconds(1800000000);
  v1::Member stored;
  ASSERT_TRUE(Call(*server_.members, &Stub::UpsertMember, request, &stored).ok());
  EXPECT_TRUE(MessageDifferencer::Equals(stored, request.member()));
  const auto state = server_.store().members().Read("ann");
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->member.org_unit, "/hq/research");
  EXPECT_THAT(state->member.cohorts, ElementsAre("new"));
  EXPECT_EQ(state->member.required->credits, 12);
}

TEST_F(MemberCallsTest, ValidateOnlyAndRequestIdsHold) {
  v1::UpsertMemberRequest request;
  request.mutable_member()->set_member_id("ann");
  request.set_validate_only(true);
  v1::Member stored;
  ASSERT_TRUE(Call(*server_.members, &Stub::UpsertMember, request, &stored).ok());
  EXPECT_FALSE(server_.store().members().Read("ann")->known);
  request.set_validate_only(false);
  request.set_request_id("123e4567-e89b-42d3-a456-426614174001");
  ASSERT_TRUE(Call(*server_.members, &Stub::UpsertMember, request, &stored).ok());
  request.mutable_member()->set_org_unit("/hq");
  EXPECT_EQ(Call(*server_.members, &Stub::UpsertMember, request, &stored).error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
}

TEST_F(MemberCallsTest, PreferencesOfAMemberNeverHeardOfAreNotFound) {
  v1::Preferences preferences;
  EXPECT_EQ(Get("nobody", &preferences).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(MemberCallsTest, OnlyWhatIsNamedOrSetChanges) {
  v1::UpdatePreferencesRequest request;
  request.mutable_preferences()->set_member_id("ann");
  request.mutable_preferences()->add_muted_topics("sports");
  v1::Preferences stored = Update(request);
  EXPECT_TRUE(stored.personalised());
  EXPECT_THAT(stored.muted_topics(), ElementsAre("sports"));

  request.Clear();
  request.mutable_preferences()->set_member_id("ann");
  request.mutable_preferences()->set_personalised(false);
  stored = Update(request);
  EXPECT_FALSE(stored.personalised());
  EXPECT_THAT(stored.muted_topics(), ElementsAre("sports"));

  request.Clear();
  request.mutable_preferences()->set_member_id("ann");
  request.mutable_update_mask()->add_paths("muted_topics");
  stored = Update(request);
  EXPECT_FALSE(stored.personalised());
  EXPECT_EQ(stored.muted_topics_size(), 0);

  request.Clear();
  request.mutable_preferences()->set_member_id("ann");
  request.mutable_update_mask()->add_paths("*");
  stored = Update(request);
  EXPECT_TRUE(stored.personalised());
  v1::Preferences read;
  ASSERT_TRUE(Get("ann", &read).ok());
  EXPECT_TRUE(MessageDifferencer::Equals(stored, read));
}

TEST_F(MemberCallsTest, AnotherEtagAborts) {
  v1::UpdatePreferencesRequest request;
  request.mutable_preferences()->set_member_id("ann");
  request.mutable_preferences()->set_personalised(false);
  const std::string etag = Update(request).etag();
  request.mutable_preferences()->set_personalised(true);
  Update(request);
  request.mutable_preferences()->set_etag(etag);
  v1::Preferences stored;
  EXPECT_EQ(Call(*server_.members, &Stub::UpdatePreferences, request, &stored).error_code(),
            grpc::StatusCode::ABORTED);
}

TEST_F(MemberCallsTest, OptingOutHoldsFromTheNextCall) {
  server_.Record({server_.Event("e1", "ann", "n0000")});
  ASSERT_EQ(server_.Recommend("ann").level(), v1::LEVEL_PERSONALISED);
  v1::UpdatePreferencesRequest request;
  request.mutable_preferences()->set_member_id("ann");
  request.mutable_preferences()->set_personalised(false);
  Update(request);
  const v1::Recommendation list = server_.Recommend("ann");
  EXPECT_GT(list.level(), v1::LEVEL_PERSONALISED_QUICK);
  EXPECT_TRUE(list.personalised_off());
  for (const auto& item : list.items()) EXPECT_EQ(item.reasons_size(), 0);
}

}  // namespace
}  // namespace cofilter::service
