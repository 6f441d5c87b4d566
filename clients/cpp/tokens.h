// Keeps the token of a client, and knows when to ask for the next one.
#ifndef COFILTER_CLIENTS_CPP_TOKENS_H_
#define COFILTER_CLIENTS_CPP_TOKENS_H_

#include <chrono>
#include <functional>
#include <mutex>
#include <string>

#include "cofilter/client.h"

namespace cofilter::client {

// Thread-safety: all threads may share one; they wait for the one that asks the source.
class Tokens {
 public:
  using Time = std::chrono::system_clock::time_point;
  using Clock = std::function<Time()>;

  explicit Tokens(TokenSource source, Clock clock = std::chrono::system_clock::now);

  // The kept token, or a new one. A source that fails is no error while the kept one is good.
  // Errors: UNAUTHENTICATED says what the source said.
  grpc::Status Get(std::string* token);
  // Another token that has taken its place meanwhile stays.
  void Refused(const std::string& token);
  void Forget();

 private:
  const TokenSource source_;
  const Clock clock_;
  std::mutex mutex_;
  std::string token_;
  Time renew_at_;
  Time expires_;
};

// exp of a JWT, whose signature the server checks; Time::max() where there is none, and such a
// token is kept until it is refused.
Tokens::Time ExpiryOf(const std::string& token);

}  // namespace cofilter::client

#endif  // COFILTER_CLIENTS_CPP_TOKENS_H_
