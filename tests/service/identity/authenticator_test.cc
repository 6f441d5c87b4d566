// Which tokens are believed, and for how long.
#include "service/identity/authenticator.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/service/identity/test_issuer.h"

namespace cofilter::service {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const runtime::Time kNow = *runtime::ParseTime("2026-11-24T08:00:00Z");

class AuthenticatorTest : public testing::Test {
 protected:
  static TrustedIssuer Trusted(std::vector<Algorithm> algorithms = {kAllAlgorithms.begin(),
                                                                    kAllAlgorithms.end()}) {
    TrustedIssuer trusted{TestIssuer::kIssuer, std::move(algorithms), {}};
    trusted.rules.audience = TestIssuer::kAudience;
    trusted.rules.clock_skew = seconds(30);
    return trusted;
  }
  void SetUp() override { authenticator_.SetKeys(0, *KeySet::Parse(issuer_.Jwks(), "test")); }

  Denial Try(const std::string& token) { return authenticator_.AuthenticateToken(token).denial; }

  TestIssuer issuer_;
  runtime::SimulatedClock clock_{kNow};
  Authenticator authenticator_{&clock_, {Trusted()}, 64};
};

TEST_F(AuthenticatorTest, BelievesEachAlgorithm) {
  for (const char* kid : {"rsa", "ec", "ed"}) {
    const Authenticated who =
        authenticator_.Authenticate("Bearer " + issuer_.Sign(TestIssuer::Claims(kNow), kid));
    ASSERT_NE(who.caller, nullptr) << kid << ": " << DenialName(who.denial);
    EXPECT_EQ(who.caller->subject, "ann");
    EXPECT_EQ(who.caller->roles, RoleSet{Role::kOperator});
    EXPECT_EQ(who.caller->org_units, std::vector<std::string>{"/"});
  }
}

TEST_F(AuthenticatorTest, RefusesEveryBadToken) {
  for (const TokenCase& bad : issuer_.BadTokens(kNow)) {
    const Authenticated who = authenticator_.AuthenticateToken(bad.token);
    EXPECT_EQ(who.caller, nullptr) << bad.name;
    // Whoever the local issuer is, this server has none.
    const Denial expected = bad.name == "the local issuer's name" ? Denial::kIssuer : bad.denial;
    EXPECT_EQ(who.denial, expected) << bad.name << ": " << DenialName(who.denial);
  }
  EXPECT_EQ(authenticator_.cached(), 0u);
}

TEST_F(AuthenticatorTest, RefusesATokenLargerThanAny) {
  EXPECT_EQ(Try(issuer_.Sign(TestIssuer::Claims(kNow)) + std::string(kMaxTokenBytes, 'A')),
            Denial::kMalformed);
}

TEST_F(AuthenticatorTest, TakesTheSchemeInAnyCaseAndNoOther) {
  const std::string token = issuer_.Sign(TestIssuer::Claims(kNow));
  EXPECT_NE(authenticator_.Authenticate("bearer " + token).caller, nullptr);
  for (const std::string& wrong : {std::string(), std::string("Bearer "), token, "Basic " + token})
    EXPECT_EQ(authenticator_.Authenticate(wrong).denial, Denial::kNoToken) << wrong.substr(0, 10);
}

TEST_F(AuthenticatorTest, ClocksMayBeOffByTheSkew) {
  nlohmann::json claims = TestIssuer::Claims(kNow);
  const auto at = [](runtime::Time time) {
    return static_cast<double>(time.time_since_epoch().count()) / 1e6;
  };
  claims["exp"] = at(kNow - seconds(29));
  EXPECT_EQ(Try(issuer_.Sign(claims)), Denial::kNone);
  claims["exp"] = at(kNow - seconds(30));
  EXPECT_EQ(Try(issuer_.Sign(claims)), Denial::kExpired);
  claims["exp"] = at(kNow + minutes(5));
  claims["nbf"] = at(kNow + seconds(30));
  EXPECT_EQ(Try(issuer_.Sign(claims)), Denial::kNone);
  claims["nbf"] = at(kNow + seconds(31));
  EXPECT_EQ(Try(issuer_.Sign(claims)), Denial::kNotYetValid);
}

TEST_F(AuthenticatorTest, ChecksASignatureOnce) {
  const std::string token = issuer_.Sign(TestIssuer::Claims(kNow));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Try(token), Denial::kNone);
  EXPECT_EQ(authenticator_.verified(), 1u);
}

TEST_F(AuthenticatorTest, ACachedTokenExpires) {
  const std::string token = issuer_.Sign(TestIssuer::Claims(kNow));
  EXPECT_EQ(Try(token), Denial::kNone);
  clock_.Advance(minutes(10) + seconds(29));
  EXPECT_EQ(Try(token), Denial::kNone);
  clock_.Advance(seconds(1));
  EXPECT_EQ(Try(token), Denial::kExpired);
}

TEST_F(AuthenticatorTest, AKeyThatWasTakenAwayIsRefusedFromTheNextCallOn) {
  const std::string by_ec = issuer_.Sign(TestIssuer::Claims(kNow), "ec");
  const std::string by_ed = issuer_.Sign(TestIssuer::Claims(kNow), "ed");
  EXPECT_EQ(Try(by_ec), Denial::kNone);
  EXPECT_EQ(Try(by_ed), Denial::kNone);
  const nlohmann::json only_ed = {{"keys", {issuer_.key("ed").Jwk("ed")}}};
  authenticator_.SetKeys(0, *KeySet::Parse(only_ed.dump(), "test"));
  EXPECT_EQ(Try(by_ec), Denial::kKey);
  EXPECT_EQ(Try(by_ed), Denial::kNone);
}

TEST_F(AuthenticatorTest, TheCacheIsBounded) {
  for (int i = 0; i < 500; ++i) {
    EXPECT_EQ(Try(issuer_.Sign(TestIssuer::Claims(kNow, absl::StrCat("m", i)), "ed")),
              Denial::kNone);
  }
  EXPECT_LE(authenticator_.cached(), 64u);
  EXPECT_GT(authenticator_.cached(), 16u);
}

TEST_F(AuthenticatorTest, AnAlgorithmThatTheIssuerMayNotUseIsRefused) {
  Authenticator strict(&clock_, {Trusted({Algorithm::kEdDsa})}, 64);
  strict.SetKeys(0, *KeySet::Parse(issuer_.Jwks(), "test"));
  EXPECT_EQ(strict.AuthenticateToken(issuer_.Sign(TestIssuer::Claims(kNow), "ec")).denial,
            Denial::kAlgorithm);
  EXPECT_EQ(strict.AuthenticateToken(issuer_.Sign(TestIssuer::Claims(kNow), "ed")).denial,
            Denial::kNone);
}

TEST_F(AuthenticatorTest, RolesAreThoseThatTheIssuerMayGive) {
  TrustedIssuer members = Trusted();
  members.rules.grants = {Role::kMember};
  members.rules.roles_claim = "realm_access.roles";
  Authenticator strict(&clock_, {members}, 64);
  strict.SetKeys(0, *KeySet::Parse(issuer_.Jwks(), "test"));
  nlohmann::json claims = TestIssuer::Claims(kNow);
  claims["realm_access"] = {{"roles", {"operator", "member", "offline_access"}}};
  const Authenticated who = strict.AuthenticateToken(issuer_.Sign(claims));
  ASSERT_NE(who.caller, nullptr);
  EXPECT_EQ(who.caller->roles, RoleSet{Role::kMember});
}

}  // namespace
}  // namespace cofilter::service
