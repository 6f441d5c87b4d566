// Sign-in links and the cookie of a session.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "runtime/files.h"
#include "service/identity/authenticator.h"
#include "service/identity/session_cookie.h"
#include "service/identity/sign_in.h"

namespace cofilter::service {
namespace {

using testing::HasSubstr;
using testing::Not;

const runtime::Time kNow = *runtime::ParseTime("2026-11-24T08:00:00Z");

class SignInTest : public testing::Test {
 protected:
  std::string Code() const {
    TokenContent who;
    who.subject = "ann";
    who.roles = {Role::kEditor};
    who.org_units = {"/hq"};
    who.issued_at = clock_.Now();
    return MakeSignInCode(key_, who);
  }
  Authenticated Who(const std::string& token) {
    Authenticator authenticator(
        &clock_,
        {{std::string(kLocalIssuer), {Algorithm::kEdDsa}, LocalRules(std::chrono::seconds(30))}},
        64);
    authenticator.SetKeys(0, key_.ToKeySet());
    return authenticator.AuthenticateToken(token);
  }

  const runtime::TemporaryDirectory directory_ = *runtime::TemporaryDirectory::Create();
  runtime::SimulatedClock clock_{kNow};
  LocalKey key_ = *LocalKey::LoadOrCreate(directory_.path() + "/local.key");
  SignIn sign_in_{&clock_, key_, std::chrono::seconds(30)};
};

TEST_F(SignInTest, ACodeBecomesASessionOfTheSamePerson) {
  const absl::StatusOr<std::string> session = sign_in_.Redeem(Code());
  ASSERT_TRUE(session.ok()) << session.status();
  const Authenticated who = Who(*session);
  ASSERT_NE(who.caller, nullptr);
  EXPECT_EQ(who.caller->subject, "ann");
  EXPECT_EQ(who.caller->roles, RoleSet{Role::kEditor});
  EXPECT_EQ(who.caller->org_units, std::vector<std::string>{"/hq"});
  clock_.Advance(kSessionLifetime + std::chrono::seconds(30));
  EXPECT_EQ(Who(*session).denial, Denial::kExpired);
}

TEST_F(SignInTest, ACodeIsGoodOnce) {
  const std::string code = Code();
  EXPECT_TRUE(sign_in_.Redeem(code).ok());
  EXPECT_EQ(sign_in_.Redeem(code).status().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(SignInTest, ACodeIsNoTokenAndATokenNoCode) {
  EXPECT_EQ(Who(Code()).caller, nullptr);
  TokenContent token;
  token.subject = "ann";
  token.roles = {Role::kEditor};
  token.issued_at = kNow;
  token.lifetime = std::chrono::minutes(5);
  EXPECT_FALSE(sign_in_.Redeem(key_.Sign(token)).ok());
}

TEST_F(SignInTest, RefusesCodesThatAreOverDamagedOrOfAnotherTime) {
  const std::string code = Code();
  EXPECT_FALSE(sign_in_.Redeem(code.substr(0, code.size() - 2)).ok());
  EXPECT_FALSE(sign_in_.Redeem("").ok());
  // Made before this process: it cannot know whether another one took it.
  clock_.Advance(std::chrono::seconds(1));
  SignIn later(&clock_, key_, std::chrono::seconds(30));
  EXPECT_FALSE(later.Redeem(code).ok());
  const std::string next = Code();
  clock_.Advance(kSignInLifetime + std::chrono::seconds(30));
  EXPECT_FALSE(later.Redeem(next).ok());
  const LocalKey other = *LocalKey::LoadOrCreate(directory_.path() + "/other.key");
  const std::string of_old_key = Code();
  later.SetKey(other);
  EXPECT_FALSE(later.Redeem(of_old_key).ok());
}

TEST(SessionCookieTest, IsKeptFromScriptsAndOtherPages) {
  const std::string plain = SetSessionCookie("a.b.c", false);
  EXPECT_THAT(plain, HasSubstr("cofilter-session=a.b.c; Path=/; HttpOnly; SameSite=Strict"));
  EXPECT_THAT(plain, Not(HasSubstr("Secure")));
  const std::string secure = SetSessionCookie("a.b.c", true);
  EXPECT_THAT(secure, testing::StartsWith("__Host-cofilter-session=a.b.c;"));
  EXPECT_THAT(secure, HasSubstr("; Secure"));
  EXPECT_THAT(ClearSessionCookie(true), HasSubstr("Max-Age=0"));
}

BrowserRequest Post() {
  return {.method = "POST",
          .cookie = "theme=dark; cofilter-session=a.b.c",
          .origin = "http://127.0.0.1:8471",
          .host = "127.0.0.1:8471",
          .sec_fetch_site = "same-origin",
          .tls = false};
}

TEST(SessionCookieTest, GivesTheTokenToOurOwnPage) {
  EXPECT_EQ(SessionOf(Post()).token, "a.b.c");
  BrowserRequest old_browser = Post();
  old_browser.sec_fetch_site = "";
  EXPECT_EQ(SessionOf(old_browser).token, "a.b.c");
  BrowserRequest typed = Post();
  typed.method = "GET";
  typed.origin = "";
  typed.sec_fetch_site = "none";
  EXPECT_EQ(SessionOf(typed).token, "a.b.c");
  BrowserRequest secure = Post();
  secure.tls = true;
  secure.origin = "https://127.0.0.1:8471";
  secure.cookie = "__Host-cofilter-session=x.y.z";
  EXPECT_EQ(SessionOf(secure).token, "x.y.z");
}

TEST(SessionCookieTest, RefusesOtherPages) {
  const auto refused = [](auto change) {
    BrowserRequest request = Post();
    change(request);
    return SessionOf(request).denial;
  };
  using R = BrowserRequest;
  EXPECT_EQ(refused([](R& r) { r.origin = "http://evil.example.org"; }), Denial::kOrigin);
  EXPECT_EQ(refused([](R& r) { r.origin = "https://127.0.0.1:8471"; }), Denial::kOrigin);
  EXPECT_EQ(refused([](R& r) { r.origin = "http://127.0.0.1:9"; }), Denial::kOrigin);
  EXPECT_EQ(refused([](R& r) { r.origin = "null"; }), Denial::kOrigin);
  EXPECT_EQ(refused([](R& r) { r.origin = ""; }), Denial::kOrigin);
  EXPECT_EQ(refused([](R& r) { r.host = ""; }), Denial::kOrigin);
  EXPECT_EQ(refused([](R& r) { r.sec_fetch_site = "cross-site"; }), Denial::kOrigin);
  EXPECT_EQ(refused([](R& r) { r.sec_fetch_site = "same-site"; }), Denial::kOrigin);
  EXPECT_EQ(refused([](R& r) { r.sec_fetch_site = "none"; }), Denial::kOrigin);
  EXPECT_EQ(refused([](R& r) { r.cookie = ""; }), Denial::kNoToken);
  EXPECT_EQ(refused([](R& r) { r.cookie = "xcofilter-session=a.b.c"; }), Denial::kNoToken);
  EXPECT_EQ(refused([](R& r) { r.cookie = "cofilter-session=a; cofilter-session=b"; }),
            Denial::kNoToken);
  // Over TLS only the name that no other host can set.
  EXPECT_EQ(refused([](R& r) { r.tls = true; }), Denial::kNoToken);
}

}  // namespace
}  // namespace cofilter::service
