// Who is let in over HTTP: every bad token, a browser's session, TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/certificates.h"
#include "bench/http_client.h"
#include "runtime/files.h"
#include "service/http/door.h"
#include "service/http/sign_in_routes.h"
#include "service/http/tls_source.h"
#include "service/identity/local_key.h"
#include "service/identity/sign_in.h"
#include "tests/service/identity/test_issuer.h"
#include "tests/service/rpc/running_server.h"

namespace cofilter::service::http {
namespace {

using bench::Answer;
using bench::HttpClient;
using nlohmann::json;
using testing::HasSubstr;

constexpr char kGetItem[] = "/cofilter.v1.CatalogueService/GetItem";
constexpr char kRecommend[] = "/cofilter.v1.RecommendationService/RecommendItems";
constexpr char kItem[] = R"({"itemId":"n0000"})";

std::string Bearer(const std::string& token) { return "authorization: Bearer " + token + "\r\n"; }

class HttpAccessTest : public testing::Test {
 protected:
  HttpAccessTest() {
    DoorOptions options;
    options.address.host = "127.0.0.1";
    options.services = server_.server().services();
    AddSignInRoutes(server_.identity().sign_in(), &options.routes);
    options.prepare = UseSession;
    if (server_.server().tls() != nullptr) options.tls = TlsSourceOf(server_.server().tls());
    door_ = *Door::Start(std::move(options), server_.server().InProcessChannel());
  }

  const TestIssuer issuer_;
  const runtime::TemporaryDirectory directory_ = *runtime::TemporaryDirectory::Create();
  const std::string jwks_ = directory_.path() + "/jwks.json";
  const bool written_ = runtime::WriteFileDurably(jwks_, issuer_.Jwks()).ok();
  RunningServer server_{
      [this](ServerConfig& config) { config.identity.issuers = {TestIssuer::Config(jwks_)}; }};
  std::unique_ptr<Door> door_;
};

TEST_F(HttpAccessTest, EachAlgorithmOpensACall) {
  HttpClient client(door_->port());
  for (const char* kid : {"rsa", "ec", "ed"}) {
    const std::string token = issuer_.Sign(TestIssuer::Claims(server_.clock.Now()), kid);
    EXPECT_EQ(client.Post(kGetItem, kItem, "application/json", Bearer(token)).status, 200) << kid;
  }
}

TEST_F(HttpAccessTest, EveryBadTokenIsRefusedWithoutSayingWhy) {
  HttpClient client(door_->port());
  EXPECT_EQ(client.Post(kGetItem, kItem).status, 401);
  EXPECT_EQ(
      client.Post(kGetItem, kItem, "application/json", "authorization: Basic eA==\r\n").status,
      401);
  int refused = 0;
  for (const TokenCase& bad : issuer_.BadTokens(server_.clock.Now())) {
    const Answer answer = client.Post(kGetItem, kItem, "application/json", Bearer(bad.token));
    ASSERT_EQ(answer.status, 401) << bad.name << ": " << answer.body;
    const json error = json::parse(answer.body);
    EXPECT_EQ(error.at("code"), "unauthenticated");
    if (bad.denial != Denial::kExpired) {
      EXPECT_THAT(error.value("message", ""), testing::Not(HasSubstr("signature"))) << bad.name;
    }
    ++refused;
  }
  EXPECT_GE(refused, 10);
}

TEST_F(HttpAccessTest, AMembersTokenReadsOnlyThatMember) {
  HttpClient client(door_->port(), Bearer(server_.Token("ann", {Role::kMember})));
  EXPECT_EQ(client.Post(kRecommend, R"({"memberId":"ann","surface":"news"})").status, 200);
  const Answer other = client.Post(kRecommend, R"({"memberId":"bob","surface":"news"})");
  EXPECT_EQ(other.status, 403);
  EXPECT_EQ(json::parse(other.body).at("code"), "permission_denied");
}

TEST_F(HttpAccessTest, TwoTokensAreNone) {
  const std::string token = Bearer(server_.Token("ann", {Role::kMember}));
  HttpClient client(door_->port());
  EXPECT_EQ(client
                .Post(kRecommend, R"({"memberId":"ann","surface":"news"})", "application/json",
                      token + token)
                .status,
            401);
}

TEST_F(HttpAccessTest, ASignInLinkBecomesASessionOnce) {
  TokenContent who;
  who.subject = "ann";
  who.roles = {Role::kOperator};
  who.issued_at = server_.clock.Now();
  const std::string code = MakeSignInCode(*LocalKey::Load(server_.directory() + "/local.key"), who);
  HttpClient client(door_->port());
  EXPECT_THAT(client.Get("/sign-in").body, HasSubstr("/sign-in.js"));
  EXPECT_THAT(client.Get("/sign-in.js").headers.at("content-type"), HasSubstr("javascript"));
  EXPECT_EQ(client.Post("/sign-in", "no code", "text/plain").status, 401);
  const Answer signed_in = client.Post("/sign-in", code, "text/plain");
  ASSERT_EQ(signed_in.status, 204);
  const std::string cookie = signed_in.headers.at("set-cookie");
  EXPECT_THAT(cookie, HasSubstr("HttpOnly"));
  EXPECT_THAT(cookie, HasSubstr("SameSite=Strict"));
  EXPECT_EQ(client.Post("/sign-in", code, "text/plain").status, 401);

  const std::string held = "cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n";
  const auto with = [&](const std::string& headers) {
    return client.Post(kGetItem, kItem, "application/json", held + headers).status;
  };
  EXPECT_EQ(with("origin: http://test\r\nsec-fetch-site: same-origin\r\n"), 200);
  EXPECT_EQ(with(""), 401);  // a POST that says not where it comes from
  EXPECT_EQ(with("origin: http://evil\r\n"), 403);
  EXPECT_EQ(with("origin: http://test\r\nsec-fetch-site: same-site\r\n"), 401);
  // A cookie does not help a bad token.
  EXPECT_EQ(with("origin: http://test\r\n" + Bearer("bad")), 401);
  const Answer signed_out = client.Post("/sign-out", "", "text/plain");
  EXPECT_EQ(signed_out.status, 204);
  EXPECT_THAT(signed_out.headers.at("set-cookie"), HasSubstr("Max-Age=0"));
}

// One GET over TLS; empty when the handshake fails.
std::string GetOverTls(int port, const std::string& authority_file, const std::string& target) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  SSL_CTX_load_verify_locations(context.get(), authority_file.c_str(), nullptr);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  HttpClient client(port);
  const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), &SSL_free);
  SSL_set1_host(tls.get(), "localhost");
  SSL_set_fd(tls.get(), client.descriptor());
  if (SSL_connect(tls.get()) != 1) return "";
  const std::string request = "GET " + target + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  SSL_write(tls.get(), request.data(), static_cast<int>(request.size()));
  std::string answer;
  char bytes[4096];
  for (int got = 0; (got = SSL_read(tls.get(), bytes, sizeof bytes)) > 0;)
    answer.append(bytes, static_cast<std::size_t>(got));
  return answer;
}

TEST(HttpTlsTest, CertificatesAreReplacedWithoutARestart) {
  const runtime::TemporaryDirectory directory = *runtime::TemporaryDirectory::Create();
  const auto path = [&](const char* name) { return directory.path() + "/" + name; };
  const auto install = [&](const bench::Certificate& authority, const char* authority_name) {
    const bench::Certificate own = bench::Certificate::Issue(authority, "localhost");
    ASSERT_TRUE(runtime::WriteFileDurably(path(authority_name), authority.certificate_pem()).ok());
    ASSERT_TRUE(runtime::WriteFileDurably(path("server.pem"), own.certificate_pem()).ok());
    ASSERT_TRUE(runtime::WriteFileDurably(path("server.key"), own.key_pem()).ok());
  };
  install(bench::Certificate::Authority("one"), "one.pem");
  TlsConfig config;
  config.certificate = path("server.pem");
  config.key = path("server.key");
  const auto files = TlsFiles::Open(config, false);
  ASSERT_TRUE(files.ok()) << files.status();
  ListenerOptions options;
  options.tls = TlsSourceOf(files->get());
  const auto listener = Listener::Start(options, [](const Request& request,
                                                    const Respond& respond) {
    respond([secure = request.secure] { return TextResponse(200, secure ? "secure" : "plain"); });
  });
  ASSERT_TRUE(listener.ok());
  EXPECT_THAT(GetOverTls((*listener)->port(), path("one.pem"), "/"), HasSubstr("\r\n\r\nsecure"));
  install(bench::Certificate::Authority("two"), "two.pem");
  (*files)->Follow();
  EXPECT_EQ(GetOverTls((*listener)->port(), path("one.pem"), "/"), "");
  EXPECT_THAT(GetOverTls((*listener)->port(), path("two.pem"), "/"), HasSubstr("\r\n\r\nsecure"));
  // Who speaks no TLS is not answered.
  EXPECT_EQ(HttpClient((*listener)->port()).Get("/").status, 0);
}

}  // namespace
}  // namespace cofilter::service::http
