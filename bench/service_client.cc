// Synchronous stubs over one channel.
#include "bench/service_client.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "cofilter/v1/catalogue_service.grpc.pb.h"
#include "cofilter/v1/event_service.grpc.pb.h"
#include "cofilter/v1/model_service.grpc.pb.h"
#include "cofilter/v1/recommendation_service.grpc.pb.h"
#include "runtime/status_macros.h"

namespace cofilter::bench {
namespace {

constexpr std::chrono::seconds kCallLimit{60};

absl::Status FromGrpc(const char* call, const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      absl::StrCat(call, ": ", status.error_message()));
}

void SetLimit(grpc::ClientContext& context, std::chrono::seconds limit = kCallLimit) {
  context.set_deadline(std::chrono::system_clock::now() + limit);
}

}  // namespace

struct ServiceClient::Stubs {
  explicit Stubs(const std::shared_ptr<grpc::Channel>& made)
      : channel(made),
        recommendations(v1::RecommendationService::NewStub(made)),
        events(v1::EventService::NewStub(made)),
        catalogue(v1::CatalogueService::NewStub(made)),
        models(v1::ModelService::NewStub(made)) {}
  const std::shared_ptr<grpc::Channel> channel;
  const std::unique_ptr<v1::RecommendationService::Stub> recommendations;
  const std::unique_ptr<v1::EventService::Stub> events;
  const std::unique_ptr<v1::CatalogueService::Stub> catalogue;
  const std::unique_ptr<v1::ModelService::Stub> models;
};

ServiceClient::ServiceClient(const cli::ChannelOptions& options)
    : stubs_([&] {
        grpc::ChannelArguments arguments;
        arguments.SetMaxReceiveMessageSize(64 << 20);
        // Two clients in one process would share a connection otherwise.
        arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
        return std::make_unique<Stubs>(cli::OpenChannel(options, arguments).value());
      }()) {}

ServiceClient::~ServiceClient() = default;

absl::Status ServiceClient::WaitUntilServing(std::chrono::seconds patience) const {
  if (!stubs_->channel->WaitForConnected(std::chrono::system_clock::now() + patience)) {
    return absl::DeadlineExceededError("no connection");
  }
  grpc::ClientContext context;
  SetLimit(context, patience);
  v1::ListModelsResponse response;
  return FromGrpc("ListModels",
                  stubs_->models->ListModels(&context, v1::ListModelsRequest(), &response));
}

absl::Status ServiceClient::UpsertItems(const std::vector<v1::Item>& items) const {
  for (std::size_t begin = 0; begin < items.size(); begin += kBatch) {
    v1::BatchUpsertItemsRequest request;
    for (std::size_t n = begin; n < std::min(items.size(), begin + kBatch); ++n)
      *request.add_items() = items[n];
    grpc::ClientContext context;
    SetLimit(context);
    v1::BatchUpsertItemsResponse response;
    COFILTER_RETURN_IF_ERROR(FromGrpc(
        "BatchUpsertItems", stubs_->catalogue->BatchUpsertItems(&context, request, &response)));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::RecordEventsResponse> ServiceClient::RecordEvents(
    const v1::RecordEventsRequest& request) const {
  grpc::ClientContext context;
  SetLimit(context);
  v1::RecordEventsResponse response;
  COFILTER_RETURN_IF_ERROR(
      FromGrpc("RecordEvents", stubs_->events->RecordEvents(&context, request, &response)));
  return response;
}

absl::StatusOr<v1::RecommendItemsResponse> ServiceClient::Recommend(
    const v1::RecommendItemsRequest& request) const {
  grpc::ClientContext context;
  SetLimit(context);
  v1::RecommendItemsResponse response;
  COFILTER_RETURN_IF_ERROR(FromGrpc(
      "RecommendItems", stubs_->recommendations->RecommendItems(&context, request, &response)));
  return response;
}

absl::Status ServiceClient::Promote(std::uint64_t version) const {
  {
    grpc::ClientContext context;
    SetLimit(context);
    v1::PromoteModelRequest request;
    request.set_version(static_cast<std::int64_t>(version));
    request.set_reason("benchmark");
    v1::ModelDeployment deployment;
    COFILTER_RETURN_IF_ERROR(
        FromGrpc("PromoteModel", stubs_->models->PromoteModel(&context, request, &deployment)));
  }
  const auto give_up = std::chrono::steady_clock::now() + kCallLimit;
  while (std::chrono::steady_clock::now() < give_up) {
    grpc::ClientContext context;
    SetLimit(context);
    v1::ListModelsResponse response;
    COFILTER_RETURN_IF_ERROR(FromGrpc(
        "ListModels", stubs_->models->ListModels(&context, v1::ListModelsRequest(), &response)));
    for (const v1::ModelDeployment::Replica& replica : response.deployment().replicas()) {
      if (replica.served_version() == static_cast<std::int64_t>(version)) return absl::OkStatus();
      if (!replica.problem().empty()) return absl::InternalError(replica.problem());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return absl::DeadlineExceededError(
      absl::StrCat("model ", version, " was promoted and is not served"));
}

absl::Status ForEachInFlight(std::size_t count, int threads,
                             const std::function<absl::Status(std::size_t n)>& body) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  absl::Status failed;
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&] {
      for (std::size_t n = next.fetch_add(1); n < count; n = next.fetch_add(1)) {
        const absl::Status status = body(n);
        if (status.ok()) continue;
        const std::lock_guard lock(mutex);
        if (failed.ok()) failed = status;
        next.store(count);
        return;
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  return failed;
}

absl::Status ImportEvents(const ServiceClient& client, std::size_t count,
                          const std::function<void(std::size_t n, v1::Event* event)>& make,
                          int in_flight) {
  return ForEachInFlight(
      (count + kBatch - 1) / kBatch, in_flight, [&](std::size_t batch) -> absl::Status {
        v1::RecordEventsRequest request;
        for (std::size_t n = batch * kBatch; n < std::min(count, (batch + 1) * kBatch); ++n) {
          make(n, request.add_events());
        }
        COFILTER_ASSIGN_OR_RETURN(const v1::RecordEventsResponse response,
                                  client.RecordEvents(request));
        if (response.recorded() == request.events_size()) return absl::OkStatus();
        return absl::InternalError(absl::StrCat("RecordEvents recorded ", response.recorded(),
                                                " of ", request.events_size(), " new events"));
      });
}

void SetTime(runtime::Time time, google::protobuf::Timestamp* timestamp) {
  const std::int64_t micros = time.time_since_epoch().count();
  std::int64_t seconds = micros / 1'000'000;
  if (micros % 1'000'000 < 0) --seconds;
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(static_cast<std::int32_t>((micros - seconds * 1'000'000) * 1000));
}

}  // namespace cofilter::bench
