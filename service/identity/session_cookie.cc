// Cookies by RFC 6265bis.
#include "service/identity/session_cookie.h"

#include "absl/strings/str_cat.h"
#include "service/identity/sign_in.h"
#include "service/identity/strict_json.h"

namespace cofilter::service {
namespace {

std::string_view CookieName(bool tls) {
  return tls ? "__Host-cofilter-session" : "cofilter-session";
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Empty when there is none, or more than one: then somebody else set one of them.
std::string CookieOf(std::string_view header, std::string_view name) {
  std::string value;
  int found = 0;
  while (!header.empty()) {
    const std::size_t end = header.find(';');
    const std::string_view pair = Trimmed(header.substr(0, end));
    header = end == std::string_view::npos ? std::string_view() : header.substr(end + 1);
    if (pair.size() <= name.size() || !pair.starts_with(name) || pair[name.size()] != '=') continue;
    value = pair.substr(name.size() + 1);
    ++found;
  }
  return found == 1 ? value : std::string();
}

bool ComesFromOurPage(const BrowserRequest& request) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (!request.sec_fetch_site.empty() && request.sec_fetch_site != "same-origin" &&
      !(reads && request.sec_fetch_site == "none")) {
    return false;
  }
  if (request.origin.empty()) return reads;
  return !request.host.empty() &&
         request.origin == absl::StrCat(request.tls ? "https://" : "http://", ToAbsl(request.host));
}

std::string CookieText(std::string_view value, std::int64_t max_age, bool tls) {
  return absl::StrCat(ToAbsl(CookieName(tls)), "=", ToAbsl(value),
                      "; Path=/; HttpOnly; SameSite=Strict; Max-Age=", max_age,
                      tls ? "; Secure" : "");
}

}  // namespace

std::string SetSessionCookie(std::string_view token, bool tls) {
  return CookieText(token, std::chrono::seconds(kSessionLifetime).count(), tls);
}

std::string ClearSessionCookie(bool tls) { return CookieText("", 0, tls); }

Session SessionOf(const BrowserRequest& request) {
  std::string token = CookieOf(request.cookie, CookieName(request.tls));
  if (token.empty()) return {"", Denial::kNoToken};
  if (!ComesFromOurPage(request)) return {"", Denial::kOrigin};
  return {std::move(token), Denial::kNone};
}

}  // namespace cofilter::service
