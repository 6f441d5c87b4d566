// The HTTP door: Connect calls, pages and whatever else the server answers over HTTP, on one port.
#ifndef COFILTER_SERVICE_HTTP_DOOR_H_
#define COFILTER_SERVICE_HTTP_DOOR_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "service/config/config.h"
#include "service/http/listener.h"
#include "service/http/router.h"
#include "service/rpc/listen_address.h"

namespace cofilter::service::http {

struct DoorOptions {
  HttpConfig config;
  ListenAddress address;
  std::vector<std::string> services;  // full names, of what the gRPC server serves
  // What others answer: a path here goes before Connect and pages.
  Router routes;
  TlsSource tls;  // empty: plain TCP
  // As BridgeOptions::prepare.
  std::function<void(const Request&, grpc::ClientContext*)> prepare;
};

// Thread-safety: all calls from any thread; Drain and the destructor from one.
class Door {
 public:
  // channel: the gRPC server's own, in this process; the server outlives the door's Drain. Errors:
  // of the address and of http.files.
  static absl::StatusOr<std::unique_ptr<Door>> Start(DoorOptions options,
                                                     std::shared_ptr<grpc::Channel> channel);

  virtual ~Door() = default;  // drains without grace, if Drain was not called

  // No new requests; those in flight are answered within `grace`, then cancelled. Call it before
  // the gRPC server's. Later calls do nothing.
  virtual void Drain(std::chrono::milliseconds grace) = 0;

  virtual int port() const = 0;
  virtual std::string address() const = 0;  // "127.0.0.1:40124"
  virtual ListenerFigures figures() const = 0;
  virtual std::uint64_t calls_shed() const = 0;
};

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_DOOR_H_
