// TLS on the wire: versions, both sides' certificates, and certificates replaced under load.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "bench/certificates.h"
#include "cli/channel.h"
#include "runtime/files.h"
#include "service/identity/tls_files.h"
#include "tests/service/rpc/running_server.h"

namespace cofilter::service {
namespace {

using TestCertificate = bench::Certificate;

using testing::HasSubstr;

class TlsTest : public testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(runtime::WriteFileDurably(Path(name), text, 0600).ok());
  }
  std::string Path(const std::string& name) const { return directory_.path() + "/" + name; }
  void WriteServerFiles(const TestCertificate& certificate) const {
    Write("server.pem", certificate.certificate_pem());
    Write("server.key", certificate.key_pem());
  }
  std::unique_ptr<RunningServer> Start(bool ask_clients) {
    Write("ca.pem", authority_.certificate_pem());
    WriteServerFiles(TestCertificate::Issue(authority_, "localhost"));
    return std::make_unique<RunningServer>([&](ServerConfig& config) {
      config.tls.certificate = Path("server.pem");
      config.tls.key = Path("server.key");
      if (ask_clients) config.tls.client_ca = Path("ca.pem");
    });
  }
  // A connection of its own each time.
  grpc::Status Get(const RunningServer& server, cli::ChannelOptions options) const {
    options.server = "localhost:" + std::to_string(server.port());
    options.token = server.Token("app", {Role::kBackend});
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto channel = cli::OpenChannel(options, arguments);
    EXPECT_TRUE(channel.ok()) << channel.status();
    const auto stub = v1::CatalogueService::NewStub(*channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    v1::GetItemRequest request;
    request.set_item_id("n0000");
    v1::Item item;
    return stub->GetItem(&context, request, &item);
  }

  const runtime::TemporaryDirectory directory_ = *runtime::TemporaryDirectory::Create();
  const TestCertificate authority_ = TestCertificate::Authority("Test Authority");
};

TEST_F(TlsTest, ServesWhoeverTrustsItsAuthority) {
  const auto server = Start(false);
  const grpc::Status status = Get(*server, {.ca = Path("ca.pem")});
  EXPECT_TRUE(status.ok()) << status.error_message();
  // Another authority does not vouch for it, and without TLS there is no answer.
  Write("other.pem", TestCertificate::Authority("Other").certificate_pem());
  EXPECT_EQ(Get(*server, {.ca = Path("other.pem")}).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Get(*server, {.insecure = true}).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, AsksClientsForACertificateOfItsAuthority) {
  const auto server = Start(true);
  const auto client = TestCertificate::Issue(authority_, "app");
  Write("client.pem", client.certificate_pem());
  Write("client.key", client.key_pem());
  const auto stranger = TestCertificate::Issue(TestCertificate::Authority("Other"), "app");
  Write("stranger.pem", stranger.certificate_pem());
  Write("stranger.key", stranger.key_pem());
  const grpc::Status status = Get(*server, {.ca = Path("ca.pem"),
                                            .client_certificate = Path("client.pem"),
                                            .client_key = Path("client.key")});
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(Get(*server, {.ca = Path("ca.pem"),
                          .client_certificate = Path("stranger.pem"),
                          .client_key = Path("stranger.key")})
                .error_code(),
            grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Get(*server, {.ca = Path("ca.pem")}).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, SpeaksVersions12And13AndNoOlder) {
  const auto server = Start(false);
  const auto speaks = [&](int version) {
    addrinfo* address = nullptr;
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    getaddrinfo("127.0.0.1", std::to_string(server->port()).c_str(), &hints, &address);
    const int file = socket(address->ai_family, SOCK_STREAM, 0);
    EXPECT_EQ(connect(file, address->ai_addr, address->ai_addrlen), 0);
    freeaddrinfo(address);
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, version);
    SSL_CTX_set_max_proto_version(context, version);
    // Old versions are off at the usual level on our own side too.
    SSL_CTX_set_cipher_list(context, "DEFAULT:@SECLEVEL=0");
    const unsigned char alpn[] = "\x02h2";
    SSL_CTX_set_alpn_protos(context, alpn, 3);
    SSL* const connection = SSL_new(context);
    SSL_set_fd(connection, file);
    const bool connected = SSL_connect(connection) == 1;
    SSL_free(connection);
    SSL_CTX_free(context);
    close(file);
    return connected;
  };
  EXPECT_TRUE(speaks(TLS1_3_VERSION));
  EXPECT_TRUE(speaks(TLS1_2_VERSION));
  EXPECT_FALSE(speaks(TLS1_1_VERSION));
  EXPECT_FALSE(speaks(TLS1_VERSION));
}

TEST_F(TlsTest, CertificatesAreReplacedUnderLoadWithoutAFailedCall) {
  const auto server = Start(false);
  std::atomic<bool> stop{false};
  std::atomic<int> calls{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      while (!stop) {
        if (!Get(*server, {.ca = Path("ca.pem")}).ok()) ++failed;
        ++calls;
      }
    });
  }
  const auto answered = [&](int more) {
    const int from = calls;
    while (calls < from + more) std::this_thread::yield();
  };
  for (int i = 0; i < 5; ++i) {
    answered(6);
    const auto next = TestCertificate::Issue(authority_, "localhost");
    // As a person would, one file after the other, and a look in between.
    Write("server.pem", next.certificate_pem());
    server->server().tls()->Follow();
    answered(3);
    Write("server.key", next.key_pem());
    const auto before = server->server().tls()->Current();
    server->server().tls()->Follow();
    EXPECT_NE(server->server().tls()->Current(), before);
  }
  // A damaged file changes nothing.
  Write("server.pem", "nonsense");
  server->server().tls()->Follow();
  answered(6);
  // Another authority's certificate: those who trust the first one alone see that it is served.
  stop = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(failed, 0);
  const auto other = TestCertificate::Authority("Other");
  Write("other.pem", other.certificate_pem());
  WriteServerFiles(TestCertificate::Issue(other, "localhost"));
  server->server().tls()->Follow();
  EXPECT_EQ(Get(*server, {.ca = Path("ca.pem")}).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(Get(*server, {.ca = Path("other.pem")}).ok());
}

TEST_F(TlsTest, AKeptConnectionOutlivesItsCertificate) {
  const auto server = Start(false);
  const auto channel = cli::OpenChannel({.server = "localhost:" + std::to_string(server->port()),
                                         .token = server->Token("app", {Role::kBackend}),
                                         .ca = Path("ca.pem")});
  ASSERT_TRUE(channel.ok()) << channel.status();
  const auto stub = v1::CatalogueService::NewStub(*channel);
  v1::GetItemRequest request;
  request.set_item_id("n0000");
  v1::Item item;
  EXPECT_TRUE(Call(*stub, &v1::CatalogueService::Stub::GetItem, request, &item).ok());
  WriteServerFiles(TestCertificate::Issue(TestCertificate::Authority("Other"), "localhost"));
  server->server().tls()->Follow();
  EXPECT_TRUE(Call(*stub, &v1::CatalogueService::Stub::GetItem, request, &item).ok());
}

TEST_F(TlsTest, FilesThatDoNotFitStopTheStart) {
  const auto mine = TestCertificate::Issue(authority_, "localhost");
  const auto other = TestCertificate::Issue(authority_, "localhost");
  Write("c.pem", mine.certificate_pem());
  Write("k.pem", other.key_pem());
  const auto open = [&](const char* certificate, const char* key, const char* ca = nullptr) {
    TlsConfig config;
    config.certificate = Path(certificate);
    config.key = Path(key);
    if (ca != nullptr) config.client_ca = Path(ca);
    return TlsFiles::Open(config, /*run_thread=*/false).status();
  };
  EXPECT_THAT(std::string(open("c.pem", "k.pem").message()), HasSubstr("is not the key of"));
  EXPECT_EQ(open("c.pem", "none").code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(open("k.pem", "k.pem").message()), HasSubstr("a certificate"));
  EXPECT_THAT(std::string(open("c.pem", "c.pem").message()), HasSubstr("a private key"));
  Write("k.pem", mine.key_pem());
  EXPECT_TRUE(open("c.pem", "k.pem").ok());
  EXPECT_THAT(std::string(open("c.pem", "k.pem", "k.pem").message()), HasSubstr("authority"));
}

TEST_F(TlsTest, ATokenGoesOverTheNetworkOnlyEncrypted) {
  const auto status = cli::OpenChannel({.server = "192.0.2.1:8470", .token = "a.b.c"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("--tls"));
  EXPECT_TRUE(cli::OpenChannel({.server = "192.0.2.1:8470"}).ok());
  EXPECT_TRUE(cli::OpenChannel({.server = "192.0.2.1:8470", .token = "a", .tls = true}).ok());
  EXPECT_TRUE(cli::OpenChannel({.server = "192.0.2.1:8470", .token = "a", .insecure = true}).ok());
}

}  // namespace
}  // namespace cofilter::service
