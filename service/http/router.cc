// Finds the handler of a path.
#include "service/http/router.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace cofilter::service::http {

Response MethodNotAllowed(std::string_view allowed) {
  Response response = TextResponse(405, absl::StrCat("right: ", std::string(allowed)));
  response.headers.push_back({"allow", std::string(allowed)});
  return response;
}

void Router::Add(std::string_view method, std::string_view path, Handler handler) {
  auto& methods = exact_[std::string(path)];
  if (method == "GET") methods["HEAD"] = handler;
  methods[std::string(method)] = std::move(handler);
}

void Router::Mount(std::string_view prefix, Handler handler) {
  mounts_[std::string(prefix)] = std::move(handler);
}

void Router::Dispatch(Request request, Respond respond) const {
  if (const auto found = exact_.find(request.path); found != exact_.end()) {
    const auto handler = found->second.find(request.method);
    if (handler != found->second.end()) {
      if (request.too_large) {
        respond([] { return TextResponse(413, "the body is over the limit"); });
        return;
      }
      handler->second(std::move(request), std::move(respond));
      return;
    }
    std::string allowed;
    for (const auto& [method, unused] : found->second)
      absl::StrAppend(&allowed, allowed.empty() ? "" : ", ", method);
    respond([allowed] { return MethodNotAllowed(allowed); });
    return;
  }
  const Handler* longest = nullptr;
  for (const auto& [prefix, handler] : mounts_) {
    // In the map's order a longer prefix comes after the shorter ones that it begins with.
    if (request.path.starts_with(prefix)) longest = &handler;
  }
  if (longest == nullptr) {
    respond([] { return TextResponse(404, "there is nothing at this path"); });
    return;
  }
  (*longest)(std::move(request), std::move(respond));
}

}  // namespace cofilter::service::http
