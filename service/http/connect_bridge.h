// Carries Connect calls to the gRPC server of the same process: one set of handlers, limits and
// metrics for both doors, and no code per method.
#ifndef COFILTER_SERVICE_HTTP_CONNECT_BRIDGE_H_
#define COFILTER_SERVICE_HTTP_CONNECT_BRIDGE_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/generic/generic_stub.h"
#include "service/http/connect_request.h"
#include "service/http/json_codec.h"
#include "service/http/message.h"
#include "service/http/router.h"
#include "service/rpc/admission.h"

namespace cofilter::service::http {

struct BridgeOptions {
  std::vector<std::string> services;           // full names, of what the gRPC server serves
  std::size_t message_limit = 4 << 20;         // bytes, as gRPC's own
  std::uint32_t max_in_flight = 32;            // calls of this door; more are refused at once
  std::chrono::milliseconds patience{60'000};  // of a call that names no timeout
  // May add metadata that is no header of the request: a session's token, say. Optional.
  std::function<void(const Request&, grpc::ClientContext*)> prepare;
};

// Thread-safety: all calls from any thread; the destructor from one.
class ConnectBridge {
 public:
  // channel: grpc::Server::InProcessChannel.
  ConnectBridge(std::shared_ptr<grpc::Channel> channel, BridgeOptions options);
  // Cancels the calls in flight and waits until each has responded.
  ~ConnectBridge();
  ConnectBridge(const ConnectBridge&) = delete;
  ConnectBridge& operator=(const ConnectBridge&) = delete;

  // One mount a service.
  void MountOn(Router* router) const;

  // Any request to a path below a service's: answered by the protocol, errors too.
  void Serve(Request request, Respond respond) const;

  const Admission& admission() const { return admission_; }

 private:
  struct CallInFlight;
  Response MakeAnswer(const CallInFlight& in_flight, grpc::Status status) const;
  void Send(std::shared_ptr<CallInFlight> in_flight, Respond respond) const;
  void TakeAnswers();

  const BridgeOptions options_;
  const MethodTable methods_;
  const JsonCodec json_;
  mutable grpc::GenericStub stub_;
  mutable Admission admission_;
  mutable std::mutex mutex_;
  mutable std::condition_variable ended_;
  mutable std::set<CallInFlight*> calls_;
  // A queue and a thread of our own: with gRPC 1.51 the callback interface of a channel in the
  // process shares the server's queue, and a server that ends drops it once too often.
  mutable grpc::CompletionQueue answers_;
  std::thread thread_;
};

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_CONNECT_BRIDGE_H_
