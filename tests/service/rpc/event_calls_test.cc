// EventService over a socket: acknowledgements, duplicates, streams.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/service/rpc/running_server.h"

namespace cofilter::service {
namespace {

using testing::ElementsAre;

class EventCallsTest : public testing::Test {
 protected:
  RunningServer server_;
};

TEST_F(EventCallsTest, AnAcknowledgementSaysWhatItPromises) {
  const auto answer =
      server_.Record({server_.Event("e1", "ann", "n0000"), server_.Event("e2", "ann", "unheard-of"),
                      server_.Event("e3", "bob", "unheard-of")});
  EXPECT_EQ(answer.durability(), v1::DURABILITY_LOCAL_SYNC);
  EXPECT_EQ(answer.recorded(), 3);
  EXPECT_EQ(answer.duplicates(), 0);
  EXPECT_THAT(answer.unknown_item_ids(), ElementsAre("unheard-of"));
}

TEST_F(EventCallsTest, AnEventCountsOnce) {
  server_.Record({server_.Event("e1", "ann", "n0000")});
  const auto again =
      server_.Record({server_.Event("e1", "ann", "n0000"), server_.Event("e2", "ann", "n0001")});
  EXPECT_EQ(again.recorded(), 1);
  EXPECT_EQ(again.duplicates(), 1);
  const auto conflict = server_.Record({server_.Event("e1", "ann", "n0005")});
  EXPECT_EQ(conflict.recorded(), 0);
  EXPECT_THAT(conflict.conflicting_event_ids(), ElementsAre("e1"));
  EXPECT_EQ(*server_.store().events().LastSequence(), 2);
}

TEST_F(EventCallsTest, ReceivedAtIsTheServersClock) {
  v1::Event event = server_.Event("e1", "ann", "n0000");
  event.mutable_received_at()->set_seconds(1);
  server_.clock.Advance(std::chrono::seconds(90));
  server_.Record({event});
  const auto logged = server_.store().events().ReadAfter(0, 1);
  ASSERT_TRUE(logged.ok());
  EXPECT_EQ(logged->front().event.received_at, server_.clock.Now());
}

TEST_F(EventCallsTest, EveryFieldReachesTheLog) {
  v1::Event event = server_.Event("e1", "ann", "n0000", v1::VERB_PROGRESS);
  event.mutable_duration()->set_seconds(90);
  event.mutable_duration()->set_nanos(500000000);
  event.set_progress(0.25f);
  event.set_score(-0.5f);
  event.set_success(true);
  event.set_surface("news");
  event.set_recommendation_id("r");
  event.set_position(3);
  event.set_source_system("app");
  event.set_client_id("client");
  event.set_platform("ios");
  event.set_session_id("session");
  server_.Record({event});
  const auto logged = server_.store().events().ReadAfter(0, 1);
  ASSERT_TRUE(logged.ok());
  const data::Event& stored = logged->front().event;
  EXPECT_EQ(stored.verb, data::Verb::kProgress);
  EXPECT_FLOAT_EQ(*stored.duration_seconds, 90.5f);
  EXPECT_FLOAT_EQ(*stored.progress, 0.25f);
  EXPECT_FLOAT_EQ(*stored.score, -0.5f);
  EXPECT_TRUE(*stored.success);
  EXPECT_EQ(*stored.position, 3);
  EXPECT_EQ(stored.surface + stored.recommendation_id + stored.source_system, "newsrapp");
  EXPECT_EQ(stored.client_id + stored.platform + stored.session_id, "clientiossession");
}

TEST_F(EventCallsTest, ValidateOnlyRecordsNothing) {
  v1::RecordEventsRequest request;
  *request.add_events() = server_.Event("e1", "ann", "n0000");
  request.set_validate_only(true);
  v1::RecordEventsResponse response;
  ASSERT_TRUE(
      Call(*server_.events, &v1::EventService::Stub::RecordEvents, request, &response).ok());
  EXPECT_EQ(response.recorded(), 0);
  EXPECT_EQ(*server_.store().events().LastSequence(), 0);
}

TEST_F(EventCallsTest, ARetractedReadIsServedAgain) {
  server_.Record({server_.Event("e1", "ann", "n0000")});
  v1::Event retract = server_.Event("e2", "ann", "", v1::VERB_RETRACT);
  retract.set_retracts_event_id("e1");
  server_.Record({retract});
  bool found = false;
  const v1::Recommendation list = server_.Recommend("ann", "news", 60);
  for (const auto& item : list.items()) found |= item.item_id() == "n0000";
  EXPECT_TRUE(found);
}

TEST_F(EventCallsTest, AStreamAnswersEachBatchInOrder) {
  grpc::ClientContext context;
  auto stream = server_.events->StreamEvents(&context);
  constexpr int kBatches = 40;
  for (int batch = 1; batch <= kBatches; ++batch) {
    v1::StreamEventsRequest request;
    request.set_batch_id(batch);
    for (int i = 0; i < 5; ++i) {
      *request.add_events() =
          server_.Event(absl::StrCat("b", batch, "-", i), "ann", absl::StrCat("n000", i));
    }
    ASSERT_TRUE(stream->Write(request));
  }
  ASSERT_TRUE(stream->WritesDone());
  v1::StreamEventsResponse response;
  int expected = 1;
  while (stream->Read(&response)) {
    EXPECT_EQ(response.batch_id(), expected++);
    EXPECT_EQ(response.recorded().recorded(), 5);
    EXPECT_EQ(response.recorded().durability(), v1::DURABILITY_LOCAL_SYNC);
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(expected, kBatches + 1);
  EXPECT_EQ(*server_.store().events().LastSequence(), kBatches * 5);
}

TEST_F(EventCallsTest, ARefusedBatchDoesNotEndTheStream) {
  grpc::ClientContext context;
  auto stream = server_.events->StreamEvents(&context);
  v1::StreamEventsRequest good;
  good.set_batch_id(1);
  *good.add_events() = server_.Event("e1", "ann", "n0000");
  v1::StreamEventsRequest bad;
  bad.set_batch_id(2);
  *bad.add_events() = server_.Event("e2", "ann", "n0000");
  *bad.add_events() = server_.Event("e3", "", "n0000");
  v1::StreamEventsRequest stale = good;
  v1::StreamEventsRequest last = good;
  last.set_batch_id(3);
  for (const auto& request : {good, bad, stale, last}) ASSERT_TRUE(stream->Write(request));
  stream->WritesDone();
  std::vector<v1::StreamEventsResponse> answers;
  v1::StreamEventsResponse response;
  while (stream->Read(&response)) answers.push_back(response);
  EXPECT_TRUE(stream->Finish().ok());
  ASSERT_EQ(answers.size(), 4u);
  EXPECT_EQ(answers[0].recorded().recorded(), 1);
  EXPECT_EQ(answers[1].refusal().code(), static_cast<int>(grpc::StatusCode::INVALID_ARGUMENT));
  EXPECT_THAT(answers[1].refusal().message(), testing::HasSubstr("events[1].member_id"));
  EXPECT_THAT(answers[2].refusal().message(), testing::HasSubstr("batch_id"));
  EXPECT_EQ(answers[3].recorded().duplicates(), 1);
  EXPECT_EQ(*server_.store().events().LastSequence(), 1);
}

}  // namespace
}  // namespace cofilter::service
