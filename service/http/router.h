// Which handler answers which path.
#ifndef COFILTER_SERVICE_HTTP_ROUTER_H_
#define COFILTER_SERVICE_HTTP_ROUTER_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "service/http/message.h"

namespace cofilter::service::http {

// Filled before the listener starts. Thread-safety: Dispatch from any thread once filled.
class Router {
 public:
  // An exact path and its verb. "GET" answers HEAD too. Other verbs of a known path get 405, with
  // `allow`. REQUIRES: the pair is new.
  void Add(std::string_view method, std::string_view path, Handler handler);
  // Every path below `prefix` ("/console/") that has no exact handler. The handler judges the verb.
  // Of several prefixes the longest counts. REQUIRES: the prefix ends in '/' and is new.
  void Mount(std::string_view prefix, Handler handler);

  // A path that nobody has: 404.
  void Dispatch(Request request, Respond respond) const;

 private:
  std::map<std::string, std::map<std::string, Handler>, std::less<>> exact_;
  std::map<std::string, Handler, std::less<>> mounts_;
};

// The answer to a verb that a path does not have; `allowed`: "GET, HEAD".
Response MethodNotAllowed(std::string_view allowed);

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_ROUTER_H_
