// Puts the parts together, in the order in which they need each other, and takes them apart again.
#include "service/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_builder_plugin.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/executor.h"
#include "service/recommend/receipt_sink.h"
#include "service/recommend/recommender.h"
#include "service/rpc/call.h"
#include "service/rpc/catalogue_service.h"
#include "service/rpc/event_service.h"
#include "service/rpc/health_watch.h"
#include "service/rpc/idempotency.h"
#include "service/rpc/listen_address.h"
#include "service/rpc/member_service.h"
#include "service/rpc/model_service.h"
#include "service/rpc/recommendation_service.h"
#include "service/rpc/review_service.h"
#include "service/rpc/tls_credentials.h"

namespace cofilter::service {
namespace {

constexpr int kMaxRequestBytes = 4 << 20;
// Writes to the store wait in its queue, not for a CPU: a few threads are enough to keep the queue
// filled.
constexpr int kBlockingThreads = 4;

std::string ReplicaId() {
  char host[256] = "localhost";
  if (gethostname(host, sizeof(host) - 1) != 0) return absl::StrCat("localhost:", getpid());
  return absl::StrCat(host, ":", getpid());
}

int WorkersOf(const ServerConfig& config) {
  if (config.worker_threads != 0) return static_cast<int>(config.worker_threads);
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

// Reflection knows no callers, and joins every server of a program that is linked with it.
class WithoutReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    std::erase_if(*plugins, [](const std::unique_ptr<grpc::ServerBuilderPlugin>& plugin) {
      return plugin->name() == "proto_server_reflection";
    });
  }
};

class GrpcServer final : public Server {
 public:
  GrpcServer(std::shared_ptr<const ServerConfig> config, ListenAddress address,
             std::unique_ptr<TlsFiles> tls, Store* store, const ServerOptions& options)
      : address_(std::move(address)),
        reflection_(config->reflection),
        tls_(std::move(tls)),
        admission_(config->max_in_flight),
        streams_(config->max_in_flight),
        compute_(std::make_unique<Executor>(WorkersOf(*config), config->max_in_flight)),
        blocking_(std::make_unique<Executor>(kBlockingThreads, config->max_in_flight)),
        guard_(&options.identity->authenticator()),
        frame_{config->organisation, options.clock,   &admission_,  &metrics_, &guard_,
               compute_.get(),       blocking_.get(), options.spans},
        holder_(config, options.clock),
        publisher_(
            SnapshotPublisher::Start(config, store, options.clock, &holder_, options.publisher)),
        receipts_(MakeStoreReceiptSink(&store->receipts())),
        recommender_(Recommender::Create(&holder_, &store->members(), receipts_.get())),
        idempotency_(&store->idempotency()),
        writer_(&store->catalogue(), &holder_, publisher_.get()),
        intake_(&store->events(), &holder_, options.clock, compute_.get()),
        registry_(config->models_directory, store, publisher_.get()),
        recommendation_rpc_(&frame_, recommender_.get(), &store->members(), &streams_),
        event_rpc_(&frame_, &intake_, &streams_, &store->imports()),
        catalogue_rpc_(&frame_, &writer_, &holder_, &idempotency_),
        member_rpc_(&frame_, &store->members(), &holder_, &idempotency_),
        model_rpc_(&frame_, &registry_, &idempotency_, ReplicaId()),
        review_rpc_(&frame_) {}

  ~GrpcServer() override { Drain(std::chrono::milliseconds(0)); }

  absl::Status Listen() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    if (!reflection_) builder.SetOption(std::make_unique<WithoutReflection>());
    const std::shared_ptr<grpc::ServerCredentials> credentials =
        tls_ != nullptr ? std::make_shared<TlsCredentials>(tls_.get())
                        : grpc::InsecureServerCredentials();
    credentials_ = credentials;
    builder.AddListeningPort(address_.ToText(address_.port), credentials, &port_);
    builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
    // A port that another server has is an error, not shared.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.RegisterService(&recommendation_rpc_);
    builder.RegisterService(&event_rpc_);
    builder.RegisterService(&catalogue_rpc_);
    builder.RegisterService(&member_rpc_);
    builder.RegisterService(&model_rpc_);
    builder.RegisterService(&review_rpc_);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port_ <= 0) {
      return absl::UnavailableError(
          absl::StrCat("listen ", address_.ToText(address_.port),
                       " cannot be bound; is another server running there?"));
    }
    health_ = std::make_unique<HealthWatch>(server_->GetHealthCheckService(), &holder_, services());
    return absl::OkStatus();
  }

  void Drain(std::chrono::milliseconds grace) override {
    if (server_ == nullptr) return;
    if (health_ != nullptr) health_->Drain();
    // Returns when the last call has ended; those that outlast the grace are cancelled.
    server_->Shutdown(std::chrono::system_clock::now() + grace);
    health_.reset();
    server_.reset();
    // Batches of streams that were cut off may still be at the store.
    intake_.WaitForAll();
    compute_.reset();
    blocking_.reset();
    spdlog::info("served: calls shed {}, streams shed {}, {} {}", admission_.shed(),
                 streams_.shed(), metrics_.ToJson(), recommender_->list_metrics().ToJson());
  }

  absl::Status Reload(ServerConfig config) override {
    COFILTER_RETURN_IF_ERROR(CheckReload(*holder_.Current()->config, config));
    publisher_->SetConfig(std::make_shared<const ServerConfig>(std::move(config)));
    return absl::OkStatus();
  }

  int port() const override { return port_; }
  std::string address() const override { return address_.ToText(port_); }
  std::shared_ptr<grpc::Channel> InProcessChannel() override {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);  // answers are as large as the handlers make them
    return server_->InProcessChannel(arguments);
  }
  std::vector<std::string> services() const override {
    return {v1::RecommendationService::service_full_name(), v1::EventService::service_full_name(),
            v1::CatalogueService::service_full_name(),      v1::MemberService::service_full_name(),
            v1::ModelService::service_full_name(),          v1::ReviewService::service_full_name()};
  }
  const CallMetrics& metrics() const override { return metrics_; }
  const Admission& admission() const override { return admission_; }
  CallGuard& guard() override { return guard_; }
  TlsFiles* tls() override { return tls_.get(); }
  ServerParts parts() const override {
    return {&metrics_, &admission_, &streams_,        recommender_.get(),
            &intake_,  &holder_,    publisher_.get(), &guard_};
  }
  SnapshotPublisher& publisher() override { return *publisher_; }

 private:
  const ListenAddress address_;
  const bool reflection_;
  const std::unique_ptr<TlsFiles> tls_;
  Admission admission_;
  Admission streams_;
  CallMetrics metrics_;
  std::unique_ptr<Executor> compute_;
  std::unique_ptr<Executor> blocking_;
  CallGuard guard_;
  const CallFrame frame_;
  SnapshotHolder holder_;
  std::unique_ptr<SnapshotPublisher> publisher_;
  std::unique_ptr<ReceiptSink> receipts_;
  std::unique_ptr<Recommender> recommender_;
  Idempotency idempotency_;
  CatalogueWriter writer_;
  EventIntake intake_;
  ModelRegistry registry_;
  RecommendationRpc recommendation_rpc_;
  EventRpc event_rpc_;
  CatalogueRpc catalogue_rpc_;
  MemberRpc member_rpc_;
  ModelRpc model_rpc_;
  ReviewRpc review_rpc_;
  int port_ = 0;
  std::shared_ptr<grpc::ServerCredentials> credentials_;  // asked at each handshake
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<HealthWatch> health_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerConfig config, Store* store,
                                                      ServerOptions options) {
  COFILTER_ASSIGN_OR_RETURN(
      ListenAddress address,
      ParseListenAddress(config.listen, options.insecure || config.tls.enabled()));
  std::unique_ptr<TlsFiles> tls;
  if (config.tls.enabled()) {
    COFILTER_ASSIGN_OR_RETURN(tls, TlsFiles::Open(config.tls, options.follow_tls));
  }
  auto server =
      std::make_unique<GrpcServer>(std::make_shared<const ServerConfig>(std::move(config)),
                                   std::move(address), std::move(tls), store, options);
  COFILTER_RETURN_IF_ERROR(server->Listen());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace cofilter::service
