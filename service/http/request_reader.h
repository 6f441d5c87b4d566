// Bytes in, a whole request or a refusal out: Beast's parser, our limits, and what we refuse beyond
// them. Knows no socket.
#ifndef COFILTER_SERVICE_HTTP_REQUEST_READER_H_
#define COFILTER_SERVICE_HTTP_REQUEST_READER_H_

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/dynamic_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "service/http/limits.h"
#include "service/http/message.h"
#include "service/http/quota.h"

namespace cofilter::service::http {

// One request. Ownership: limits and quota are the caller's. Thread-safety: one thread at a time.
class RequestReader {
 public:
  RequestReader(const Limits* limits, ByteQuota* quota);

  enum class Progress {
    kNeedsMore,      // all of the buffer was read, or is the beginning of a header and stays there
    kNeedsContinue,  // the same, and the other end waits for 100 Continue before it sends the body
    kWhole,          // Take
    kRefused,        // TakeRefusal; nothing more can be read from this connection
  };
  // Takes what it can from the front of the buffer. A request that two readers could understand
  // differently is refused: more than one length, a transfer coding other than chunked, no host or
  // two.
  Progress Read(boost::beast::flat_buffer* buffer);

  bool header_done() const { return header_checked_; }
  // False for HTTP/1.0, whatever it asks for.
  bool keep_alive() const { return parser_.get().version() == 11 && parser_.get().keep_alive(); }

  // The request without `peer` and `secure`. A body over the limit is not read: too_large is set,
  // and the connection cannot be used again.
  Request Take();
  Response TakeRefusal() { return std::move(refusal_); }

 private:
  using Body = boost::beast::http::basic_dynamic_body<boost::beast::flat_buffer>;

  Progress Refuse(int status, std::string_view text);
  Progress RefuseFor(const boost::beast::error_code& error);
  // Nothing is taken before the header's end has come.
  Progress ReadHeader(boost::beast::flat_buffer* buffer);
  // kNeedsMore when the header may pass.
  Progress CheckHeader();
  bool LengthIsClear() const;
  bool HoldBody();

  const Limits& limits_;
  ByteQuota::Share share_;
  boost::beast::http::request_parser<Body> parser_;
  std::size_t searched_ = 0;  // bytes of the buffer in which no end of the header begins
  bool header_checked_ = false;
  bool too_large_ = false;
  Response refusal_;
};

// What each connection may hold without asking the quota, bytes.
inline constexpr std::size_t kFreeBytes = 64 << 10;

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_REQUEST_READER_H_
