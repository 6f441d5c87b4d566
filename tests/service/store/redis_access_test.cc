// Who may talk to Redis, and over what: passwords, users with few rights, TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "bench/certificates.h"
#include "service/store/open_store.h"
#include "service/store/redis/tls_context.h"
#include "tests/service/store/redis_server.h"
#include "tests/service/store/store_fixture.h"

namespace cofilter::service {
namespace {

using bench::Certificate;
using testing::ElementsAre;
using testing::HasSubstr;

class RedisAccessTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return directory_.path() + "/" + name; }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name)) << text;
    return Path(name);
  }
  void Start(std::vector<std::string> arguments, redis::ConnectionOptions connection = {}) {
    auto server = RedisServer::Start(std::move(arguments), std::move(connection));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    config_.store_kind = StoreKind::kRedis;
    config_.redis.addresses = {server_->address()};
    config_.redis.connect_timeout_ms = 20'000;
    config_.redis.read_timeout_ms = 20'000;
    config_.redis.write_timeout_ms = 20'000;
  }
  absl::Status OpenError() { return OpenStore(config_, clock_).status(); }

  const runtime::TemporaryDirectory directory_ = *runtime::TemporaryDirectory::Create();
  runtime::SimulatedClock clock_{At(0)};
  std::unique_ptr<RedisServer> server_;
  ServerConfig config_ = ServerConfig::Default();
};

// Everything that the store does.
void ExpectWholeStoreWorks(Store& store) {
  ASSERT_TRUE(store.catalogue().Upsert(std::vector{MakeItem("i1", "title")}).ok());
  const auto outcome = Record(store, {MakeEvent({.id = "e1"})});
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_THAT(Describe(store, "ann"), ElementsAre("i1:read@0-0"));
  ASSERT_TRUE(store.members().UpdatePreferences("ann", Preferences{}).ok());
  ASSERT_TRUE(store.rules().Put("r", "body", 0).ok());
  ASSERT_TRUE(store.model_pointer().Set(1, 0, "ann", "").ok());
  ASSERT_TRUE(store.audit()
                  .Append({.at = At(0), .actor = "a", .action = "b", .subject = "", .detail = ""})
                  .ok());
  ASSERT_TRUE(store.idempotency().Remember("q", "answer").ok());
  EXPECT_EQ(store.events().ReadAfter(0, 10)->size(), 1u);
  EXPECT_EQ(store.changes().ChangesAfter(0, 10)->size(), 4u);
  EXPECT_TRUE(store.Check().ok());
}

TEST_F(RedisAccessTest, AUserWithTheDocumentedRightsIsEnoughAndSeesNothingElse) {
  redis::ConnectionOptions operator_connection;
  operator_connection.credentials.password = "operators";
  Start({"--requirepass", "operators", "--appendonly", "yes", "--appendfsync", "always"},
        operator_connection);
  // As in docs/redis.md.
  const auto made = server_->Do({"ACL", "SETUSER", "cofilter", "on", ">secret", "~cofilter:*",
                                 "+@read", "+@write", "+@scripting", "-@dangerous", "+wait",
                                 "+time", "+asking", "+cluster|slots", "+config|get"});
  ASSERT_EQ(made->view().text(), "OK");
  config_.redis.user = "cofilter";
  config_.redis.password_file = Write("password", "secret\n");
  const auto store = OpenStore(config_, clock_);
  ASSERT_TRUE(store.ok()) << store.status();
  ExpectWholeStoreWorks(**store);
  EXPECT_EQ(Record(**store, {MakeEvent({.id = "e2"})})->durability, Durability::kLocalSync);

  redis::ConnectionOptions own;
  own.credentials = {.user = "cofilter", .password = "secret"};
  for (const auto& refused :
       {std::vector<std::string_view>{"KEYS", "*"}, {"FLUSHALL"}, {"GET", "other"}}) {
    const auto connection = redis::Connection::Open(server_->endpoint(), own);
    ASSERT_TRUE(connection.ok());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    (*connection)->Append(redis::MakeCommand("", refused).bytes);
    ASSERT_TRUE((*connection)->Send(deadline).ok());
    EXPECT_THAT(std::string((*connection)->Read(deadline)->view().text()), HasSubstr("NOPERM"));
  }
}

TEST_F(RedisAccessTest, AWrongPasswordIsSaidAtTheStartWithoutShowingIt) {
  redis::ConnectionOptions right;
  right.credentials.password = "right";
  Start({"--requirepass", "right"}, right);
  config_.redis.password_file = Write("password", "not-it");
  EXPECT_TRUE(absl::IsPermissionDenied(OpenError())) << OpenError();
  EXPECT_THAT(std::string(OpenError().message()), testing::Not(HasSubstr("not-it")));
  config_.redis.password_file = Write("empty", "\n");
  EXPECT_TRUE(absl::IsInvalidArgument(OpenError())) << OpenError();
  config_.redis.password_file = Path("missing");
  EXPECT_THAT(std::string(OpenError().message()), HasSubstr("missing"));
}

TEST_F(RedisAccessTest, TlsChecksBothSides) {
  const Certificate authority = Certificate::Authority("Redis authority");
  const Certificate server = Certificate::Issue(authority, "redis.test");
  const Certificate client = Certificate::Issue(authority, "cofilter");
  const redis::TlsFiles files{.ca = Write("ca.pem", authority.certificate_pem()),
                              .certificate = Write("client.pem", client.certificate_pem()),
                              .key = Write("client.key", client.key_pem())};
  const auto tls = redis::TlsContext::Load(files);
  ASSERT_TRUE(tls.ok()) << tls.status();
  redis::ConnectionOptions connection;
  connection.tls = *tls;
  Start({"--tls-cert-file", Write("server.pem", server.certificate_pem()), "--tls-key-file",
         Write("server.key", server.key_pem()), "--tls-ca-cert-file", files.ca},
        connection);
  config_.redis.tls = true;
  config_.redis.tls_ca = files.ca;
  config_.redis.tls_certificate = files.certificate;
  config_.redis.tls_key = files.key;
  {
    const auto store = OpenStore(config_, clock_);
    ASSERT_TRUE(store.ok()) << store.status();
    ExpectWholeStoreWorks(**store);
    // Larger than a record of TLS and than a socket's buffer.
    data::Item large = MakeItem("large", std::string(3'000'000, 'x'));
    ASSERT_TRUE((*store)->catalogue().Upsert(std::vector{large}).ok());
    std::size_t title = 0;
    ASSERT_TRUE(
        (*store)
            ->catalogue()
            .Load([&](const StoredItem& item) { title = std::max(title, item.item.title.size()); })
            .ok());
    EXPECT_EQ(title, 3'000'000u);
  }
  const auto read = [&] {
    const auto store = OpenStore(config_, clock_);
    return store.ok() ? (*store)->members().Read("ann").status() : store.status();
  };
  config_.redis.tls_ca = Write("other.pem", Certificate::Authority("Other").certificate_pem());
  EXPECT_THAT(std::string(read().message()), HasSubstr("certificate verify failed"));
  config_.redis.tls_ca = files.ca;
  config_.redis.addresses = {"127.0.0.2:" + std::to_string(server_->endpoint().port)};
  EXPECT_FALSE(read().ok());  // nobody listens there, and the certificate is not for it
  config_.redis.addresses = {server_->address()};
  config_.redis.tls_certificate.clear();
  config_.redis.tls_key.clear();
  EXPECT_FALSE(read().ok());  // Redis wants to see one
  config_.redis.tls = false;
  EXPECT_FALSE(read().ok());  // plain text to a TLS port
  config_.redis.tls = true;
  config_.redis.tls_ca = Path("missing.pem");
  EXPECT_THAT(std::string(OpenError().message()), HasSubstr("missing.pem"));
}

}  // namespace
}  // namespace cofilter::service
