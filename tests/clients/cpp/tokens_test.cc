// When a token is asked for again.
#include "clients/cpp/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace cofilter::client {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

// {"exp":N} as the middle part; the other parts are not read.
std::string TokenUntil(Tokens::Time end) {
  const std::string json =
      "{\"exp\":" +
      std::to_string(std::chrono::duration_cast<seconds>(end.time_since_epoch()).count()) + "}";
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  for (std::size_t i = 0; i < json.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t k = i; k < i + 3; ++k)
      bits = bits << 8 | (k < json.size() ? static_cast<unsigned char>(json[k]) : 0u);
    const std::size_t digits = std::min<std::size_t>(json.size() - i, 3) + 1;
    for (std::size_t k = 0; k < digits; ++k) text.push_back(kDigits[bits >> (18 - 6 * k) & 63]);
  }
  return "e30." + text + ".c2ln";
}

class TokensTest : public testing::Test {
 protected:
  // Whether the call has a token, and how often the source was asked until then.
  void ExpectAfter(seconds after, int asked, bool ok = true) {
    now_ = start_ + after;
    std::string token;
    EXPECT_EQ(tokens_.Get(&token).ok(), ok) << after.count() << " s";
    EXPECT_EQ(asked_, asked) << after.count() << " s";
  }

  const Tokens::Time start_{seconds(1'800'000'000)};
  Tokens::Time now_ = start_;
  int asked_ = 0;
  seconds life_ = hours(1);
  grpc::Status status_;
  Tokens tokens_{[this](std::string* token) {
                   ++asked_;
                   *token = TokenUntil(now_ + life_);
                   return status_;
                 },
                 [this] { return now_; }};
};

TEST_F(TokensTest, AsksAgainBeforeATokenExpires) {
  ExpectAfter(seconds(0), 1);
  ExpectAfter(minutes(59) - seconds(1), 1);
  ExpectAfter(minutes(59), 2);
  life_ = seconds(10);
  ExpectAfter(minutes(118), 3);
  ExpectAfter(minutes(118) + seconds(7), 3);
  ExpectAfter(minutes(118) + seconds(8), 4);
}

TEST_F(TokensTest, KeepsAGoodTokenWhileTheSourceFails) {
  ExpectAfter(seconds(0), 1);
  status_ = {grpc::UNAVAILABLE, "no issuer"};
  ExpectAfter(minutes(59), 2);
  ExpectAfter(minutes(59), 2);  // the source is left alone for a second
  ExpectAfter(minutes(60), 3, false);
  std::string token;
  EXPECT_THAT(tokens_.Get(&token).error_message(), HasSubstr("no issuer"));
}

TEST_F(TokensTest, AsksAgainAfterARefusal) {
  ExpectAfter(seconds(0), 1);
  tokens_.Refused("another");
  ExpectAfter(seconds(0), 1);
  tokens_.Refused(TokenUntil(start_ + life_));
  ExpectAfter(seconds(0), 2);
  tokens_.Forget();
  ExpectAfter(seconds(0), 3);
}

TEST(ExpiryOfTest, IsNeverWhereThereIsNone) {
  for (const char* token :
       {"", "opaque", "a.b", "a.b.c", "e30.e30.c2ln", "e30.eyJleHAiOiJzb29uIn0.c2ln",
        "e30.eyJleHAiOi01fQ.c2ln", "e30.eyJleHAiOjFlMzAwfQ.c2ln"}) {
    EXPECT_EQ(ExpiryOf(token), Tokens::Time::max()) << token;
  }
  const Tokens::Time end{seconds(1'900'000'001)};
  EXPECT_EQ(ExpiryOf(TokenUntil(end)), end);
}

TEST(FileTokenTest, ReadsTheFileEachTime) {
  const std::string path =
      (std::filesystem::path(testing::TempDir()) / "cofilter-file-token-test").string();
  const TokenSource source = FileToken(path);
  std::string token;
  std::filesystem::remove(path);
  EXPECT_THAT(source(&token).error_message(), HasSubstr(path));
  for (const std::string text : {"one", "two"}) {
    std::ofstream(path) << text << " \n";
    EXPECT_TRUE(source(&token).ok());
    EXPECT_EQ(token, text);
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace cofilter::client
