// The configuration file: what it means, and what is said when something in it is wrong.
#include "service/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "runtime/files.h"

namespace cofilter::service {
namespace {

using data::Verb;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string ErrorOf(std::string_view text) {
  const absl::StatusOr<ServerConfig> config = ParseConfig(text, "c.toml");
  if (config.ok()) return "no error";
  EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(config.status().message());
}

// But for the text that they were read from.
void ExpectSame(ServerConfig a, const ServerConfig& b) {
  a.revision = b.revision;
  for (const auto& [name, surface] : b.surfaces) {
    EXPECT_TRUE(a.surfaces.contains(name) && a.surfaces.at(name) == surface) << name;
  }
  EXPECT_TRUE(a == b);
}

TEST(ConfigTest, EmptyTextGivesTheDefaults) {
  const absl::StatusOr<ServerConfig> config = ParseConfig("", "c.toml");
  ASSERT_TRUE(config.ok()) << config.status();
  ExpectSame(*config, ServerConfig::Default());
}

TEST(ConfigTest, ExampleFileHoldsTheDefaults) {
  const absl::StatusOr<ServerConfig> config = LoadConfig(COFILTER_EXAMPLE_CONFIG);
  ASSERT_TRUE(config.ok()) << config.status();
  ExpectSame(*config, ServerConfig::Default());
}

TEST(ConfigTest, DocumentNamesEveryKey) {
  const absl::StatusOr<std::string> document = runtime::ReadFile(COFILTER_CONFIG_DOCUMENT);
  ASSERT_TRUE(document.ok()) << document.status();
  for (const char* key : {"organisation",
                          "time_zone",
                          "store.kind",
                          "store.path",
                          "store.redis.mode",
                          "store.redis.addresses",
                          "store.redis.sentinel_master",
                          "store.redis.user",
                          "store.redis.password_file",
                          "store.redis.sentinel_user",
                          "store.redis.sentinel_password_file",
                          "store.redis.tls.ca",
                          "store.redis.tls.certificate",
                          "store.redis.tls.key",
                          "store.redis.prefix",
                          "store.redis.connect_timeout_ms",
                          "store.redis.read_timeout_ms",
                          "store.redis.write_timeout_ms",
                          "store.redis.replicas",
                          "store.redis.replica_timeout_ms",
                          "store.redis.max_events",
                          "models.directory",
                          "server.listen",
                          "server.worker_threads",
                          "server.max_in_flight",
                          "server.reflection",
                          "server.tls.certificate",
                          "server.tls.key",
                          "server.tls.client_ca",
                          "telemetry.otlp_endpoint",
                          "telemetry.trace_share",
                          "identity.local",
                          "identity.local_key",
                          "identity.operator_token",
                          "identity.clock_skew_seconds",
                          "identity.cached_tokens",
                          "issuer",
                          "audience",
                          "jwks",
                          "algorithms",
                          "roles_claim",
                          "org_units_claim",
                          "roles",
                          "kinds",
                          "operator",
                          "exclude",
                          "weights",
                          "dial",
                          "freshness_half_life",
                          "trending_half_life",
                          "sources",
                          "diversity",
                          "topic_cap",
                          "repeat_limit",
                          "repeat_window",
                          "count",
                          "candidates",
                          "[operators.NAME]"}) {
    EXPECT_THAT(*document, HasSubstr(std::string("`") + key));
  }
}

TEST(ConfigTest, ReadsRedis) {
  const absl::StatusOr<ServerConfig> config = ParseConfig(R"(
[store]
kind = "redis"
[store.redis]
mode = "sentinel"
addresses = ["10.0.0.1:26379", "sentinel.example.org:26379"]
sentinel_master = "cofilter"
user = "app"
password_file = "p"
sentinel_user = "watcher"
sentinel_password_file = "s"
prefix = "school"
connect_timeout_ms = 1
read_timeout_ms = 2
write_timeout_ms = 30
replicas = 2
replica_timeout_ms = 4
max_events = 5000
[store.redis.tls]
ca = "ca.pem"
certificate = "c.pem"
key = "k.pem"
)",
                                                          "c.toml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->store_kind, StoreKind::kRedis);
  const RedisConfig wanted{.mode = RedisMode::kSentinel,
                           .addresses = {"10.0.0.1:26379", "sentinel.example.org:26379"},
                           .sentinel_master = "cofilter",
                           .user = "app",
                           .password_file = "p",
                           .sentinel_user = "watcher",
                           .sentinel_password_file = "s",
                           .tls = true,
                           .tls_ca = "ca.pem",
                           .tls_certificate = "c.pem",
                           .tls_key = "k.pem",
                           .prefix = "school",
                           .connect_timeout_ms = 1,
                           .read_timeout_ms = 2,
                           .write_timeout_ms = 30,
                           .replicas = 2,
                           .replica_timeout_ms = 4,
                           .max_events = 5000};
  EXPECT_TRUE(config->redis == wanted);
  EXPECT_FALSE(CheckReload(ServerConfig::Default(), *config).ok());
}

TEST(ConfigTest, RefusesRedisSettingsThatCannotWork) {
  const std::string redis = "[store]\nkind = \"redis\"\n[store.redis]\n";
  EXPECT_THAT(ErrorOf("[store]\nkind = \"rdis\""), HasSubstr("store.kind"));
  EXPECT_THAT(ErrorOf("[store.redis]\nprefix = \"a\""), HasSubstr("kind = \"redis\""));
  EXPECT_THAT(ErrorOf(redis + "adresses = [\"a:1\"]"), HasSubstr("store.redis.addresses"));
  for (const char* wrong :
       {"[]", "[\"host\"]", "[\"host:0\"]", "[\"host:99999\"]", "[\"a:1\", \"b:1\"]"}) {
    EXPECT_THAT(ErrorOf(redis + "addresses = " + wrong), HasSubstr("store.redis.addresses"))
        << wrong;
  }
  EXPECT_THAT(ErrorOf(redis + "mode = \"many\""), HasSubstr("store.redis.mode"));
  EXPECT_THAT(ErrorOf(redis + "mode = \"sentinel\""), HasSubstr("sentinel_master"));
  EXPECT_THAT(ErrorOf(redis + "sentinel_master = \"m\""), HasSubstr("sentinel_master"));
  EXPECT_THAT(ErrorOf(redis + "user = \"u\""), HasSubstr("password_file"));
  EXPECT_THAT(ErrorOf(redis + "prefix = \"a{b\""), HasSubstr("store.redis.prefix"));
  EXPECT_THAT(ErrorOf(redis + "read_timeout_ms = 0"), HasSubstr("read_timeout_ms"));
  EXPECT_THAT(ErrorOf(redis + "replica_timeout_ms = 2000"), HasSubstr("replica_timeout_ms"));
  EXPECT_THAT(ErrorOf(redis + "tls = {key = \"k\"}"), HasSubstr("store.redis.tls.key"));
}

TEST(ConfigTest, ReadsTlsAndIdentity) {
  const absl::StatusOr<ServerConfig> config = ParseConfig(R"(
[server]
reflection = true
[server.tls]
certificate = "c.pem"
key = "k.pem"
client_ca = "ca.pem"
[identity]
local = false
local_key = "l.key"
operator_token = "o.token"
clock_skew_seconds = 5
cached_tokens = 100
[identity.issuers.corporate]
issuer = "https://id.example.org"
audience = "cofilter"
jwks = "jwks.json"
algorithms = ["ES256"]
roles_claim = "realm_access.roles"
org_units_claim = "units"
roles = ["member"]
)",
                                                          "a.toml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_TRUE(config->reflection);
  EXPECT_EQ(config->tls.certificate, "c.pem");
  EXPECT_EQ(config->tls.key, "k.pem");
  EXPECT_EQ(config->tls.client_ca, "ca.pem");
  const IdentityConfig& identity = config->identity;
  EXPECT_FALSE(identity.local);
  EXPECT_EQ(identity.local_key, "l.key");
  EXPECT_EQ(identity.operator_token, "o.token");
  EXPECT_EQ(identity.clock_skew_seconds, 5);
  EXPECT_EQ(identity.cached_tokens, 100u);
  ASSERT_EQ(identity.issuers.size(), 1u);
  const IssuerConfig& issuer = identity.issuers[0];
  EXPECT_EQ(issuer.name, "corporate");
  EXPECT_EQ(issuer.issuer, "https://id.example.org");
  EXPECT_EQ(issuer.audience, "cofilter");
  EXPECT_EQ(issuer.jwks, "jwks.json");
  EXPECT_EQ(issuer.algorithms, std::vector<std::string>{"ES256"});
  EXPECT_EQ(issuer.roles_claim, "realm_access.roles");
  EXPECT_EQ(issuer.org_units_claim, "units");
  EXPECT_EQ(issuer.grants, std::vector<std::string>{"member"});
}

TEST(ConfigTest, SaysWhatIsWrongWithTlsAndIdentity) {
  const std::string issuer =
      "[identity.issuers.a]\nissuer = \"i\"\naudience = \"a\"\njwks = \"j\"\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[server.tls]\ncertificate = \"c\"\n", "server.tls.certificate"},
      {"[server.tls]\nkey = \"c\"\n", "server.tls.key"},
      {"[server.tls]\nclient_ca = \"c\"\n", "server.tls.client_ca"},
      {"[server.tls]\ncert = \"c\"\n", "server.tls.cert"},
      {"[identity]\nlocal = 1\n", "identity.local"},
      {"[identity]\nlocal = false\n", "identity.local"},
      {"[identity]\nclock_skew_seconds = 301\n", "identity.clock_skew_seconds"},
      {"[identity.issuers.a]\nissuer = \"i\"\n", "identity.issuers.a.audience"},
      {issuer + "algorithms = [\"HS256\"]\n", "identity.issuers.a.algorithms"},
      {issuer + "algorithms = []\n", "identity.issuers.a.algorithms"},
      {issuer + "roles = [\"admin\"]\n", "identity.issuers.a.roles"},
      {issuer + "[identity.issuers.b]\nissuer = \"i\"\naudience = \"a\"\njwks = \"j\"\n", "issuer"},
      {"[identity.issuers.a]\nissuer = \"cofilter-local\"\naudience = \"a\"\njwks = \"j\"\n",
       "identity.issuers.a.issuer"}};
  for (const auto& [text, key] : cases) {
    const auto config = ParseConfig(text, "a.toml");
    EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(config.status().message()), HasSubstr(key)) << text;
  }
}

TEST(ConfigTest, ReadsWhereTracesGo) {
  const auto config =
      ParseConfig("[telemetry]\notlp_endpoint = \"[::1]:4317\"\ntrace_share = 0.5\n", "c.toml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->telemetry.otlp_endpoint, "[::1]:4317");
  EXPECT_EQ(config->telemetry.trace_share, 0.5);
  EXPECT_THAT(ErrorOf("[telemetry]\notlp_endpoint = \"collector\"\n"), HasSubstr("host:port"));
  EXPECT_THAT(ErrorOf("[telemetry]\ntrace_share = 2\n"), HasSubstr("telemetry.trace_share"));
  EXPECT_THAT(ErrorOf("time_zone = \"Mars/Olympus\"\n"), HasSubstr("this machine knows"));
}

TEST(ConfigTest, OnlySurfacesChangeWhileServing) {
  ServerConfig to = ServerConfig::Default();
  to.surfaces["news"].dial = 0.5;
  to.surfaces.erase("learning");
  to.revision = "another";
  EXPECT_TRUE(CheckReload(ServerConfig::Default(), to).ok());
  to.listen = "127.0.0.1:1";
  to.telemetry.trace_share = 1;
  const absl::Status status = CheckReload(ServerConfig::Default(), to);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), StartsWith("server.listen, telemetry cannot change"));
}

TEST(ConfigTest, ReadsSourcesAndVariety) {
  const absl::StatusOr<ServerConfig> config = ParseConfig(R"(
[surfaces.news]
kinds = ["news"]
sources = ["global", "newest"]
diversity = 0.3
topic_cap = 0.5
repeat_limit = 3
repeat_window = "30m"
)",
                                                          "c.toml");
  ASSERT_TRUE(config.ok()) << config.status();
  const SurfaceConfig& news = config->surfaces.at("news");
  EXPECT_TRUE(HasSource(news.sources, Source::kGlobal));
  EXPECT_TRUE(HasSource(news.sources, Source::kNewest));
  EXPECT_TRUE(HasSource(news.sources, Source::kEditors)) << "rules have a switch of their own";
  for (const Source off : {Source::kNeighbours, Source::kContent, Source::kTrending,
                           Source::kPopular, Source::kPopularInUnit}) {
    EXPECT_FALSE(HasSource(news.sources, off));
  }
  EXPECT_EQ(news.diversity, 0.3);
  EXPECT_EQ(news.topic_cap, 0.5);
  EXPECT_EQ(news.repeat_limit, 3u);
  EXPECT_EQ(news.repeat_window_hours, 0.5);
  EXPECT_THAT(ErrorOf("[surfaces.a]\nkinds = [\"news\"]\nsources = [\"rumours\"]"),
              HasSubstr("surfaces.a.sources"));
  EXPECT_THAT(ErrorOf("[surfaces.a]\nkinds = [\"news\"]\ntopic_cap = 1.5"),
              HasSubstr("surfaces.a.topic_cap"));
}

TEST(ConfigTest, ReadsEveryKey) {
  const absl::StatusOr<ServerConfig> config = ParseConfig(R"(
organisation = "party-school"
time_zone = "Asia/Shanghai"
[store]
path = "/data/a.db"
[models]
directory = "/data/models"
[server]
listen = "127.0.0.1:0"
worker_threads = 3
max_in_flight = 7
[surfaces.digest]
kinds = ["news", "video"]
operator = "all"
exclude = ["open"]
dial = 0.5
freshness_half_life = "90m"
trending_half_life = "2d"
count = 5
candidates = 700
weights = {open = 1, save = 0.25}
[operators.all]
anything = "is the trainer's"
)",
                                                          "c.toml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->organisation, "party-school");
  EXPECT_EQ(config->time_zone, "Asia/Shanghai");
  EXPECT_EQ(config->store_path, "/data/a.db");
  EXPECT_EQ(config->models_directory, "/data/models");
  EXPECT_EQ(config->listen, "127.0.0.1:0");
  EXPECT_EQ(config->worker_threads, 3u);
  EXPECT_EQ(config->max_in_flight, 7u);
  ASSERT_EQ(config->surfaces.size(), 1u);
  const SurfaceConfig& digest = config->surfaces.at("digest");
  EXPECT_THAT(digest.kinds, ElementsAre(data::ItemKind::kNews, data::ItemKind::kVideo));
  EXPECT_EQ(digest.operator_name, "all");
  EXPECT_EQ(digest.exclude_verbs, 1u << static_cast<unsigned>(Verb::kOpen));
  EXPECT_EQ(digest.dial, 0.5);
  EXPECT_EQ(digest.freshness_half_life_hours, 1.5);
  EXPECT_EQ(digest.trending_half_life_hours, 48);
  EXPECT_EQ(digest.default_count, 5u);
  EXPECT_EQ(digest.candidates, 700u);
  EXPECT_EQ(digest.verb_weights[static_cast<std::size_t>(Verb::kOpen)], 1.0f);
  EXPECT_EQ(digest.verb_weights[static_cast<std::size_t>(Verb::kSave)], 0.25f);
  EXPECT_EQ(digest.verb_weights[static_cast<std::size_t>(Verb::kRead)], 0.0f);
}

TEST(ConfigTest, SurfaceOfCoursesExcludesCompletedNotRead) {
  const absl::StatusOr<ServerConfig> config =
      ParseConfig("[surfaces.school]\nkinds = [\"course\"]\n", "c.toml");
  ASSERT_TRUE(config.ok()) << config.status();
  const SurfaceConfig& school = config->surfaces.at("school");
  EXPECT_EQ(school.operator_name, "school");
  EXPECT_FALSE(school.exclude_verbs & (1u << static_cast<unsigned>(Verb::kRead)));
  EXPECT_TRUE(school.exclude_verbs & (1u << static_cast<unsigned>(Verb::kComplete)));
  EXPECT_FALSE(school.freshness_half_life_hours.has_value());
}

TEST(ConfigTest, RevisionFollowsTheText) {
  const auto a = ParseConfig("organisation = \"a\"\n", "c.toml");
  const auto b = ParseConfig("organisation = \"b\"\n", "c.toml");
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->revision.size(), 12u);
  EXPECT_NE(a->revision, b->revision);
  EXPECT_EQ(a->revision, ParseConfig("organisation = \"a\"\n", "elsewhere.toml")->revision);
}

TEST(ConfigTest, UnknownKeyNamesTheNearest) {
  EXPECT_THAT(ErrorOf("\n[server]\nlisten_on = \"x\"\n"),
              AllOf(StartsWith("c.toml:3: "), HasSubstr("server.listen_on"),
                    HasSubstr("did you mean server.listen?")));
  EXPECT_THAT(ErrorOf("[surfaces.news]\nkinds = [\"news\"]\nfreshnes_half_life = \"1d\"\n"),
              AllOf(StartsWith("c.toml:3: "),
                    HasSubstr("did you mean surfaces.news.freshness_half_life?")));
  EXPECT_THAT(ErrorOf("[operator.news]\nx = 1\n"), HasSubstr("did you mean operators?"));
  EXPECT_THAT(ErrorOf("zzzzzzzzzzzz = 1\n"), HasSubstr("right: organisation"));
}

TEST(ConfigTest, WrongValueNamesLineKeyValueAndWhatIsRight) {
  EXPECT_THAT(ErrorOf("[surfaces.news]\nkinds = [\"newz\"]\n"),
              AllOf(StartsWith("c.toml:2: surfaces.news.kinds: "), HasSubstr("newz"),
                    HasSubstr("right: any of news")));
  EXPECT_THAT(ErrorOf("[surfaces.news]\nkinds = [\"news\", \"news\"]\n"), HasSubstr("twice"));
  EXPECT_THAT(ErrorOf("[surfaces.news]\ndial = 0\n"), HasSubstr("surfaces.news.kinds"));
  EXPECT_THAT(
      ErrorOf("[surfaces.news]\nkinds = [\"news\"]\nexclude = [\"reed\"]\n"),
      AllOf(StartsWith("c.toml:3: surfaces.news.exclude"), HasSubstr("reed"), HasSubstr("read")));
  EXPECT_THAT(ErrorOf("[surfaces.news]\nkinds = [\"news\"]\nweights = {reed = 1}\n"),
              HasSubstr("did you mean surfaces.news.weights.read?"));
  EXPECT_THAT(
      ErrorOf("[surfaces.news]\nkinds = [\"news\"]\nweights = {read = 2}\n"),
      AllOf(HasSubstr("surfaces.news.weights.read"), HasSubstr("2"), HasSubstr("from 0 to 1")));
  EXPECT_THAT(ErrorOf("[surfaces.news]\nkinds = [\"news\"]\nweights = {impression = 1}\n"),
              HasSubstr("impression"));
  EXPECT_THAT(ErrorOf("[surfaces.news]\nkinds = [\"news\"]\ndial = 1.5\n"),
              AllOf(StartsWith("c.toml:3: surfaces.news.dial: 1.5"), HasSubstr("from 0 to 1")));
  EXPECT_THAT(ErrorOf("[surfaces.news]\nkinds = [\"news\"]\ndial = nan\n"),
              HasSubstr("surfaces.news.dial"));
  EXPECT_THAT(ErrorOf("[surfaces.news]\nkinds = [\"news\"]\ncount = 501\n"),
              HasSubstr("from 1 to 500"));
  EXPECT_THAT(ErrorOf("[surfaces.News]\nkinds = [\"news\"]\n"), HasSubstr("a-z"));
  EXPECT_THAT(ErrorOf("surfaces = 3\n"), HasSubstr("[surfaces.NAME]"));
  EXPECT_THAT(ErrorOf("[server]\nlisten = \"8470\"\n"),
              AllOf(StartsWith("c.toml:2: server.listen"), HasSubstr("address:port")));
  EXPECT_THAT(ErrorOf("[server]\nlisten = \"::1:99999\"\n"), HasSubstr("address:port"));
  EXPECT_THAT(ErrorOf("[server]\nmax_in_flight = 0\n"), HasSubstr("from 1"));
  EXPECT_THAT(ErrorOf("organisation = 3\n"),
              AllOf(StartsWith("c.toml:1: organisation: 3"), HasSubstr("text")));
  EXPECT_THAT(ErrorOf("time_zone = \"Mars Time\"\n"), HasSubstr("IANA"));
}

TEST(ConfigTest, TimesAreText) {
  for (const char* wrong :
       {"2", "\"2\"", "\"2w\"", "\"-1h\"", "\"0h\"", "\"h\"", "\"nand\"", "\"1e9d\"", "\"1 h\""}) {
    EXPECT_THAT(
        ErrorOf(std::string("[surfaces.news]\nkinds = [\"news\"]\ntrending_half_life = ") + wrong +
                "\n"),
        AllOf(StartsWith("c.toml:3: surfaces.news.trending_half_life"), HasSubstr("\"36h\"")))
        << wrong;
  }
}

TEST(ConfigTest, EverythingThatIsWrongIsSaidByItsLine) {
  const std::string errors = ErrorOf(R"(time_zone = "Mars/Olympus"
stoer = 1
[store]
path = ""
[server]
listen = "nowhere"
worker_threads = -1
[identity]
local = false
[identity.issuers.a]
issuer = 1
jwks = "keys.json"
algorithms = ["none"]
[surfaces.news]
kinds = ["news", "gossip"]
dial = 2
[surfaces.news.weights]
read = 7
impression = 1
[surfaces.NEWS]
kinds = ["news"]
)");
  std::vector<std::string> places;
  for (const absl::string_view line : absl::StrSplit(errors, '\n')) {
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(' ', 2));
    ASSERT_EQ(parts.size(), 3u) << line;
    places.push_back(parts[0] + (parts[1] == "there" ? "" : parts[1]));
  }
  EXPECT_THAT(
      places,
      ElementsAre(
          "c.toml:1:time_zone:", "c.toml:2:", "c.toml:4:store.path:", "c.toml:6:server.listen:",
          "c.toml:7:server.worker_threads:", "c.toml:10:identity.issuers.a.audience:",
          "c.toml:11:identity.issuers.a.issuer:", "c.toml:13:identity.issuers.a.algorithms:",
          "c.toml:15:surfaces.news.kinds:", "c.toml:16:surfaces.news.dial:",
          "c.toml:18:surfaces.news.weights.read:", "c.toml:19:", "c.toml:20:surfaces.NEWS:"))
      << errors;
}

TEST(ConfigTest, AFileWithoutAnythingRightIsReadToItsEnd) {
  EXPECT_THAT(ErrorOf("[surfaces.X]\nkinds = 1\n"),
              AllOf(StartsWith("c.toml:1: surfaces.X: "), Not(HasSubstr("\n"))));
  EXPECT_THAT(ErrorOf("surfaces = 1\nserver = 2\n"),
              AllOf(HasSubstr("c.toml:1: surfaces: "), HasSubstr("\nc.toml:2: server: ")));
  EXPECT_THAT(ErrorOf("[surfaces.a]\n[surfaces.b]\n"),
              AllOf(HasSubstr("surfaces.a.kinds"), HasSubstr("surfaces.b.kinds")));
  EXPECT_THAT(ErrorOf("[server.tls]\nclient_ca = \"a\"\n"), HasSubstr("server.tls.client_ca"));
  EXPECT_THAT(ErrorOf("\"a.b\" = 1\n"), HasSubstr("a.b"));
}

TEST(ConfigTest, WhatIsNotTomlIsSaidWithItsLine) {
  EXPECT_THAT(ErrorOf("organisation = \"a\"\n[store\n"),
              AllOf(StartsWith("c.toml:2: not TOML: "), HasSubstr("[store")));
  EXPECT_THAT(ErrorOf("organisation = \"a\"\norganisation = \"b\"\n"), HasSubstr("not TOML"));
  EXPECT_THAT(ErrorOf(std::string(100000, '[')), HasSubstr("c.toml"));
}

TEST(ConfigTest, MissingFileIsNamed) {
  const absl::StatusOr<ServerConfig> config = LoadConfig("/nowhere/c.toml");
  EXPECT_EQ(config.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(config.status().message()), HasSubstr("/nowhere/c.toml"));
}

}  // namespace
}  // namespace cofilter::service
