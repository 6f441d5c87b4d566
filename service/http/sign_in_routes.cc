// The page, the exchange and the cookie.
#include "service/http/sign_in_routes.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "service/http/static_files.h"
#include "service/identity/session_cookie.h"

namespace cofilter::service::http {
namespace {

constexpr std::string_view kPage = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Cofilter: sign in</title>
<h1>Cofilter 共同筛选</h1>
<p id="state">Signing in …</p>
<script src="/sign-in.js"></script>
</html>
)";

// The code leaves the address bar before anything else happens.
constexpr std::string_view kScript = R"(const code = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
fetch(location.pathname, {method: "POST", headers: {"content-type": "text/plain"}, body: code}).then((answer) => {
  if (answer.ok) location.replace("/");
  else document.getElementById("state").textContent = "This link is used or too old. Ask for another one.";
});
)";

Response Page(std::string_view type, std::string_view text) {
  Response response;
  response.headers = {{"content-type", absl::StrCat(std::string(type), "; charset=utf-8")},
                      {"cache-control", "no-store"}};
  AddPageSafety(&response.headers);
  response.body = std::string(text);
  return response;
}

std::string_view HeaderOf(const Request& request, std::string_view name) {
  return Find(request.headers, name).value_or(std::string_view());
}

BrowserRequest BrowserOf(const Request& request) {
  return {.method = request.method,
          .cookie = HeaderOf(request, "cookie"),
          .origin = HeaderOf(request, "origin"),
          .host = HeaderOf(request, "host"),
          .sec_fetch_site = HeaderOf(request, "sec-fetch-site"),
          .tls = request.secure};
}

Response WithCookie(std::string cookie) {
  Response response;
  response.status = 204;
  response.headers = {{"set-cookie", std::move(cookie)}, {"cache-control", "no-store"}};
  return response;
}

Response Exchange(SignIn* sign_in, const Request& request) {
  const absl::StatusOr<std::string> token = sign_in->Redeem(request.body);
  if (!token.ok()) return TextResponse(401, std::string(token.status().message()));
  return WithCookie(SetSessionCookie(*token, request.secure));
}

}  // namespace

void AddSignInRoutes(SignIn* sign_in, Router* router) {
  router->Add("POST", "/sign-out", [](const Request& request, const Respond& respond) {
    respond([secure = request.secure] { return WithCookie(ClearSessionCookie(secure)); });
  });
  if (sign_in == nullptr) return;
  router->Add("GET", kSignInPath, [](const Request&, const Respond& respond) {
    respond([] { return Page("text/html", kPage); });
  });
  router->Add("GET", "/sign-in.js", [](const Request&, const Respond& respond) {
    respond([] { return Page("text/javascript", kScript); });
  });
  router->Add("POST", kSignInPath, [sign_in](const Request& request, const Respond& respond) {
    respond([answer = Exchange(sign_in, request)] { return answer; });
  });
}

void UseSession(const Request& request, grpc::ClientContext* context) {
  if (Find(request.headers, "authorization")) return;
  const Session session = SessionOf(BrowserOf(request));
  if (session.denial != Denial::kNone) return;
  context->AddMetadata("authorization", absl::StrCat("Bearer ", session.token));
}

}  // namespace cofilter::service::http
