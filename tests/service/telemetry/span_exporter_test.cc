// Spans reach a collector over the wire; one that is away costs nothing but its spans.
#include "service/telemetry/span_exporter.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "otlp_trace.grpc.pb.h"
#include "tests/service/rpc/running_server.h"

namespace cofilter::service {
namespace {

namespace otlp = opentelemetry::proto::collector::trace::v1;
using testing::UnorderedElementsAre;

class Collector final : public otlp::TraceService::Service {
 public:
  Collector() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~Collector() override { server_->Shutdown(); }

  std::string endpoint() const { return "127.0.0.1:" + std::to_string(port_); }

  grpc::Status Export(grpc::ServerContext*, const otlp::ExportTraceServiceRequest* request,
                      otlp::ExportTraceServiceResponse*) override {
    std::lock_guard lock(mutex_);
    for (const auto& resource : request->resource_spans()) {
      for (const auto& scope : resource.scope_spans()) {
        spans_.insert(spans_.end(), scope.spans().begin(), scope.spans().end());
      }
    }
    changed_.notify_all();
    return grpc::Status::OK;
  }
  std::vector<otlp::Span> Await(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return spans_.size() >= count; });
    return spans_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<otlp::Span> spans_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

SpanExporterOptions OptionsFor(const std::string& endpoint) {
  SpanExporterOptions options;
  options.endpoint = endpoint;
  options.interval = std::chrono::milliseconds(5);
  return options;
}

constexpr char kTraceId[] = "4bf92f3577b34da6a3ce929d0e0e4736";

TEST(SpanExporterTest, SendsTheCallsOfASampledTrace) {
  Collector collector;
  const auto exporter = SpanExporter::Start(OptionsFor(collector.endpoint()));
  RunningServer server({}, 60, exporter.get());
  const auto ask = [&](const std::string& flags) {
    grpc::ClientContext context;
    context.AddMetadata("traceparent",
                        std::string("00-") + kTraceId + "-00f067aa0ba902b7-" + flags);
    v1::RecommendItemsRequest request;
    request.set_member_id("ann");
    request.set_surface("news");
    v1::RecommendItemsResponse response;
    EXPECT_TRUE(server.recommendations->RecommendItems(&context, request, &response).ok());
  };
  ask("00");
  ask("01");
  server.Recommend("ann");  // its own trace, of which none is sampled
  const std::vector<otlp::Span> spans = collector.Await(1);
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].name(), "cofilter.v1.RecommendationService/RecommendItems");
  EXPECT_EQ(spans[0].kind(), otlp::Span::SERVER);
  EXPECT_EQ(spans[0].trace_id().size(), 16u);
  EXPECT_EQ(spans[0].trace_id().substr(0, 4), "\x4b\xf9\x2f\x35");
  EXPECT_EQ(spans[0].parent_span_id().substr(1, 3), "\xf0\x67\xaa");
  EXPECT_EQ(spans[0].span_id().size(), 8u);
  EXPECT_LE(spans[0].start_time_unix_nano(), spans[0].end_time_unix_nano());
  std::vector<std::string> keys;
  for (const auto& attribute : spans[0].attributes()) keys.push_back(attribute.key());
  // No id of a member and nothing of the request.
  EXPECT_THAT(keys, UnorderedElementsAre("rpc.system", "rpc.service", "rpc.method",
                                         "rpc.grpc.status_code"));
}

TEST(SpanExporterTest, SamplesByTheTraceAlone) {
  SpanExporterOptions options = OptionsFor("127.0.0.1:1");
  options.sample_share = 0.5;
  const auto exporter = SpanExporter::Start(options);
  EXPECT_TRUE(exporter->Samples("ffffffffffffffffff00000000000000"));
  EXPECT_TRUE(exporter->Samples("ffffffffffffffffff7fffffffffffff"));
  EXPECT_FALSE(exporter->Samples("00000000000000000080000000000000"));
}

TEST(SpanExporterTest, DropsAndCountsWhenTheCollectorIsAway) {
  std::uint64_t dropped = 0;
  {
    SpanExporterOptions options = OptionsFor("127.0.0.1:1");
    options.queue = 4;
    options.interval = std::chrono::hours(1);
    const auto exporter = SpanExporter::Start(options);
    Span span;
    span.trace_id = kTraceId;
    span.span_id = "00f067aa0ba902b7";
    span.method = "s/m";
    for (int i = 0; i < 7; ++i) exporter->Take(span);
    dropped = exporter->stats().dropped;
  }
  EXPECT_EQ(dropped, 3u);
}

}  // namespace
}  // namespace cofilter::service
