// Source: the Fetch standard, CORS protocol.
#include "service/http/origins.h"

#include <algorithm>
#include <utility>

namespace cofilter::service::http {
namespace {

// "https://host:port" against the Host header. The scheme is not compared: behind a proxy that ends
// TLS the page's is https and ours is http.
bool IsOwn(std::string_view origin, const Headers& headers) {
  const std::size_t begin = origin.find("://");
  if (begin == std::string_view::npos) return false;
  return origin.substr(begin + 3) == Find(headers, "host").value_or(std::string_view());
}

void AllowOrigin(const std::string& origin, Headers* headers) {
  headers->push_back({"access-control-allow-origin", origin});
  headers->push_back({"vary", "origin"});
}

Response Preflight(const std::string& origin) {
  Response response;
  response.status = 204;
  AllowOrigin(origin, &response.headers);
  response.headers.push_back({"access-control-allow-methods", "GET, POST"});
  response.headers.push_back(
      {"access-control-allow-headers",
       "authorization, content-type, connect-protocol-version, connect-timeout-ms, traceparent"});
  response.headers.push_back({"access-control-max-age", "7200"});
  return response;
}

}  // namespace

Handler Origins::Guard(Handler next) const {
  return [this, next = std::move(next)](Request request, Respond respond) {
    const auto found = Find(request.headers, "origin");
    if (!found || IsOwn(*found, request.headers)) {
      next(std::move(request), std::move(respond));
      return;
    }
    const std::string origin(*found);
    if (std::find(allowed_.begin(), allowed_.end(), origin) == allowed_.end()) {
      respond(
          [] { return TextResponse(403, "pages of this origin may not call; see http.origins"); });
      return;
    }
    if (request.method == "OPTIONS" && Find(request.headers, "access-control-request-method")) {
      respond([origin] { return Preflight(origin); });
      return;
    }
    next(std::move(request), [origin, respond = std::move(respond)](MakeResponse make) {
      respond([origin, make = std::move(make)] {
        Response response = make();
        AllowOrigin(origin, &response.headers);
        std::string exposed;
        for (const Header& header : response.headers) {
          if (!header.name.starts_with("access-control-"))
            exposed += (exposed.empty() ? "" : ", ") + header.name;
        }
        response.headers.push_back({"access-control-expose-headers", exposed});
        return response;
      });
    });
  };
}

}  // namespace cofilter::service::http
