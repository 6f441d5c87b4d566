// A request and its response, as handlers see them: no socket, no parser.
#ifndef COFILTER_SERVICE_HTTP_MESSAGE_H_
#define COFILTER_SERVICE_HTTP_MESSAGE_H_

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofilter::service::http {

struct Header {
  std::string name;  // lower case
  std::string value;
};
using Headers = std::vector<Header>;

// The first of that name.
inline std::optional<std::string_view> Find(const Headers& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (header.name == name) return header.value;
  }
  return std::nullopt;
}

struct Request {
  std::string method;  // "GET"
  std::string path;    // "/cofilter.v1.ModelService/ListModels", as sent, before the '?'
  std::string query;   // as sent, after the '?'
  Headers headers;     // in the order in which they came
  std::string body;
  std::string peer;        // the address of the other end, without its port
  bool secure = false;     // over TLS
  bool too_large = false;  // the body was over the limit, and is not here
};

struct Response {
  int status = 200;
  Headers headers;  // without content-length and connection, which the listener writes
  std::string body;
  bool close = false;                  // the connection ends with it
  std::chrono::milliseconds pause{0};  // the connection is not read from for so long
};

// Makes the response; runs where the connection's own work does, so that a costly encoding takes no
// time from whoever answers.
using MakeResponse = std::function<Response()>;
// Called once, from any thread.
using Respond = std::function<void(MakeResponse)>;
// Must not block: it runs on a thread that serves many connections.
using Handler = std::function<void(Request request, Respond respond)>;

// A short answer in plain text; `text` gets a line end.
Response TextResponse(int status, std::string_view text);

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_MESSAGE_H_
