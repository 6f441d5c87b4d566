// A Connect call as a gRPC call over the in-process channel.
#include "service/http/connect_bridge.h"

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "service/http/connect_error.h"
#include "service/http/metadata.h"
#include "service/rpc/status_mapping.h"

namespace cofilter::service::http {
namespace {

// A caller who was turned away is not read from for about as long as it was told to stay away:
// turning away must stay cheaper than asking.
constexpr std::chrono::milliseconds kShortestPause{50};
constexpr std::chrono::milliseconds kLongestPause{200};

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Valid() || !buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

Response Shed(const Admission& admission) {
  const std::chrono::milliseconds wait = admission.RetryHint();
  Response response = ErrorResponse(
      grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED,
                   absl::StrCat("the HTTP door is at its limit of ", admission.limit(),
                                " calls in flight; come back in ", wait.count(), " ms")));
  response.headers.push_back({"retry-after", "1"});
  response.headers.push_back({"trailer-grpc-retry-pushback-ms", absl::StrCat(wait.count())});
  response.pause = std::clamp(wait, kShortestPause, kLongestPause);
  return response;
}

}  // namespace

// A call on its way: lives until its response is made.
struct ConnectBridge::CallInFlight {
  explicit CallInFlight(Admission::Ticket place) : ticket(std::move(place)) {}
  std::optional<Admission::Ticket> ticket;
  ConnectCall call;
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  grpc::Status status;
  Respond respond;
  std::shared_ptr<CallInFlight> itself;  // while gRPC has it
  std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader;
};

ConnectBridge::ConnectBridge(std::shared_ptr<grpc::Channel> channel, BridgeOptions options)
    : options_(std::move(options)),
      methods_(options_.services),
      stub_(std::move(channel)),
      admission_(options_.max_in_flight),
      thread_([this] { TakeAnswers(); }) {}

ConnectBridge::~ConnectBridge() {
  {
    std::unique_lock lock(mutex_);
    for (CallInFlight* call : calls_) call->context.TryCancel();
    ended_.wait(lock, [this] { return calls_.empty(); });
  }
  answers_.Shutdown();
  thread_.join();
}

void ConnectBridge::MountOn(Router* router) const {
  for (const std::string& prefix : methods_.prefixes()) {
    router->Mount(prefix, [this](Request request, Respond respond) {
      Serve(std::move(request), std::move(respond));
    });
  }
}

void ConnectBridge::Serve(Request request, Respond respond) const {
  std::optional<Admission::Ticket> ticket = admission_.Admit();
  if (!ticket) {
    respond([this] { return Shed(admission_); });
    return;
  }
  auto in_flight = std::make_shared<CallInFlight>(*std::move(ticket));
  AddRequestMetadata(request.headers, &in_flight->context);
  if (options_.prepare) options_.prepare(request, &in_flight->context);
  std::variant<ConnectCall, Response> read =
      ReadConnectCall(methods_, std::move(request), options_.message_limit);
  if (auto* refusal = std::get_if<Response>(&read)) {
    respond([refusal = std::move(*refusal)] { return refusal; });
    return;
  }
  in_flight->call = std::get<ConnectCall>(std::move(read));
  const absl::StatusOr<std::string> bytes = MessageBytes(json_, in_flight->call);
  if (!bytes.ok()) {
    respond([status = ToGrpc(bytes.status())] { return ErrorResponse(status); });
    return;
  }
  in_flight->request = BufferOf(*bytes);
  in_flight->context.set_deadline(std::chrono::system_clock::now() +
                                  in_flight->call.timeout.value_or(options_.patience));
  Send(std::move(in_flight), std::move(respond));
}

void ConnectBridge::Send(std::shared_ptr<CallInFlight> in_flight, Respond respond) const {
  CallInFlight& call = *in_flight;
  {
    const std::lock_guard lock(mutex_);
    calls_.insert(&call);
  }
  const google::protobuf::MethodDescriptor& method = *call.call.method;
  call.respond = std::move(respond);
  call.itself = std::move(in_flight);
  call.reader = stub_.PrepareUnaryCall(
      &call.context, absl::StrCat("/", method.service()->full_name(), "/", method.name()),
      call.request, &answers_);
  call.reader->StartCall();
  call.reader->Finish(&call.response, &call.status, &call);
}

void ConnectBridge::TakeAnswers() {
  void* tag = nullptr;
  bool ok = false;  // always, for a Finish: what went wrong is in the status
  while (answers_.Next(&tag, &ok)) {
    // Kept until it is off the list: the response may be made, and the rest let go, before that.
    const std::shared_ptr<CallInFlight> call = std::move(static_cast<CallInFlight*>(tag)->itself);
    call->ticket.reset();
    std::exchange(call->respond, nullptr)([this, call] { return MakeAnswer(*call, call->status); });
    const std::lock_guard lock(mutex_);
    calls_.erase(call.get());
    if (calls_.empty()) ended_.notify_all();
  }
}

Response ConnectBridge::MakeAnswer(const CallInFlight& in_flight, grpc::Status status) const {
  Response response;
  if (status.ok()) {
    std::string bytes = BytesOf(in_flight.response);
    response.headers = {{"content-type", std::string(ContentTypeOf(in_flight.call.codec))}};
    if (in_flight.call.codec == Codec::kProto) {
      response.body = std::move(bytes);
    } else if (auto text = json_.ToJson(*in_flight.call.method->output_type(), bytes); text.ok()) {
      response.body = *std::move(text);
    } else {
      status = ToGrpc(text.status());
    }
  }
  if (!status.ok()) response = ErrorResponse(status);
  AppendResponseHeaders(in_flight.context.GetServerInitialMetadata(), "", &response.headers);
  AppendResponseHeaders(in_flight.context.GetServerTrailingMetadata(), "trailer-",
                        &response.headers);
  return response;
}

}  // namespace cofilter::service::http
