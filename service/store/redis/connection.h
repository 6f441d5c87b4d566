// One connection to one Redis server: commands go out in a bundle, answers come in their order.
#ifndef COFILTER_SERVICE_STORE_REDIS_CONNECTION_H_
#define COFILTER_SERVICE_STORE_REDIS_CONNECTION_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/store/redis/options.h"
#include "service/store/redis/reply.h"
#include "service/store/redis/socket.h"

namespace cofilter::service::redis {

// After an error the connection is of no use any more. Errors: UNAVAILABLE naming the address.
// Thread-safety: one thread at a time.
class Connection {
 public:
  // Connects, and says who it is. Errors: also PERMISSION_DENIED when Redis does not take the
  // password.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const Endpoint& endpoint,
                                                          const ConnectionOptions& options);

  const Endpoint& endpoint() const { return endpoint_; }

  // Adds formatted commands to the bundle; Send sends it.
  void Append(std::string_view bytes) { out_.append(bytes); }
  absl::Status Send(Deadline deadline);
  // The next answer; an error of Redis's own is an answer. One Read for each command sent.
  absl::StatusOr<Reply> Read(Deadline deadline);
  // Nothing is wrong with it, as far as can be seen without asking.
  bool Usable() const { return socket_.Quiet(); }

 private:
  struct FreeReader {
    void operator()(redisReader* reader) const { redisReaderFree(reader); }
  };
  Connection(Endpoint endpoint, Socket socket)
      : endpoint_(std::move(endpoint)), socket_(std::move(socket)), reader_(redisReaderCreate()) {}
  absl::Status Authenticate(const Credentials& credentials, Deadline deadline);

  const Endpoint endpoint_;
  Socket socket_;
  std::unique_ptr<redisReader, FreeReader> reader_;
  std::string out_;
};

}  // namespace cofilter::service::redis

#endif  // COFILTER_SERVICE_STORE_REDIS_CONNECTION_H_
