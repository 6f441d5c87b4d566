// Which pages of other origins may call: none, unless they are configured.
#ifndef COFILTER_SERVICE_HTTP_ORIGINS_H_
#define COFILTER_SERVICE_HTTP_ORIGINS_H_

#include <string>
#include <vector>

#include "service/http/message.h"

namespace cofilter::service::http {

// Thread-safety: immutable.
class Origins {
 public:
  // "https://app.example.org", as browsers write it.
  explicit Origins(std::vector<std::string> allowed) : allowed_(std::move(allowed)) {}

  // `next` behind the check. A request without Origin, or from the server's own pages, passes. One
  // from a configured origin passes, its preflight is answered, and the answer names the origin.
  // Any other gets 403 and never reaches `next`.
  Handler Guard(Handler next) const;

 private:
  const std::vector<std::string> allowed_;
};

}  // namespace cofilter::service::http

#endif  // COFILTER_SERVICE_HTTP_ORIGINS_H_
