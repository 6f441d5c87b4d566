// cofilter-bench-bare-server: answers every call with recorded bytes and does nothing else; the
// floor under a latency. Usage: cofilter-bench-bare-server REPLIES PORT_FILE
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "runtime/files.h"

namespace {

// The n-th call gets the n-th reply, from the start again after the last.
class RecordedReplies final : public grpc::CallbackGenericService {
 public:
  explicit RecordedReplies(std::vector<grpc::ByteBuffer> replies) : replies_(std::move(replies)) {}

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Call(replies_[next_.fetch_add(1) % replies_.size()]);
  }

 private:
  class Call final : public grpc::ServerGenericBidiReactor {
   public:
    explicit Call(const grpc::ByteBuffer& reply) : reply_(reply) { StartRead(&request_); }
    void OnReadDone(bool ok) override {
      if (ok) {
        StartWriteAndFinish(&reply_, grpc::WriteOptions(), grpc::Status::OK);
      } else {
        Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "no request"));
      }
    }
    void OnDone() override { delete this; }

   private:
    grpc::ByteBuffer request_;
    grpc::ByteBuffer reply_;
  };

  const std::vector<grpc::ByteBuffer> replies_;
  std::atomic<std::size_t> next_{0};
};

// Each reply: its length, four bytes little-endian, then its bytes.
std::vector<grpc::ByteBuffer> ParseReplies(const std::string& bytes) {
  std::vector<grpc::ByteBuffer> replies;
  for (std::size_t at = 0; at + 4 <= bytes.size();) {
    std::uint32_t length = 0;
    std::memcpy(&length, bytes.data() + at, 4);
    at += 4;
    if (at + length > bytes.size()) return {};
    const grpc::Slice slice(bytes.data() + at, length);
    replies.emplace_back(&slice, 1);
    at += length;
  }
  return replies;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: cofilter-bench-bare-server REPLIES PORT_FILE\n";
    return 2;
  }
  const auto bytes = cofilter::runtime::ReadFile(argv[1], std::size_t{1} << 30);
  std::vector<grpc::ByteBuffer> replies =
      bytes.ok() ? ParseReplies(*bytes) : std::vector<grpc::ByteBuffer>();
  if (replies.empty()) {
    std::cerr << "bare server: no replies in " << argv[1] << "\n";
    return 1;
  }
  RecordedReplies service(std::move(replies));
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterCallbackGenericService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    std::cerr << "bare server: cannot listen on loopback\n";
    return 1;
  }
  if (!cofilter::runtime::WriteFileDurably(argv[2], std::to_string(port)).ok()) return 1;
  server->Wait();
  return 0;
}
