// The answers that need no handler.
#include "service/http/message.h"

#include "absl/strings/str_cat.h"

namespace cofilter::service::http {

Response TextResponse(int status, std::string_view text) {
  Response response;
  response.status = status;
  response.headers = {{"content-type", "text/plain; charset=utf-8"}, {"cache-control", "no-store"}};
  response.body = absl::StrCat(absl::string_view(text.data(), text.size()), "\n");
  return response;
}

}  // namespace cofilter::service::http
