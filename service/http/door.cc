// Puts the door together: origins, routes, Connect, pages; and takes it apart again.
#include "service/http/door.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "runtime/status_macros.h"
#include "service/http/connect_bridge.h"
#include "service/http/origins.h"
#include "service/http/static_files.h"

namespace cofilter::service::http {
namespace {

constexpr std::uint32_t kInFlightPerCpu = 4;
constexpr std::uint32_t kFewestInFlight = 8;

int ThreadsOf(const HttpConfig& config) {
  if (config.threads != 0) return static_cast<int>(config.threads);
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency() / 2));
}

std::uint32_t MaxInFlightOf(const HttpConfig& config) {
  if (config.max_in_flight != 0) return config.max_in_flight;
  return std::max(kFewestInFlight, kInFlightPerCpu * std::thread::hardware_concurrency());
}

ListenerOptions ListenerOptionsOf(const DoorOptions& options) {
  ListenerOptions listener;
  listener.host = options.address.host;
  listener.port = options.address.port;
  listener.threads = ThreadsOf(options.config);
  listener.limits.connections = options.config.max_connections;
  listener.limits.connections_per_address = options.config.max_connections_per_address;
  listener.tls = options.tls;
  return listener;
}

BridgeOptions BridgeOptionsOf(const DoorOptions& options) {
  BridgeOptions bridge;
  bridge.services = options.services;
  bridge.max_in_flight = MaxInFlightOf(options.config);
  bridge.prepare = options.prepare;
  return bridge;
}

class HttpDoor final : public Door {
 public:
  HttpDoor(DoorOptions options, StaticFiles files, std::shared_ptr<grpc::Channel> channel)
      : address_(options.address),
        files_(std::move(files)),
        origins_(options.config.origins),
        bridge_(std::make_unique<ConnectBridge>(std::move(channel), BridgeOptionsOf(options))),
        router_(std::move(options.routes)) {
    bridge_->MountOn(&router_);
    router_.Mount("/", [this](const Request& request, const Respond& respond) {
      respond([response = files_.Serve(request, std::string_view(request.path).substr(1))] {
        return response;
      });
    });
  }

  ~HttpDoor() override { Drain(std::chrono::milliseconds(0)); }

  absl::Status Listen(ListenerOptions options) {
    Handler dispatch = [this](Request request, Respond respond) {
      router_.Dispatch(std::move(request), std::move(respond));
    };
    COFILTER_ASSIGN_OR_RETURN(
        listener_, Listener::Start(std::move(options), origins_.Guard(std::move(dispatch))));
    return absl::OkStatus();
  }

  void Drain(std::chrono::milliseconds grace) override {
    if (bridge_ == nullptr) return;
    if (listener_ != nullptr) listener_->Drain(grace);
    bridge_.reset();
  }

  int port() const override { return listener_->port(); }
  std::string address() const override { return address_.ToText(port()); }
  ListenerFigures figures() const override { return listener_->figures(); }
  std::uint64_t calls_shed() const override {
    return bridge_ == nullptr ? 0 : bridge_->admission().shed();
  }

 private:
  const ListenAddress address_;
  const StaticFiles files_;
  const Origins origins_;
  // Destroyed before the listener, whose connections its calls respond to, and after the
  // listener's threads have ended.
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<ConnectBridge> bridge_;
  Router router_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Door>> Door::Start(DoorOptions options,
                                                  std::shared_ptr<grpc::Channel> channel) {
  StaticFiles files = StaticFiles::BuiltIn();
  if (!options.config.files.empty()) {
    COFILTER_ASSIGN_OR_RETURN(files, StaticFiles::Load(options.config.files));
  }
  ListenerOptions listener = ListenerOptionsOf(options);
  auto door = std::make_unique<HttpDoor>(std::move(options), std::move(files), std::move(channel));
  COFILTER_RETURN_IF_ERROR(door->Listen(std::move(listener)));
  return std::unique_ptr<Door>(std::move(door));
}

}  // namespace cofilter::service::http
