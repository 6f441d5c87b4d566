// The door's parts that need no socket: routes, pages, origins, queries, metadata, errors, quotas.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "runtime/files.h"
#include "service/http/connect_error.h"
#include "service/http/metadata.h"
#include "service/http/origins.h"
#include "service/http/quota.h"
#include "service/http/router.h"
#include "service/http/static_files.h"
#include "service/http/url_text.h"

namespace cofilter::service::http {
namespace {

using testing::HasSubstr;

Handler Says(const std::string& text) {
  return [text](const Request&, const Respond& respond) {
    respond([text] { return TextResponse(200, text); });
  };
}

Response Ask(const Handler& handler, Request request) {
  Response answer;
  handler(std::move(request), [&answer](const MakeResponse& make) { answer = make(); });
  return answer;
}

Response Ask(const Router& router, const std::string& method, const std::string& path) {
  Request request;
  request.method = method;
  request.path = path;
  return Ask([&router](Request to,
                       Respond respond) { router.Dispatch(std::move(to), std::move(respond)); },
             request);
}

std::string Value(const Response& response, std::string_view name) {
  return std::string(Find(response.headers, name).value_or("absent"));
}

TEST(RouterTest, ExactPathsGoBeforeMountsAndLongerMountsBeforeShorter) {
  Router router;
  router.Mount("/", Says("root"));
  router.Mount("/console/", Says("console"));
  router.Add("GET", "/console/exact", Says("exact"));
  EXPECT_EQ(Ask(router, "GET", "/").body, "root\n");
  EXPECT_EQ(Ask(router, "GET", "/console").body, "root\n");
  EXPECT_EQ(Ask(router, "GET", "/console/a/b").body, "console\n");
  EXPECT_EQ(Ask(router, "GET", "/console/exact").body, "exact\n");
  EXPECT_EQ(Ask(router, "HEAD", "/console/exact").body, "exact\n");
}

TEST(RouterTest, OtherVerbsAndPathsAreRefused) {
  Router router;
  router.Add("GET", "/healthz", Says("ok"));
  const Response post = Ask(router, "POST", "/healthz");
  EXPECT_EQ(post.status, 405);
  EXPECT_EQ(Value(post, "allow"), "GET, HEAD");
  EXPECT_EQ(Ask(router, "GET", "/nothing").status, 404);
}

class StaticFilesTest : public testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = std::filesystem::path(home_.path()) / "pages" / name;
    std::filesystem::create_directories(path.parent_path());
    ASSERT_TRUE(runtime::WriteFileDurably(path.string(), text).ok());
  }
  static Request Get(const std::string& condition = "") {
    Request request;
    request.method = "GET";
    if (!condition.empty()) request.headers.push_back({"if-none-match", condition});
    return request;
  }
  std::string Pages() const { return home_.path() + "/pages"; }

  const runtime::TemporaryDirectory home_ = *runtime::TemporaryDirectory::Create();
};

TEST_F(StaticFilesTest, ServesADirectoryWithASafePolicyAndTags) {
  Write("index.html", "<p>home</p>");
  Write("assets/app-1a2b.js", "1");
  const auto files = StaticFiles::Load(Pages());
  ASSERT_TRUE(files.ok()) << files.status();
  const Response home = files->Serve(Get(), "");
  EXPECT_EQ(home.status, 200);
  EXPECT_EQ(home.body, "<p>home</p>");
  EXPECT_EQ(Value(home, "content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(Value(home, "cache-control"), "no-cache");
  EXPECT_THAT(Value(home, "content-security-policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(Value(home, "content-security-policy"), testing::Not(HasSubstr("unsafe")));
  EXPECT_EQ(Value(home, "x-content-type-options"), "nosniff");
  const Response again = files->Serve(Get(Value(home, "etag")), "index.html");
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_THAT(Value(files->Serve(Get(), "assets/app-1a2b.js"), "cache-control"),
              HasSubstr("immutable"));
  Request post = Get();
  post.method = "POST";
  EXPECT_EQ(files->Serve(post, "").status, 405);
}

TEST_F(StaticFilesTest, NoPathLeadsOutOfTheDirectory) {
  Write("index.html", "home");
  Write(".env", "secret");
  ASSERT_TRUE(runtime::WriteFileDurably(home_.path() + "/secret", "secret").ok());
  std::filesystem::create_symlink(home_.path() + "/secret", Pages() + "/link");
  const auto files = StaticFiles::Load(Pages());
  ASSERT_TRUE(files.ok());
  for (const char* path : {"../secret", "%2e%2e/secret", "..%2fsecret", "./index.html", "link",
                           "/index.html", "//", ".env", "assets/../index.html", "index.html%00"}) {
    EXPECT_EQ(files->Serve(Get(), path).status, 404) << path;
  }
}

TEST_F(StaticFilesTest, SaysWhatIsWrongWithTheDirectory) {
  EXPECT_THAT(StaticFiles::Load(Pages()).status().message(), HasSubstr("is no directory"));
  std::filesystem::create_directories(Pages());
  EXPECT_THAT(StaticFiles::Load(Pages()).status().message(), HasSubstr("has no index.html"));
}

TEST(OriginsTest, OnlyOwnAndConfiguredPagesPass) {
  const Origins origins({"https://app.example.org"});
  const Handler guarded = origins.Guard(Says("in"));
  Request request;
  request.method = "POST";
  request.headers = {{"host", "here:8480"}};
  EXPECT_EQ(Ask(guarded, request).status, 200);
  request.headers.push_back({"origin", "https://here:8480"});
  EXPECT_EQ(Ask(guarded, request).status, 200);
  request.headers[1].value = "https://app.example.org";
  const Response allowed = Ask(guarded, request);
  EXPECT_EQ(Value(allowed, "access-control-allow-origin"), "https://app.example.org");
  EXPECT_EQ(Value(allowed, "vary"), "origin");
  for (const char* other : {"https://evil.example", "null", "https://app.example.org.evil.example",
                            "http://app.example.org", "https://xhere:8480"}) {
    request.headers[1].value = other;
    const Response refused = Ask(guarded, request);
    EXPECT_EQ(refused.status, 403) << other;
    EXPECT_EQ(Value(refused, "access-control-allow-origin"), "absent");
  }
}

TEST(OriginsTest, APreflightOfAConfiguredOriginIsAnswered) {
  const Origins origins({"https://app.example.org"});
  Request request;
  request.method = "OPTIONS";
  request.headers = {{"host", "here"},
                     {"origin", "https://app.example.org"},
                     {"access-control-request-method", "POST"}};
  const Response answer = Ask(origins.Guard(Says("in")), request);
  EXPECT_EQ(answer.status, 204);
  EXPECT_THAT(Value(answer, "access-control-allow-headers"), HasSubstr("authorization"));
  request.headers[1].value = "https://evil.example";
  EXPECT_EQ(Ask(origins.Guard(Says("in")), request).status, 403);
}

TEST(UrlTextTest, DecodesQueries) {
  EXPECT_EQ(PercentDecode("a%20b+c%C3%a9"), "a b c\xc3\xa9");
  EXPECT_EQ(PercentDecode("%"), std::nullopt);
  EXPECT_EQ(PercentDecode("%4"), std::nullopt);
  EXPECT_EQ(PercentDecode("%4g"), std::nullopt);
  const QueryFields expected = {{"a", "1"}, {"b", ""}, {"c=", "2=3"}};
  EXPECT_EQ(ParseQuery("a=1&&b&c%3d=2=3"), expected);
}

TEST(MetadataTest, AnswersLoseNothingButGrpcsOwn) {
  const std::multimap<std::string, std::string> held = {
      {"x-text", "value"},
      {"x-bytes-bin", std::string("\x00\xff\x01", 3)},
      {"grpc-status", "0"},
      {"x-broken", "a\r\nset-cookie: b"},
      {"content-type", "application/grpc"},
      {"grpc-retry-pushback-ms", "20"}};
  Metadata metadata;
  for (const auto& [name, value] : held) metadata.emplace(name, value);
  Headers headers;
  AppendResponseHeaders(metadata, "trailer-", &headers);
  ASSERT_EQ(headers.size(), 3u);
  EXPECT_EQ(Find(headers, "trailer-x-text"), "value");
  EXPECT_EQ(Find(headers, "trailer-x-bytes-bin"), "AP8B");
  EXPECT_EQ(Find(headers, "trailer-grpc-retry-pushback-ms"), "20");
}

TEST(ConnectErrorTest, NamesEveryCodeWithItsStatus) {
  const std::map<std::string, int> expected = {{"canceled", 499},
                                               {"unknown", 500},
                                               {"invalid_argument", 400},
                                               {"deadline_exceeded", 504},
                                               {"not_found", 404},
                                               {"already_exists", 409},
                                               {"permission_denied", 403},
                                               {"resource_exhausted", 429},
                                               {"failed_precondition", 400},
                                               {"aborted", 409},
                                               {"out_of_range", 400},
                                               {"unimplemented", 501},
                                               {"internal", 500},
                                               {"unavailable", 503},
                                               {"data_loss", 500},
                                               {"unauthenticated", 401}};
  std::map<std::string, int> named;
  for (int code = 1; code <= 16; ++code) {
    const auto grpc_code = static_cast<grpc::StatusCode>(code);
    named[std::string(ConnectCodeName(grpc_code))] = HttpStatusOf(grpc_code);
  }
  EXPECT_EQ(named, expected);
  EXPECT_EQ(ConnectCodeName(static_cast<grpc::StatusCode>(99)), "unknown");
}

TEST(ConnectErrorTest, AMessageThatIsNoUtf8StillMakesJson) {
  const Response response =
      ErrorResponse(grpc::Status(grpc::StatusCode::INTERNAL, "bad \xff byte", "no status at all"));
  EXPECT_THAT(response.body, HasSubstr("\"code\":\"internal\""));
  EXPECT_THAT(response.body, HasSubstr("bad \xef\xbf\xbd byte"));
}

TEST(QuotaTest, CountsPlacesInAllAndByAddress) {
  ConnectionQuota quota(3, 2);
  auto one = quota.Take("a");
  auto two = quota.Take("a");
  ASSERT_TRUE(one && two);
  EXPECT_FALSE(quota.Take("a"));
  auto three = quota.Take("b");
  ASSERT_TRUE(three);
  EXPECT_FALSE(quota.Take("c"));
  one.reset();
  EXPECT_TRUE(quota.Take("a"));
  EXPECT_EQ(quota.taken(), 2u);
  EXPECT_EQ(quota.refused(), 2u);
}

TEST(QuotaTest, SharesOfBytesGoBack) {
  ByteQuota quota(100);
  {
    ByteQuota::Share one(&quota);
    ByteQuota::Share two(&quota);
    EXPECT_TRUE(one.Hold(60));
    EXPECT_FALSE(two.Hold(50));
    EXPECT_TRUE(one.Hold(40));
    EXPECT_TRUE(two.Hold(60));
    EXPECT_EQ(quota.held(), 100u);
  }
  EXPECT_EQ(quota.held(), 0u);
}

}  // namespace
}  // namespace cofilter::service::http
