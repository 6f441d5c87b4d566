// A bounded queue, one thread, one channel.
#include "service/telemetry/span_exporter.h"

#include <grpcpp/grpcpp.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

#include "otlp_trace.grpc.pb.h"

namespace cofilter::service {
namespace {

namespace otlp = opentelemetry::proto::collector::trace::v1;

std::string Bytes(std::string_view hexadecimal) {
  std::string bytes(hexadecimal.size() / 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    unsigned value = 0;
    std::from_chars(hexadecimal.data() + 2 * i, hexadecimal.data() + 2 * i + 2, value, 16);
    bytes[i] = static_cast<char>(value);
  }
  return bytes;
}

std::uint64_t Nanoseconds(std::chrono::system_clock::time_point at) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count());
}

void AddText(google::protobuf::RepeatedPtrField<otlp::KeyValue>* attributes, std::string_view key,
             std::string_view value) {
  otlp::KeyValue* attribute = attributes->Add();
  attribute->set_key(std::string(key));
  attribute->mutable_value()->set_string_value(std::string(value));
}

// Attributes by OpenTelemetry's semantic conventions for RPC.
void ToOtlp(const Span& span, otlp::Span* out) {
  out->set_trace_id(Bytes(span.trace_id));
  out->set_span_id(Bytes(span.span_id));
  out->set_parent_span_id(Bytes(span.parent_span_id));
  out->set_name(span.method);
  out->set_kind(otlp::Span::SERVER);
  out->set_start_time_unix_nano(Nanoseconds(span.start));
  out->set_end_time_unix_nano(Nanoseconds(span.end));
  AddText(out->mutable_attributes(), "rpc.system", "grpc");
  const std::size_t slash = span.method.find('/');
  AddText(out->mutable_attributes(), "rpc.service", std::string_view(span.method).substr(0, slash));
  AddText(out->mutable_attributes(), "rpc.method", std::string_view(span.method).substr(slash + 1));
  otlp::KeyValue* code = out->add_attributes();
  code->set_key("rpc.grpc.status_code");
  code->mutable_value()->set_int_value(span.grpc_code);
  // A caller's own mistakes are no errors of the server's span.
  switch (static_cast<grpc::StatusCode>(span.grpc_code)) {
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::UNIMPLEMENTED:
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DATA_LOSS:
      out->mutable_status()->set_code(otlp::SpanStatus::ERROR);
      break;
    default:
      break;
  }
}

class OtlpExporter final : public SpanExporter {
 public:
  explicit OtlpExporter(SpanExporterOptions options)
      : options_(std::move(options)),
        stub_(otlp::TraceService::NewStub(
            grpc::CreateChannel(options_.endpoint, grpc::InsecureChannelCredentials()))),
        thread_([this] { Run(); }) {}

  ~OtlpExporter() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  bool Samples(const std::string& trace_id) const override {
    // The last 14 digits of an id are random (W3C Trace Context, level 2): 56 bits.
    std::uint64_t random = 0;
    const char* end = trace_id.data() + trace_id.size();
    std::from_chars(end - 14, end, random, 16);
    return random < static_cast<std::uint64_t>(options_.sample_share * 0x1p56);
  }

  void Take(Span span) override {
    bool full_batch = false;
    {
      std::lock_guard lock(mutex_);
      if (waiting_.size() >= options_.queue) {
        ++dropped_;
        return;
      }
      waiting_.push_back(std::move(span));
      full_batch = waiting_.size() >= options_.batch;
    }
    if (full_batch) wake_.notify_one();
  }

  SpanExporterStats stats() const override { return {exported_, dropped_}; }

 private:
  void Run() {
    bool away = false;
    for (;;) {
      std::deque<Span> batch;
      bool last = false;
      {
        std::unique_lock lock(mutex_);
        // By the system clock: ThreadSanitizer does not know waits by the steady one.
        wake_.wait_until(lock, std::chrono::system_clock::now() + options_.interval,
                         [&] { return stopping_ || waiting_.size() >= options_.batch; });
        const auto end = waiting_.begin() +
                         static_cast<std::ptrdiff_t>(std::min(waiting_.size(), options_.batch));
        std::move(waiting_.begin(), end, std::back_inserter(batch));
        waiting_.erase(waiting_.begin(), end);
        last = stopping_ && waiting_.empty();
      }
      if (!batch.empty()) {
        const grpc::Status status = Export(batch);
        if (status.ok() == away) {
          away = !status.ok();
          if (away) {
            spdlog::warn("spans cannot be sent to {}: {}", options_.endpoint,
                         status.error_message());
          } else {
            spdlog::info("spans are sent to {} again", options_.endpoint);
          }
        }
        // A collector that is away must not hold the end up once for every batch.
        if (!status.ok() && stopping_now()) return;
      }
      if (last) return;
    }
  }

  bool stopping_now() {
    std::lock_guard lock(mutex_);
    return stopping_;
  }

  grpc::Status Export(const std::deque<Span>& batch) {
    otlp::ExportTraceServiceRequest request;
    otlp::ResourceSpans* resource_spans = request.add_resource_spans();
    auto* attributes = resource_spans->mutable_resource()->mutable_attributes();
    AddText(attributes, "service.name", "cofilter-server");
    AddText(attributes, "service.namespace", options_.organisation);
    otlp::ScopeSpans* scope_spans = resource_spans->add_scope_spans();
    scope_spans->mutable_scope()->set_name("cofilter");
    for (const Span& span : batch) ToOtlp(span, scope_spans->add_spans());
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + options_.timeout);
    otlp::ExportTraceServiceResponse response;
    const grpc::Status status = stub_->Export(&context, request, &response);
    const auto sent = static_cast<std::uint64_t>(batch.size());
    const auto rejected = status.ok()
                              ? std::min(sent, static_cast<std::uint64_t>(std::max<std::int64_t>(
                                                   response.partial_success().rejected_spans(), 0)))
                              : sent;
    exported_ += sent - rejected;
    dropped_ += rejected;
    return status;
  }

  const SpanExporterOptions options_;
  const std::unique_ptr<otlp::TraceService::Stub> stub_;
  std::atomic<std::uint64_t> exported_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Span> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<SpanExporter> SpanExporter::Start(SpanExporterOptions options) {
  return std::make_unique<OtlpExporter>(std::move(options));
}

}  // namespace cofilter::service
