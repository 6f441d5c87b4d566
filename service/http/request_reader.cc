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

RequestReader::Progress RequestReader::Read(beast::flat_buffer* buffer) {
  Progress more = Progress::kNeedsMore;
  while (!parser_.is_done()) {
    beast::error_code error;
    buffer->consume(parser_.put(buffer->data(), error));
    if (error == beast::http::error::body_limit) {
      too_large_ = true;
    } else if (error && error != beast::http::error::need_more) {
      return RefuseFor(error);
    }
    if (!header_checked_ && parser_.is_header_done()) {
      header_checked_ = true;
      more = CheckHeader();
      if (more == Progress::kRefused) return more;
    }
    if (too_large_) return Progress::kWhole;
    if (header_checked_ && !HoldBody()) return Refuse(503, "too many large requests at once");
    if (parser_.is_done()) break;
    if (error == beast::http::error::need_more || buffer->size() == 0) return more;
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
