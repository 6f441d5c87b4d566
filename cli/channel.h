// A channel to a running server: the token with every call, TLS where it is asked for.
#ifndef COFILTER_CLI_CHANNEL_H_
#define COFILTER_CLI_CHANNEL_H_

#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>

#include "absl/status/statusor.h"

namespace cofilter::cli {

struct ChannelOptions {
  std::string server{};              // "127.0.0.1:8470"
  std::string token{};               // empty: none is sent
  bool tls = false;                  // by the system's authorities, or by `ca`
  std::string ca{};                  // PEM file of the authorities that the server is checked with
  std::string client_certificate{};  // PEM files, for a server that asks for one; both or none
  std::string client_key{};
  bool insecure = false;  // send the token without TLS beyond this machine
};

// Errors: those of the files; FAILED_PRECONDITION when a token would go over the network in the
// clear; INVALID_ARGUMENT for half of a client's certificate.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(
    const ChannelOptions& options, const grpc::ChannelArguments& arguments = {});

// The first line of a token file, as the server keeps one. Errors: NOT_FOUND and others, with the
// path.
absl::StatusOr<std::string> ReadTokenFile(const std::string& path);

}  // namespace cofilter::cli

#endif  // COFILTER_CLI_CHANNEL_H_
