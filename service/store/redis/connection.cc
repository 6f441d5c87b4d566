// hiredis formats and reads; the socket carries.
#include "service/store/redis/connection.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/status_macros.h"
#include "service/store/redis/command.h"

namespace cofilter::service::redis {

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const Endpoint& endpoint,
                                                             const ConnectionOptions& options) {
  const Deadline deadline = std::chrono::steady_clock::now() + options.connect_timeout;
  COFILTER_ASSIGN_OR_RETURN(Socket socket, Socket::Connect(endpoint, options.tls.get(), deadline));
  std::unique_ptr<Connection> connection(new Connection(endpoint, std::move(socket)));
  if (!options.credentials.password.empty()) {
    COFILTER_RETURN_IF_ERROR(connection->Authenticate(options.credentials, deadline));
  }
  return connection;
}

absl::Status Connection::Authenticate(const Credentials& credentials, Deadline deadline) {
  const std::string user = credentials.user.empty() ? "default" : credentials.user;
  Append(MakeCommand("", {"AUTH", user, credentials.password}).bytes);
  COFILTER_RETURN_IF_ERROR(Send(deadline));
  COFILTER_ASSIGN_OR_RETURN(const Reply reply, Read(deadline));
  if (!reply.view().is_error()) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat("store: Redis at ", endpoint_.Text(),
                                                  " does not let user '", user,
                                                  "' in: ", std::string(reply.view().text())));
}

absl::Status Connection::Send(Deadline deadline) {
  const absl::Status status = socket_.Write(out_, deadline);
  out_.clear();
  return status;
}

absl::StatusOr<Reply> Connection::Read(Deadline deadline) {
  std::array<char, 16384> buffer;
  for (;;) {
    void* reply = nullptr;
    if (redisReaderGetReply(reader_.get(), &reply) != REDIS_OK) {
      return absl::UnavailableError(absl::StrCat("store: what answers at ", endpoint_.Text(),
                                                 " is no Redis: ", reader_->errstr));
    }
    if (reply != nullptr) return Reply(reply);
    COFILTER_ASSIGN_OR_RETURN(const std::size_t read, socket_.Read(buffer, deadline));
    redisReaderFeed(reader_.get(), buffer.data(), read);
  }
}

}  // namespace cofilter::service::redis
