// The whole server in one object: store in, calls out.
#ifndef COFILTER_SERVICE_RPC_SERVER_H_
#define COFILTER_SERVICE_RPC_SERVER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "runtime/clock.h"
#include "service/config/config.h"
#include "service/identity/identity.h"
#include "service/identity/tls_files.h"
#include "service/rpc/admission.h"
#include "service/rpc/call_guard.h"
#include "service/rpc/call_metrics.h"
#include "service/snapshot/snapshot_publisher.h"
#include "service/span_sink.h"
#include "service/store/store.h"

namespace cofilter::service {

class EventIntake;
class Recommender;

// What a running server can be asked about itself; lives as long as the server.
struct ServerParts {
  const CallMetrics* calls = nullptr;
  const Admission* admission = nullptr;  // of unary calls and batches
  const Admission* streams = nullptr;
  const Recommender* recommender = nullptr;
  const EventIntake* intake = nullptr;
  const SnapshotHolder* snapshots = nullptr;
  const SnapshotPublisher* publisher = nullptr;
  const CallGuard* guard = nullptr;
};

struct ServerOptions {
  const runtime::Clock* clock = &runtime::SystemClock::Instance();
  bool insecure = false;         // listen without TLS where other machines can reach it
  Identity* identity = nullptr;  // required: who calls; outlives the server
  PublisherOptions publisher;
  bool follow_tls = true;     // false: only tls()->Follow() looks at the files
  SpanSink* spans = nullptr;  // outlives the server; nullptr: none
};

// Thread-safety: all calls from any thread; Drain and the destructor from one.
class Server {
 public:
  // Listens, follows the store and answers from the return on. config.listen with port 0 takes any
  // free port. Ownership: store and clock are the caller's and outlive the server. Errors:
  // INVALID_ARGUMENT, FAILED_PRECONDITION of the address; UNAVAILABLE when it is taken. A store
  // that is away, or no model, is no error: what there is is served. REQUIRES: options.identity.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerConfig config, Store* store,
                                                       ServerOptions options = {});

  virtual ~Server() = default;  // drains without grace, if Drain was not called

  // Health turns to NOT_SERVING, new calls are refused, those in flight end, within `grace`; then
  // they are cancelled. Later calls do nothing.
  virtual void Drain(std::chrono::milliseconds grace) = 0;

  // Goes over to that configuration in one step; calls in flight end by the old one. Errors: those
  // of CheckReload; the old one then stays in force.
  virtual absl::Status Reload(ServerConfig config) = 0;

  virtual int port() const = 0;
  virtual std::string address() const = 0;  // "127.0.0.1:40123"
  // To this server without a socket, for the HTTP door; calls fail once it has drained.
  virtual std::shared_ptr<grpc::Channel> InProcessChannel() = 0;
  // Full names of the services of the contract.
  virtual std::vector<std::string> services() const = 0;
  virtual const CallMetrics& metrics() const = 0;
  virtual const Admission& admission() const = 0;
  virtual CallGuard& guard() = 0;
  virtual TlsFiles* tls() = 0;  // nullptr without TLS
  virtual ServerParts parts() const = 0;
  virtual SnapshotPublisher& publisher() = 0;
};

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_RPC_SERVER_H_
