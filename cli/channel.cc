// gRPC sends call credentials over TLS alone; on loopback an interceptor adds the token.
#include "cli/channel.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/files.h"
#include "runtime/status_macros.h"
#include "service/rpc/listen_address.h"

namespace cofilter::cli {
namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;

class TokenInterceptor final : public grpc::experimental::Interceptor {
 public:
  explicit TokenInterceptor(const std::string* authorization) : authorization_(authorization) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            grpc::experimental::InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->insert({"authorization", *authorization_});
    }
    methods->Proceed();
  }

 private:
  const std::string* const authorization_;
};

class TokenInterceptorFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit TokenInterceptorFactory(const std::string& token)
      : authorization_(absl::StrCat("Bearer ", token)) {}

  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo*) override {
    return new TokenInterceptor(&authorization_);
  }

 private:
  const std::string authorization_;
};

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsOf(
    const ChannelOptions& options) {
  if (options.client_certificate.empty() != options.client_key.empty())
    return absl::InvalidArgumentError("a client's certificate and its key go together");
  if (!options.tls && options.ca.empty() && options.client_certificate.empty())
    return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions ssl;
  if (!options.ca.empty()) {
    COFILTER_ASSIGN_OR_RETURN(ssl.pem_root_certs, runtime::ReadFile(options.ca, kMaxFileBytes));
  }
  if (!options.client_certificate.empty()) {
    COFILTER_ASSIGN_OR_RETURN(ssl.pem_cert_chain,
                              runtime::ReadFile(options.client_certificate, kMaxFileBytes));
    COFILTER_ASSIGN_OR_RETURN(ssl.pem_private_key,
                              runtime::ReadFile(options.client_key, kMaxFileBytes));
  }
  return grpc::SslCredentials(ssl);
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(
    const ChannelOptions& options, const grpc::ChannelArguments& arguments) {
  const bool plain = !options.tls && options.ca.empty() && options.client_certificate.empty();
  if (plain && !options.token.empty() && !options.insecure &&
      absl::IsFailedPrecondition(
          service::ParseListenAddress(options.server, /*beyond_loopback=*/false).status())) {
    return absl::FailedPreconditionError(
        absl::StrCat(options.server,
                     ": a token would go over the network in the clear; right: --tls or --ca, "
                     "or --insecure where the network keeps others out"));
  }
  COFILTER_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ChannelCredentials> credentials,
                            CredentialsOf(options));
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> interceptors;
  if (!options.token.empty())
    interceptors.push_back(std::make_unique<TokenInterceptorFactory>(options.token));
  return grpc::experimental::CreateCustomChannelWithInterceptors(
      options.server, credentials, arguments, std::move(interceptors));
}

absl::StatusOr<std::string> ReadTokenFile(const std::string& path) {
  COFILTER_ASSIGN_OR_RETURN(const std::string text, runtime::ReadFile(path, kMaxFileBytes));
  return text.substr(0, text.find('\n'));
}

}  // namespace cofilter::cli
