// One connection: requests read, handed over and answered, one after the other, within limits of
// time. Only the listener includes this.
#ifndef COFILTER_SERVICE_HTTP_CONNECTION_H_
#define COFILTER_SERVICE_HTTP_CONNECTION_H_

#include <algorithm>
#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "service/http/limits.h"
#include "service/http/message.h"
#include "service/http/quota.h"
#include "service/http/request_reader.h"

namespace cofilter::service::http {

using TcpStream = boost::beast::tcp_stream;
using TlsStream = boost::beast::ssl_stream<TcpStream>;

// What the connections of a listener share; outlives them.
struct ConnectionFrame {
  ConnectionFrame(const Limits& with, Handler to)
      : limits(with),
        handler(std::move(to)),
        places(with.connections, with.connections_per_address),
        bytes(with.shared_bytes) {}

  const Limits limits;
  const Handler handler;
  ConnectionQuota places;
  ByteQuota bytes;
  std::atomic<bool> draining{false};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> requests_refused{0};
  std::atomic<std::uint64_t> timeouts{0};
};

class AnyConnection {
 public:
  virtual ~AnyConnection() = default;
  // Closes it, now if it waits for a request, else with its next answer. From any thread.
  virtual void Drain() = 0;
};

// Stream: TcpStream or TlsStream, on a strand of its own. Lives as long as an operation of it is
// under way. Thread-safety: everything but Drain runs on the strand.
template <class Stream>
class Connection final : public AnyConnection,
                         public std::enable_shared_from_this<Connection<Stream>> {
 public:
  // keep: what the stream itself needs to live (a TLS context); may be null.
  Connection(ConnectionFrame* frame, std::shared_ptr<void> keep, Stream stream, std::string peer,
             ConnectionQuota::Place place)
      : frame_(*frame),
        place_(std::move(place)),
        keep_(std::move(keep)),
        stream_(std::move(stream)),
        peer_(std::move(peer)),
        pause_(stream_.get_executor()) {}

  void Start() {
    boost::asio::dispatch(stream_.get_executor(),
                          [self = this->shared_from_this()] { self->Begin(); });
  }

  void Drain() override {
    boost::asio::post(stream_.get_executor(), [self = this->shared_from_this()] {
      self->pause_.cancel();
      if (self->idle_) self->Close();
    });
  }

 private:
  using ErrorCode = boost::beast::error_code;
  static constexpr bool kTls = std::is_same_v<Stream, TlsStream>;
  static constexpr std::size_t kReadBytes = 16 << 10;

  TcpStream& Tcp() { return boost::beast::get_lowest_layer(stream_); }

  void Begin() {
    if constexpr (kTls) {
      Tcp().expires_after(frame_.limits.header_time);
      stream_.async_handshake(boost::asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](ErrorCode error) {
                                if (!self->Failed(error)) self->AwaitRequest();
                              });
    } else {
      AwaitRequest();
    }
  }

  // Whether the connection is at its end; a timeout is counted.
  bool Failed(const ErrorCode& error) {
    if (!error) return false;
    if (error == boost::beast::error::timeout && !idle_) {
      frame_.timeouts.fetch_add(1, std::memory_order_relaxed);
    }
    Close();
    return true;
  }

  void Close() {
    ErrorCode ignored;
    Tcp().socket().close(ignored);
  }

  void AwaitRequest() {
    if (frame_.draining.load()) {
      Close();
      return;
    }
    reader_.emplace(&frame_.limits, &frame_.bytes);
    if (buffer_.size() > 0) {
      Tcp().expires_after(frame_.limits.header_time);
      ReadOn();
      return;
    }
    idle_ = true;
    Tcp().expires_after(frame_.limits.idle_time);
    stream_.async_read_some(buffer_.prepare(kReadBytes),
                            [self = this->shared_from_this()](ErrorCode error, std::size_t bytes) {
                              if (self->Failed(error)) return;
                              self->idle_ = false;
                              self->buffer_.commit(bytes);
                              self->Tcp().expires_after(self->frame_.limits.header_time);
                              self->ReadOn();
                            });
  }

  void ReadOn() {
    const bool had_header = reader_->header_done();
    const RequestReader::Progress progress = reader_->Read(&buffer_);
    if (!had_header && reader_->header_done()) Tcp().expires_after(frame_.limits.body_time);
    switch (progress) {
      case RequestReader::Progress::kNeedsMore:
        ReadMore();
        return;
      case RequestReader::Progress::kNeedsContinue:
        WriteContinue();
        return;
      case RequestReader::Progress::kWhole:
        HandOver();
        return;
      case RequestReader::Progress::kRefused:
        frame_.requests_refused.fetch_add(1, std::memory_order_relaxed);
        Write(reader_->TakeRefusal());
        return;
    }
  }

  void ReadMore() {
    stream_.async_read_some(buffer_.prepare(kReadBytes),
                            [self = this->shared_from_this()](ErrorCode error, std::size_t bytes) {
                              if (self->Failed(error)) return;
                              self->buffer_.commit(bytes);
                              self->ReadOn();
                            });
  }

  void WriteContinue() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    boost::asio::async_write(stream_, boost::asio::buffer(kContinue.data(), kContinue.size()),
                             [self = this->shared_from_this()](ErrorCode error, std::size_t) {
                               if (!self->Failed(error)) self->ReadMore();
                             });
  }

  void HandOver() {
    Request request = reader_->Take();
    request.peer = peer_;
    request.secure = kTls;
    head_ = request.method == "HEAD";
    keep_alive_ = reader_->keep_alive() && !request.too_large;
    reader_.reset();
    Tcp().expires_never();
    frame_.requests.fetch_add(1, std::memory_order_relaxed);
    frame_.handler(std::move(request), [self = this->shared_from_this()](MakeResponse make) {
      boost::asio::post(self->stream_.get_executor(),
                        [self, make = std::move(make)] { self->Write(make()); });
    });
  }

  void Write(Response response) {
    namespace http = boost::beast::http;
    if (!Tcp().socket().is_open()) return;  // drained away meanwhile
    if (!share_.Hold(response.body.size() - std::min(response.body.size(), kFreeBytes))) {
      response = TextResponse(503, "too many large answers at once");
    }
    response_.emplace();
    response_->result(static_cast<unsigned>(response.status));
    if (response.status == 499) response_->reason("Client Closed Request");
    response_->version(11);
    for (const Header& header : response.headers) response_->insert(header.name, header.value);
    close_ = response.close || !keep_alive_ || frame_.draining.load();
    response_->keep_alive(!close_);
    const bool bodiless = response.status == 204 || response.status == 304;
    if (!bodiless) response_->content_length(response.body.size());
    if (!head_ && !bodiless) response_->body() = std::move(response.body);
    const std::chrono::milliseconds pause = response.pause;
    Tcp().expires_after(frame_.limits.write_time);
    http::async_write(stream_, *response_,
                      [self = this->shared_from_this(), pause](ErrorCode error, std::size_t) {
                        self->Written(error, pause);
                      });
  }

  void Written(const ErrorCode& error, std::chrono::milliseconds pause) {
    response_.reset();
    (void)share_.Hold(0);
    if (Failed(error)) return;
    if (close_) {
      Leave();
      return;
    }
    if (pause.count() == 0) {
      AwaitRequest();
      return;
    }
    Tcp().expires_never();
    pause_.expires_after(pause);
    pause_.async_wait([self = this->shared_from_this()](ErrorCode) { self->AwaitRequest(); });
  }

  // Says goodbye and reads what is still on its way for a moment: closing at once would take the
  // answer away from whoever still sends.
  void Leave() {
    Tcp().expires_after(kGoodbye);
    if constexpr (kTls) {
      stream_.async_shutdown([self = this->shared_from_this()](ErrorCode) { self->Close(); });
    } else {
      ErrorCode ignored;
      Tcp().socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
      Discard(0);
    }
  }

  void Discard(std::size_t so_far) {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(kReadBytes), [self = this->shared_from_this(), so_far](
                                                             ErrorCode error, std::size_t bytes) {
      if (error || so_far + bytes > kMostDiscarded) {
        self->Close();
      } else {
        self->Discard(so_far + bytes);
      }
    });
  }

  static constexpr std::chrono::seconds kGoodbye{1};
  static constexpr std::size_t kMostDiscarded = 8 << 20;

  ConnectionFrame& frame_;
  const ConnectionQuota::Place place_;
  const std::shared_ptr<void> keep_;
  Stream stream_;
  const std::string peer_;
  boost::asio::steady_timer pause_;
  boost::beast::flat_buffer buffer_;
  std::optional<RequestReader> reader_;
  ByteQuota::Share share_{&frame_.bytes};
  std::optional<boost::beast::http::response<boost::beast::http::string_body>> response_;
  bool idle_ = false;
  bool head_ = false;
  bool keep_alive_ = false;
  bool close_ = false;
};

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_CONNECTION_H_
