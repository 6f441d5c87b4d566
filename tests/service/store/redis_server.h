// A redis-server of the test's own, as a process.
#ifndef COFILTER_TESTS_SERVICE_STORE_REDIS_SERVER_H_
#define COFILTER_TESTS_SERVICE_STORE_REDIS_SERVER_H_

#include <sys/types.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/files.h"
#include "service/store/redis/client.h"
#include "service/store/redis/redis_store.h"

namespace cofilter::service {

// Listens on loopback, on a port that was free, keeps its files in a directory of its own, and goes
// with the object. A machine without redis-server fails the test.
class RedisServer {
 public:
  // arguments: "--appendonly", "yes", …; with "--tls-cert-file" the port speaks TLS. connection:
  // how Do connects, and how it is found out that the server answers.
  static absl::StatusOr<std::unique_ptr<RedisServer>> Start(
      std::vector<std::string> arguments = {}, redis::ConnectionOptions connection = {});
  // A sentinel with that configuration file, which it rewrites.
  static absl::StatusOr<std::unique_ptr<RedisServer>> StartSentinel(const std::string& file);
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  redis::Endpoint endpoint() const { return {"127.0.0.1", port_}; }
  std::string address() const { return endpoint().Text(); }
  const std::string& directory() const { return directory_.path(); }

  // kill -9, and the same again on the same port with the same files; waits until it answers.
  void Kill();
  absl::Status StartAgain();
  // It stands still, connections stay open; and goes on.
  void Freeze();
  void Thaw();

  // A command, as redis-cli would send it.
  absl::StatusOr<redis::Reply> Do(std::initializer_list<std::string_view> command) const;
  // The same with a connection of these options.
  absl::StatusOr<redis::Reply> Do(std::initializer_list<std::string_view> command,
                                  const redis::ConnectionOptions& options) const;

 private:
  RedisServer(std::vector<std::string> arguments, runtime::TemporaryDirectory directory)
      : arguments_(std::move(arguments)), directory_(std::move(directory)) {}

  static absl::StatusOr<std::unique_ptr<RedisServer>> StartOnFreePort(
      std::unique_ptr<RedisServer> server);

  std::vector<std::string> arguments_;
  std::string sentinel_file_;
  const runtime::TemporaryDirectory directory_;
  redis::ConnectionOptions connection_;
  std::uint16_t port_ = 0;
  pid_t pid_ = 0;
};

// Of a store on that server alone, patient: a busy machine is no fault.
RedisStoreOptions OptionsFor(const redis::Endpoint& endpoint);

}  // namespace cofilter::service

#endif  // COFILTER_TESTS_SERVICE_STORE_REDIS_SERVER_H_
