// What is accepted as a request.
#include "service/http/request_reader.h"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace cofilter::service::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;

std::string TextOf(beast::string_view view) { return std::string(view.data(), view.size()); }

}  // namespace

RequestReader::RequestReader(const Limits* limits, ByteQuota* quota)
    : limits_(*limits), share_(quota) {
  parser_.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
  // The body is judged when the header is there: until then nobody knows how to answer.
  parser_.body_limit(boost::none);
}

RequestReader::Progress RequestReader::Refuse(int status, std::string_view text) {
  refusal_ = TextResponse(status, text);
  refusal_.close = true;
  return Progress::kRefused;
}

RequestReader::Progress RequestReader::RefuseFor(const beast::error_code& error) {
  if (error == beast::http::error::header_limit) return Refuse(431, "the header is over the limit");
  if (error == beast::http::error::bad_version) return Refuse(505, "right: HTTP/1.1");
  return Refuse(400, absl::StrCat("this is no HTTP/1.1 request: ", error.message()));
}

bool RequestReader::LengthIsClear() const {
  const auto& message = parser_.get();
  const auto lengths = message.count(field::content_length);
  const auto codings = message.count(field::transfer_encoding);
  return lengths + codings <= 1 &&
         message[field::content_length].find(',') == beast::string_view::npos;
}

RequestReader::Progress RequestReader::CheckHeader() {
  const auto& message = parser_.get();
  if (static_cast<std::size_t>(std::distance(message.begin(), message.end())) >
      limits_.header_count) {
    return Refuse(431, "there are too many header lines");
  }
  const unsigned version = message.version();  // the parser knows no other than 10 and 11
  const auto hosts = message.count(field::host);
  if (hosts > 1 || (version == 11 && hosts == 0)) return Refuse(400, "right: one Host header");
  if (!LengthIsClear()) return Refuse(400, "right: one Content-Length or one Transfer-Encoding");
  if (message.count(field::transfer_encoding) > 0 &&
      (version == 10 || !beast::iequals(message[field::transfer_encoding], "chunked"))) {
    return Refuse(501, "right: Transfer-Encoding: chunked");
  }
  const bool expects = message.count(field::expect) > 0;
  if (expects && !beast::iequals(message[field::expect], "100-continue"))
    return Refuse(417, "right: Expect: 100-continue");
  if (message.target().empty() || message.target().front() != '/')
    return Refuse(400, "right: a path that begins with /");
  const auto announced = parser_.content_length();
  too_large_ = announced && *announced > limits_.body_bytes;
  parser_.body_limit(limits_.body_bytes);
  return expects && version == 11 ? Progress::kNeedsContinue : Progress::kNeedsMore;
}

bool RequestReader::HoldBody() {
  const std::size_t size = parser_.get().body().size();
  return share_.Hold(size - std::min(size, kFreeBytes));
}

// Beast gets the header whole and alone: else it judges what lines have come, looks past the end,
// and counts its limit by lines and by reads, and what is accepted hangs on how the network cut the
// bytes.
RequestReader::Progress RequestReader::ReadHeader(beast::flat_buffer* buffer) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const auto bytes = buffer->data();
  const std::string_view text(static_cast<const char*>(bytes.data()), bytes.size());
  // Who speaks TLS, say, to this door is told at once.
  if (!text.empty() && !absl::ascii_isalpha(static_cast<unsigned char>(text.front())))
    return RefuseFor(beast::http::error::bad_method);
  const std::size_t end = text.find(kEnd, searched_);
  const bool whole = end != std::string_view::npos;
  const std::size_t size = whole ? end + kEnd.size() : text.size();
  if (size + (whole ? 0 : 1) > limits_.header_bytes)
    return RefuseFor(beast::http::error::header_limit);
  searched_ = text.size() - std::min(text.size(), kEnd.size() - 1);
  if (!whole) return Progress::kNeedsMore;
  beast::error_code error;
  buffer->consume(parser_.put(boost::asio::buffer(bytes.data(), size), error));
  if (error == beast::http::error::need_more) error = beast::http::error::partial_message;
  if (error) return RefuseFor(error);
  header_checked_ = true;
  return CheckHeader();
}

RequestReader::Progress RequestReader::Read(beast::flat_buffer* buffer) {
  Progress more = Progress::kNeedsMore;
  if (!header_checked_) {
    more = ReadHeader(buffer);
    if (more == Progress::kRefused || !header_checked_) return more;
  }
  while (!parser_.is_done() && !too_large_) {
    if (buffer->size() == 0) return more;
    beast::error_code error;
    buffer->consume(parser_.put(buffer->data(), error));
    if (error == beast::http::error::body_limit) {
      too_large_ = true;
    } else if (error && error != beast::http::error::need_more) {
      return RefuseFor(error);
    } else if (!HoldBody()) {
      return Refuse(503, "too many large requests at once");
    } else if (error && !parser_.is_done()) {
      return more;
    }
  }
  return Progress::kWhole;
}

Request RequestReader::Take() {
  const auto& message = parser_.get();
  Request request;
  request.too_large = too_large_;
  request.method = TextOf(message.method_string());
  const std::string target = TextOf(message.target());
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  for (const auto& header : message) {
    request.headers.push_back(
        {absl::AsciiStrToLower(TextOf(header.name_string())), TextOf(header.value())});
  }
  if (!too_large_) {
    const auto body = message.body().data();
    request.body.assign(static_cast<const char*>(body.data()), body.size());
  }
  return request;
}

}  // namespace cofilter::service::http
