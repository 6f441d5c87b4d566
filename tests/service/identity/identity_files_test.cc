// The files behind identity: made, followed, replaced, broken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "runtime/files.h"
#include "service/identity/identity.h"
#include "tests/service/identity/test_issuer.h"

namespace cofilter::service {
namespace {

using testing::HasSubstr;

const runtime::Time kNow = *runtime::ParseTime("2026-11-24T08:00:00Z");

class IdentityFilesTest : public testing::Test {
 protected:
  std::unique_ptr<Identity> Open(const IdentityConfig& config = {}) {
    absl::StatusOr<std::unique_ptr<Identity>> identity =
        Identity::Open(config, home_ + "/store.db", {.clock = &clock_, .run_thread = false});
    EXPECT_TRUE(identity.ok()) << identity.status();
    return identity.ok() ? *std::move(identity) : nullptr;
  }
  std::string Text(const std::string& name) const {
    return runtime::ReadFile(home_ + "/" + name).value_or("");
  }
  void Write(const std::string& name, const std::string& text, int mode = 0600) const {
    ASSERT_TRUE(runtime::WriteFileDurably(home_ + "/" + name, text, mode).ok());
  }
  std::string OperatorToken() const {
    const std::string text = Text("operator.token");
    return text.substr(0, text.find('\n'));
  }
  static unsigned ModeOf(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0U;
  }

  const runtime::TemporaryDirectory directory_ = *runtime::TemporaryDirectory::Create();
  const std::string home_ = directory_.path();
  runtime::SimulatedClock clock_{kNow};
};

TEST_F(IdentityFilesTest, MakesAKeyAndAnOperatorTokenForTheirOwnerAlone) {
  const auto identity = Open();
  ASSERT_NE(identity, nullptr);
  EXPECT_EQ(ModeOf(home_ + "/local.key"), 0600u);
  EXPECT_EQ(ModeOf(home_ + "/operator.token"), 0600u);
  EXPECT_EQ(identity->first_operator_token(), Text("operator.token"));
  const Authenticated who = identity->authenticator().AuthenticateToken(OperatorToken());
  ASSERT_NE(who.caller, nullptr);
  EXPECT_EQ(who.caller->roles, RoleSet{Role::kOperator});
  // It is shown once.
  EXPECT_EQ(Open()->first_operator_token(), "");
  EXPECT_NE(Open()->authenticator().AuthenticateToken(OperatorToken()).caller, nullptr);
}

TEST_F(IdentityFilesTest, RenewsTheOperatorTokenWhenHalfOfItsTimeIsOver) {
  const auto identity = Open();
  const std::string first = OperatorToken();
  clock_.Advance(std::chrono::hours(14 * 24));
  identity->Follow();
  EXPECT_EQ(OperatorToken(), first);
  clock_.Advance(std::chrono::hours(2 * 24));
  identity->Follow();
  EXPECT_NE(OperatorToken(), first);
  // The old one is good for the rest of its time.
  EXPECT_NE(identity->authenticator().AuthenticateToken(first).caller, nullptr);
  EXPECT_NE(identity->authenticator().AuthenticateToken(OperatorToken()).caller, nullptr);
}

TEST_F(IdentityFilesTest, AnotherLocalKeyEndsAllThatTheOldOneSigned) {
  const auto identity = Open();
  const std::string first = OperatorToken();
  ASSERT_TRUE(LocalKey::LoadOrCreate(home_ + "/next.key").ok());
  std::filesystem::rename(home_ + "/next.key", home_ + "/local.key");
  identity->Follow();
  EXPECT_EQ(identity->authenticator().AuthenticateToken(first).denial, Denial::kKey);
  EXPECT_NE(OperatorToken(), first);
  EXPECT_NE(identity->authenticator().AuthenticateToken(OperatorToken()).caller, nullptr);
}

TEST_F(IdentityFilesTest, RefusesAKeyThatOthersCanRead) {
  ASSERT_TRUE(LocalKey::LoadOrCreate(home_ + "/local.key").ok());
  chmod((home_ + "/local.key").c_str(), 0640);
  const auto identity =
      Identity::Open({}, home_ + "/store.db", {.clock = &clock_, .run_thread = false});
  EXPECT_EQ(identity.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(identity.status().message()), HasSubstr("chmod 600"));
}

TEST_F(IdentityFilesTest, WithoutALocalKeyNothingIsMade) {
  const TestIssuer issuer;
  Write("jwks.json", issuer.Jwks());
  IdentityConfig config;
  config.local = false;
  config.issuers = {TestIssuer::Config(home_ + "/jwks.json")};
  const auto identity = Open(config);
  EXPECT_FALSE(std::filesystem::exists(home_ + "/local.key"));
  EXPECT_FALSE(std::filesystem::exists(home_ + "/operator.token"));
  EXPECT_EQ(identity->sign_in(), nullptr);
  EXPECT_NE(
      identity->authenticator().AuthenticateToken(issuer.Sign(TestIssuer::Claims(kNow))).caller,
      nullptr);
}

TEST_F(IdentityFilesTest, RotatesKeysWithAnOverlapAndKeepsTheOldOnesWhenAFileIsWrong) {
  const TestIssuer issuer;
  const TestKey next = TestKey::Make("EdDSA");
  const std::string old_token = issuer.Sign(TestIssuer::Claims(kNow), "ec");
  const std::string new_token = TestIssuer::SignWith(next, {{"alg", "EdDSA"}, {"kid", "next"}},
                                                     TestIssuer::Claims(kNow).dump());
  const nlohmann::json old_key = issuer.key("ec").Jwk("ec");
  const nlohmann::json new_key = next.Jwk("next");
  Write("jwks.json", nlohmann::json{{"keys", {old_key}}}.dump());
  IdentityConfig config;
  config.issuers = {TestIssuer::Config(home_ + "/jwks.json")};
  const auto identity = Open(config);
  const auto knows = [&](const std::string& token) {
    identity->Follow();
    return identity->authenticator().AuthenticateToken(token).caller != nullptr;
  };
  EXPECT_TRUE(knows(old_token));
  EXPECT_FALSE(knows(new_token));
  Write("jwks.json", nlohmann::json{{"keys", {old_key, new_key}}}.dump());
  EXPECT_TRUE(knows(old_token));
  EXPECT_TRUE(knows(new_token));
  Write("jwks.json", "{\"keys\": [");
  EXPECT_TRUE(knows(old_token));
  EXPECT_TRUE(knows(new_token));
  std::filesystem::remove(home_ + "/jwks.json");
  EXPECT_TRUE(knows(new_token));
  Write("jwks.json", nlohmann::json{{"keys", {new_key}}}.dump());
  EXPECT_FALSE(knows(old_token));
  EXPECT_TRUE(knows(new_token));
}

TEST_F(IdentityFilesTest, AMissingKeyFileStopsTheStart) {
  IdentityConfig config;
  config.issuers = {TestIssuer::Config(home_ + "/none.json")};
  const auto identity =
      Identity::Open(config, home_ + "/store.db", {.clock = &clock_, .run_thread = false});
  EXPECT_EQ(identity.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(identity.status().message()), HasSubstr("none.json"));
}

}  // namespace
}  // namespace cofilter::service
