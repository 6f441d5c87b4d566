// Reads exp from tokens, and files.
#include "tokens.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <utility>

namespace cofilter::client {
namespace {

// A token is renewed so long before its exp, or a fifth of its life if that is less.
constexpr std::chrono::seconds kRenewBefore(60);
// A source that has nothing newer is not asked at every call.
constexpr std::chrono::seconds kAskAgainAfter(1);

// Without padding; what is no base64url is left out, since the JSON in it would not parse either.
std::string DecodeBase64Url(const std::string& text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    std::uint32_t value = 0;
    if (c >= 'A' && c <= 'Z')
      value = static_cast<std::uint32_t>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      value = static_cast<std::uint32_t>(c - 'a') + 26;
    else if (c >= '0' && c <= '9')
      value = static_cast<std::uint32_t>(c - '0') + 52;
    else if (c == '-' || c == '_')
      value = c == '-' ? 62 : 63;
    else
      continue;
    bits = bits << 6 | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>(bits >> count & 0xff));
    }
  }
  return bytes;
}

}  // namespace

Tokens::Time ExpiryOf(const std::string& token) {
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  if (first == std::string::npos || second == std::string::npos) return Tokens::Time::max();
  google::protobuf::Struct claims;
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      DecodeBase64Url(token.substr(first + 1, second - first - 1)), &claims);
  const auto exp = claims.fields().find("exp");
  if (!parsed.ok() || exp == claims.fields().end()) return Tokens::Time::max();
  const double seconds = exp->second.number_value();
  // Past the range of the clock it is as good as none.
  if (!(seconds > 0 && seconds < 9e9)) return Tokens::Time::max();
  return Tokens::Time(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

TokenSource FileToken(std::string path) {
  return [path = std::move(path)](std::string* token) {
    std::ifstream file(path, std::ios::binary);
    token->assign(std::istreambuf_iterator<char>(file), {});
    if (!file.good() && !file.eof()) token->clear();
    const auto end = token->find_last_not_of(" \t\r\n");
    token->erase(end == std::string::npos ? 0 : end + 1);
    if (token->empty()) return grpc::Status(grpc::UNAUTHENTICATED, path + " holds no token");
    return grpc::Status::OK;
  };
}

Tokens::Tokens(TokenSource source, Clock clock)
    : source_(std::move(source)), clock_(std::move(clock)) {}

grpc::Status Tokens::Get(std::string* token) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Time now = clock_();
  if (!token_.empty() && now < renew_at_) {
    *token = token_;
    return grpc::Status::OK;
  }
  std::string next;
  grpc::Status status = source_(&next);
  if (status.ok() && next.empty())
    status = grpc::Status(grpc::UNAUTHENTICATED, "it gave an empty token");
  if (!status.ok()) {
    if (token_.empty() || now >= expires_)
      return {grpc::UNAUTHENTICATED, "the token source failed: " + status.error_message()};
    renew_at_ = now + kAskAgainAfter;
    *token = token_;
    return grpc::Status::OK;
  }
  token_ = std::move(next);
  expires_ = ExpiryOf(token_);
  renew_at_ =
      std::max<Time>(expires_ - std::min<Time::duration>(kRenewBefore, (expires_ - now) / 5),
                     now + kAskAgainAfter);
  *token = token_;
  return grpc::Status::OK;
}

void Tokens::Refused(const std::string& token) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (token_ == token) token_.clear();
}

void Tokens::Forget() {
  const std::lock_guard<std::mutex> lock(mutex_);
  token_.clear();
}

}  // namespace cofilter::client
