// The cookie of a signed-in browser, and the proof that a request comes from our own page.
#ifndef COFILTER_SERVICE_IDENTITY_SESSION_COOKIE_H_
#define COFILTER_SERVICE_IDENTITY_SESSION_COOKIE_H_

#include <string>
#include <string_view>

#include "service/identity/denial.h"

namespace cofilter::service {

// The value of Set-Cookie: HttpOnly, SameSite=Strict, Path=/, and over TLS Secure under the name
// __Host-cofilter-session (which no other host can set). `token` as SignIn::Redeem gave it.
std::string SetSessionCookie(std::string_view token, bool tls);
// The value of Set-Cookie that signs out.
std::string ClearSessionCookie(bool tls);

// What of a request says where it comes from; absent headers are empty.
struct BrowserRequest {
  std::string_view method;          // "GET", "POST"
  std::string_view cookie;          // Cookie
  std::string_view origin;          // Origin
  std::string_view host;            // Host
  std::string_view sec_fetch_site;  // Sec-Fetch-Site
  bool tls = false;
};

struct Session {
  std::string token;  // to be passed on as "authorization: Bearer <token>"
  Denial denial = Denial::kNone;
};

// The session's token, checked for where the request comes from but not for whether the token is
// good: whoever serves the call does that. kNoToken without the cookie, or with two of them;
// kOrigin when the request is not of our own page: an Origin other than this host, a Sec-Fetch-Site
// other than same-origin (or none, for what a person typed), a POST without an Origin.
// A request that has an Authorization header of its own does not need this, and must not be helped
// by a cookie.
Session SessionOf(const BrowserRequest& request);

}  // namespace cofilter::service

#endif  // COFILTER_SERVICE_IDENTITY_SESSION_COOKIE_H_
