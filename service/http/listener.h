// Listens for HTTP/1.1, over TCP or TLS, and hands whole requests to one handler.
#ifndef COFILTER_SERVICE_HTTP_LISTENER_H_
#define COFILTER_SERVICE_HTTP_LISTENER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "service/http/limits.h"
#include "service/http/message.h"

namespace boost::asio::ssl {
class context;
}

namespace cofilter::service::http {

// The certificates in force; asked once a connection, so a new one serves from the next connection
// on. Null: no connection is possible now. Called from the listener's threads.
using TlsSource = std::function<std::shared_ptr<boost::asio::ssl::context>()>;

struct ListenerOptions {
  std::string host = "127.0.0.1";  // an address or a name of this machine
  int port = 0;                    // 0: any
  int threads = 1;                 // they give way to other threads of the process
  Limits limits;
  TlsSource tls;  // empty: plain TCP
};

struct ListenerFigures {
  std::uint32_t connections = 0;          // now
  std::uint64_t connections_refused = 0;  // over a limit
  std::uint64_t requests = 0;             // handed to the handler
  std::uint64_t requests_refused = 0;     // malformed, or over a limit of theirs
  std::uint64_t timeouts = 0;             // connections that were too slow, idle ones apart
};

// Thread-safety: all calls from any thread; Drain and the destructor from one.
class Listener {
 public:
  // The handler outlives it. Errors: UNAVAILABLE when the address cannot be bound;
  // INVALID_ARGUMENT for a host that is none.
  static absl::StatusOr<std::unique_ptr<Listener>> Start(ListenerOptions options, Handler handler);

  virtual ~Listener() = default;  // drains without grace, if Drain was not called

  // No new connections; idle ones are closed; requests being answered end, within `grace`. Later
  // calls do nothing. REQUIRES: whatever still responds afterwards may do so: it is ignored.
  virtual void Drain(std::chrono::milliseconds grace) = 0;

  virtual int port() const = 0;
  virtual ListenerFigures figures() const = 0;
};

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_LISTENER_H_
