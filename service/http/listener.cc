// Accepts connections at a bounded rate and runs their work on threads that give way to others.
#include "service/http/listener.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/strand.hpp>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/http/connection.h"

namespace cofilter::service::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::beast::error_code;
using std::chrono::milliseconds;

constexpr int kBacklog = 1024;
constexpr milliseconds kWindow{10};
// After an error of accept (no file descriptor left, say).
constexpr milliseconds kAcceptPause{100};
// Linux gives a thread of this niceness about a tenth of the time of one without, where both want
// the same CPU: gRPC keeps its latency, and an idle machine makes no difference.
constexpr int kNiceness = 10;

constexpr std::string_view kTooMany =
    "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\nretry-after: 1\r\n"
    "content-length: 28\r\nconnection: close\r\n\r\ntoo many connections at once";

// IPv4 whole; of IPv6 the network half, for one machine has all the rest.
std::string QuotaKey(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  const auto bytes = address.to_v6().to_bytes();
  return std::string(bytes.begin(), bytes.begin() + 8);
}

asio::ip::address PeerAddress(const tcp::socket& socket) {
  ErrorCode error;
  const asio::ip::address address = socket.remote_endpoint(error).address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address;
}

class AsioListener final : public Listener {
 public:
  AsioListener(ListenerOptions options, Handler handler)
      : options_(std::move(options)),
        frame_(options_.limits, std::move(handler)),
        context_(options_.threads),
        work_(context_.get_executor()),
        acceptor_(asio::make_strand(context_)),
        rest_(acceptor_.get_executor()),
        accepts_per_window_(std::max<std::uint32_t>(
            1, static_cast<std::uint32_t>(options_.limits.accepts_per_second * kWindow.count() /
                                          1000))) {}

  ~AsioListener() override { Drain(milliseconds(0)); }

  absl::Status Listen() {
    ErrorCode error;
    tcp::resolver resolver(context_);
    const auto found = resolver.resolve(options_.host, std::to_string(options_.port),
                                        tcp::resolver::numeric_service, error);
    if (error || found.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("http.listen: there is no host ", options_.host));
    }
    const tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(kBacklog, error);
    if (error) {
      return absl::UnavailableError(absl::StrCat("http.listen ", options_.host, ":", options_.port,
                                                 " cannot be bound: ", error.message()));
    }
    port_ = acceptor_.local_endpoint(error).port();
    asio::post(acceptor_.get_executor(), [this] { Accept(); });
    for (int n = 0; n < options_.threads; ++n) {
      threads_.emplace_back([this] {
        setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), kNiceness);
        context_.run();
      });
    }
    return absl::OkStatus();
  }

  void Drain(milliseconds grace) override {
    if (threads_.empty()) return;
    frame_.draining = true;
    asio::post(acceptor_.get_executor(), [this] {
      ErrorCode ignored;
      acceptor_.close(ignored);
      rest_.cancel();
    });
    {
      std::unique_lock lock(mutex_);
      for (const auto& connection : connections_) {
        if (const auto held = connection.lock()) held->Drain();
      }
    }
    const auto give_up = std::chrono::steady_clock::now() + grace;
    while (frame_.places.taken() > 0 && std::chrono::steady_clock::now() < give_up)
      std::this_thread::sleep_for(milliseconds(1));
    context_.stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  int port() const override { return port_; }

  ListenerFigures figures() const override {
    ListenerFigures figures;
    figures.connections = frame_.places.taken();
    figures.connections_refused = frame_.places.refused();
    figures.requests = frame_.requests.load(std::memory_order_relaxed);
    figures.requests_refused = frame_.requests_refused.load(std::memory_order_relaxed);
    figures.timeouts = frame_.timeouts.load(std::memory_order_relaxed);
    return figures;
  }

 private:
  void Accept() {
    const auto now = std::chrono::steady_clock::now();
    if (now - window_start_ >= kWindow) {
      window_start_ = now;
      in_window_ = 0;
    }
    if (in_window_ >= accepts_per_window_) {
      Rest(std::chrono::duration_cast<milliseconds>(window_start_ + kWindow - now) +
           milliseconds(1));
      return;
    }
    acceptor_.async_accept(asio::make_strand(context_),
                           [this](ErrorCode error, tcp::socket socket) {
                             if (!acceptor_.is_open()) return;
                             if (error) {
                               Rest(kAcceptPause);
                               return;
                             }
                             ++in_window_;
                             Take(std::move(socket));
                             Accept();
                           });
  }

  void Rest(milliseconds time) {
    rest_.expires_after(time);
    rest_.async_wait([this](ErrorCode error) {
      if (!error && acceptor_.is_open()) Accept();
    });
  }

  void Take(tcp::socket socket) {
    const asio::ip::address address = PeerAddress(socket);
    std::optional<ConnectionQuota::Place> place = frame_.places.Take(QuotaKey(address));
    ErrorCode ignored;
    if (!place) {
      // As far as the socket takes it at once: nobody is waited for here.
      socket.non_blocking(true, ignored);
      if (!options_.tls) socket.write_some(asio::buffer(kTooMany.data(), kTooMany.size()), ignored);
      socket.shutdown(tcp::socket::shutdown_both, ignored);
      return;
    }
    socket.set_option(tcp::no_delay(true), ignored);
    if (options_.tls) {
      std::shared_ptr<asio::ssl::context> tls = options_.tls();
      if (tls == nullptr) return;
      TlsStream stream(TcpStream(std::move(socket)), *tls);
      Begin(std::make_shared<Connection<TlsStream>>(&frame_, std::move(tls), std::move(stream),
                                                    address.to_string(), *std::move(place)));
    } else {
      Begin(std::make_shared<Connection<TcpStream>>(&frame_, nullptr, TcpStream(std::move(socket)),
                                                    address.to_string(), *std::move(place)));
    }
  }

  template <class Stream>
  void Begin(std::shared_ptr<Connection<Stream>> connection) {
    {
      const std::lock_guard lock(mutex_);
      // Those that have gone are cleared away whenever the list has doubled.
      if (connections_.size() >= clear_at_) {
        std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
        clear_at_ = std::max<std::size_t>(64, connections_.size() * 2);
      }
      connections_.push_back(connection);
    }
    connection->Start();
  }

  const ListenerOptions options_;
  ConnectionFrame frame_;
  asio::io_context context_;
  // Keeps the threads while the only work is a request that a handler has.
  const asio::executor_work_guard<asio::io_context::executor_type> work_;
  tcp::acceptor acceptor_;
  asio::steady_timer rest_;
  const std::uint32_t accepts_per_window_;
  std::chrono::steady_clock::time_point window_start_;
  std::uint32_t in_window_ = 0;
  int port_ = 0;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::vector<std::weak_ptr<AnyConnection>> connections_;
  std::size_t clear_at_ = 64;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Listener>> Listener::Start(ListenerOptions options,
                                                          Handler handler) {
  auto listener = std::make_unique<AsioListener>(std::move(options), std::move(handler));
  if (const absl::Status status = listener->Listen(); !status.ok()) return status;
  return std::unique_ptr<Listener>(std::move(listener));
}

}  // namespace cofilter::service::http
