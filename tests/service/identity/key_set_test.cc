// What of a JSON Web Key Set is taken, passed over and refused.
#include "service/identity/key_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/service/identity/test_issuer.h"

namespace cofilter::service {
namespace {

using nlohmann::json;
using testing::HasSubstr;

absl::StatusOr<KeySet> Parse(const json& keys) {
  return KeySet::Parse(json{{"keys", keys}}.dump(), "jwks.json");
}

TEST(KeySetTest, TakesAKeyOfEachKind) {
  const absl::StatusOr<KeySet> set = KeySet::Parse(TestIssuer().Jwks(), "jwks.json");
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->size(), 3u);
  EXPECT_EQ(set->Find("rsa")->algorithm(), Algorithm::kRs256);
  EXPECT_EQ(set->Find("ec")->algorithm(), Algorithm::kEs256);
  EXPECT_EQ(set->Find("ed")->algorithm(), Algorithm::kEdDsa);
  EXPECT_EQ(set->Find("other"), nullptr);
}

TEST(KeySetTest, PassesOverWhatItCannotUse) {
  const json good = TestKey::Make("EdDSA").Jwk("good");
  json for_encryption = TestKey::Make("ES256").Jwk("enc");
  for_encryption["use"] = "enc";
  json other_algorithm = TestKey::Make("RS256").Jwk("pss");
  other_algorithm["alg"] = "PS256";
  const json secret = {{"kty", "oct"}, {"kid", "hmac"}, {"k", "AAAA"}};
  const auto set = Parse({good, for_encryption, other_algorithm, secret});
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->size(), 1u);
  EXPECT_EQ(set->skipped().size(), 3u);
}

TEST(KeySetTest, RefusesAFileThatIsWrong) {
  const json good = TestKey::Make("ES256").Jwk("k");
  json off_curve = good;
  off_curve["y"] = off_curve["x"];
  json private_key = good;
  private_key["d"] = "AAAA";
  json nameless = good;
  nameless.erase("kid");
  json padded = good;
  padded["x"] = good["x"].get<std::string>() + "=";
  json short_rsa = TestKey::Make("RS256").Jwk("r");
  short_rsa["n"] = short_rsa["n"].get<std::string>().substr(0, 170);
  json even = TestKey::Make("RS256").Jwk("r");
  even["e"] = "Ag";
  for (const json& keys : {json{off_curve}, json{private_key}, json{nameless}, json{padded},
                           json{short_rsa}, json{even}, json{good, good}, json::array()}) {
    const auto set = Parse(keys);
    EXPECT_EQ(set.status().code(), absl::StatusCode::kInvalidArgument) << keys.dump();
    EXPECT_THAT(std::string(set.status().message()), HasSubstr("jwks.json"));
  }
  for (const char* text :
       {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[1]})", R"({"keys":[],"keys":[]})"}) {
    EXPECT_FALSE(KeySet::Parse(text, "jwks.json").ok()) << text;
  }
}

}  // namespace
}  // namespace cofilter::service
