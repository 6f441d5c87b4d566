// The parts that need no server: the executor, admission, addresses, tokens, times.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "service/executor.h"
#include "service/rpc/admission.h"
#include "service/rpc/call_metrics.h"
#include "service/rpc/convert_item.h"
#include "service/rpc/convert_time.h"
#include "service/rpc/idempotency.h"
#include "service/rpc/list_cursor.h"
#include "service/rpc/listen_address.h"
#include "service/rpc/status_mapping.h"
#include "service/trace_context.h"

namespace cofilter::service {
namespace {

// Holds whoever passes until it is opened.
class Gate {
 public:
  void Pass() {
    std::unique_lock lock(mutex_);
    ++inside_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void AwaitInside(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return inside_ >= count; });
  }
  void Open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;
  bool open_ = false;
};

TEST(ExecutorTest, RunsWhatWasSubmittedBeforeItEnds) {
  std::atomic<int> done{0};
  {
    Executor executor(2, 1000);
    for (int i = 0; i < 200; ++i) {
      ASSERT_TRUE(executor.Submit([&] { ++done; }));
      ASSERT_TRUE(executor.SubmitBatch([&] { ++done; }));
    }
  }
  EXPECT_EQ(done, 400);
}

TEST(ExecutorTest, RefusesWhatItsQueueCannotHold) {
  Gate gate;
  Executor executor(1, 2);
  ASSERT_TRUE(executor.Submit([&] { gate.Pass(); }));
  gate.AwaitInside(1);
  EXPECT_FALSE(executor.idle());
  EXPECT_TRUE(executor.Submit([] {}));
  EXPECT_TRUE(executor.Submit([] {}));
  EXPECT_FALSE(executor.Submit([] {}));
  EXPECT_TRUE(executor.SubmitBatch([] {}));
  gate.Open();
}

TEST(ExecutorTest, CallsGoBeforeBatchWork) {
  Gate gate;
  std::mutex mutex;
  std::vector<int> order;
  {
    Executor executor(1, 10);
    ASSERT_TRUE(executor.Submit([&] { gate.Pass(); }));
    gate.AwaitInside(1);
    const auto note = [&](int i) {
      return [&, i] {
        std::lock_guard lock(mutex);
        order.push_back(i);
      };
    };
    ASSERT_TRUE(executor.SubmitBatch(note(3)));
    ASSERT_TRUE(executor.SubmitBatch(note(4)));
    ASSERT_TRUE(executor.Submit(note(1)));
    ASSERT_TRUE(executor.Submit(note(2)));
    gate.Open();
  }
  EXPECT_THAT(order, testing::ElementsAre(1, 2, 3, 4));
}

TEST(ExecutorTest, GuestsGetOneTurnInFourWhileCallsWait) {
  Gate gate;
  std::string order;
  {
    Executor executor(1, 10);
    ASSERT_TRUE(executor.Submit([&] { gate.Pass(); }));
    gate.AwaitInside(1);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(executor.SubmitGuest([&] { order += 'g'; }));
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(executor.Submit([&] { order += 'c'; }));
    ASSERT_TRUE(executor.SubmitBatch([&] { order += 'b'; }));
    gate.Open();
  }
  EXPECT_EQ(order, "ccgcccgcgb");
}

TEST(ExecutorTest, BatchWorkLeavesOneWorkerFree) {
  Gate batch;
  Executor executor(2, 10);
  ASSERT_TRUE(executor.SubmitBatch([&] { batch.Pass(); }));
  ASSERT_TRUE(executor.SubmitBatch([&] { batch.Pass(); }));
  batch.AwaitInside(1);
  Gate call;
  call.Open();
  ASSERT_TRUE(executor.Submit([&] { call.Pass(); }));
  call.AwaitInside(1);  // would wait for ever if both workers did batch work
  batch.Open();
}

TEST(AdmissionTest, AdmitsUpToItsLimitAndCountsTheRest) {
  Admission admission(2);
  auto first = admission.Admit();
  auto second = admission.Admit();
  EXPECT_TRUE(first.has_value() && second.has_value());
  EXPECT_FALSE(admission.Admit().has_value());
  EXPECT_EQ(admission.in_flight(), 2u);
  EXPECT_EQ(admission.shed(), 1u);
  first.reset();
  EXPECT_TRUE(admission.Admit().has_value());
  EXPECT_GE(admission.RetryHint().count(), 10);
  EXPECT_LE(admission.RetryHint().count(), 2000);
}

TEST(CallMetricsTest, FilesEachCallUnderItsBucket) {
  MethodMetrics method("m", CallType::kUnary);
  method.Record(absl::StatusCode::kOk, std::chrono::microseconds(50));
  method.Record(absl::StatusCode::kOk, std::chrono::microseconds(51));
  method.Record(absl::StatusCode::kAborted, std::chrono::seconds(100));
  EXPECT_EQ(method.latency().bucket(0), 1u);
  EXPECT_EQ(method.latency().bucket(1), 1u);
  EXPECT_EQ(method.latency().bucket(kLatencyBounds.size()), 1u);
  EXPECT_EQ(method.calls(), 3u);
  EXPECT_EQ(method.calls(absl::StatusCode::kAborted), 1u);
}

TEST(TraceparentTest, TakesWhatTheRecommendationSays) {
  const auto trace = ParseTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  ASSERT_TRUE(trace.has_value());
  EXPECT_EQ(trace->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(trace->parent_span_id, "00f067aa0ba902b7");
  EXPECT_EQ(trace->sampled, true);
  const auto unsampled =
      ParseTraceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02-later");
  ASSERT_TRUE(unsampled.has_value());
  EXPECT_EQ(unsampled->sampled, false);
}

TEST(TraceparentTest, RefusesTheRest) {
  for (const char* text : {"", "00", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01"}) {
    EXPECT_FALSE(ParseTraceparent(text).has_value()) << text;
  }
}

TEST(ListenAddressTest, KnowsLoopback) {
  for (const char* text : {"127.0.0.1:8470", "127.1.2.3:0", "localhost:1", "[::1]:65535"}) {
    EXPECT_TRUE(ParseListenAddress(text, false).ok()) << text;
  }
  for (const char* text : {"0.0.0.0:1", "10.0.0.1:1", "[::]:1", "example.org:1", "128.0.0.1:1"}) {
    EXPECT_EQ(ParseListenAddress(text, false).status().code(),
              absl::StatusCode::kFailedPrecondition)
        << text;
    EXPECT_TRUE(ParseListenAddress(text, true).ok()) << text;
  }
  for (const char* text :
       {"", "127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:8o"}) {
    const auto parsed = ParseListenAddress(text, true);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(parsed.status().message()), testing::HasSubstr("listen"));
  }
  EXPECT_EQ(ParseListenAddress("[::1]:0", false)->ToText(7), "[::1]:7");
}

TEST(ListCursorTest, IsBoundToItsFilters) {
  const std::string token = MakeListCursor(42, "filters");
  EXPECT_EQ(*ReadListCursor(token, "filters", 1), 42u);
  EXPECT_EQ(*ReadListCursor("", "filters", 7), 7u);
  EXPECT_FALSE(ReadListCursor(token, "others", 1).ok());
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto read = ReadListCursor(changed, "filters", 1);
    EXPECT_TRUE(!read.ok() || *read == 42u) << i;
  }
}

TEST(ConvertTimeTest, RoundTripsBeforeAndAfterTheEpoch) {
  for (const std::int64_t micros :
       {0LL, 1LL, -1LL, -1'000'000LL, 1'764'000'000'123'456LL, -62'135'596'800'000'000LL}) {
    google::protobuf::Timestamp timestamp;
    const runtime::Time time{runtime::Duration(micros)};
    ToProto(time, &timestamp);
    EXPECT_GE(timestamp.nanos(), 0);
    EXPECT_EQ(*FromProto("at", timestamp), time);
  }
  google::protobuf::Duration duration;
  SecondsToProto(1.5f, &duration);
  EXPECT_EQ(duration.nanos(), 500'000'000);
  EXPECT_FLOAT_EQ(*SecondsFromProto("d", duration), 1.5f);
}

TEST(RequestIdTest, TakesUuidsOnly) {
  EXPECT_TRUE(CheckRequestId("").ok());
  EXPECT_TRUE(CheckRequestId("123e4567-e89b-42d3-a456-426614174000").ok());
  EXPECT_TRUE(CheckRequestId("123E4567-E89B-42D3-A456-426614174000").ok());
  for (const char* text :
       {"x", "123e4567-e89b-42d3-a456-42661417400", "123e4567xe89b-42d3-a456-426614174000",
        "123e4567-e89b-42d3-a456-42661417400g"}) {
    EXPECT_EQ(CheckRequestId(text).code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(EtagTest, IsTheRevision) {
  EXPECT_EQ(*RevisionFromEtag("etag", EtagOf(17)), 17);
  EXPECT_EQ(EtagOf(0), "");
  for (const char* text : {"0", "-1", "1x", " 1", "99999999999999999999"})
    EXPECT_FALSE(RevisionFromEtag("etag", text).ok());
}

TEST(StatusMappingTest, KeepsCodeAndMessage) {
  const grpc::Status status = ToGrpc(absl::AbortedError("why"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(status.error_message(), "why");
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
}

}  // namespace
}  // namespace cofilter::service
