// cofilter-server as a process: its flags, its log, its end.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "bench/http_client.h"
#include "cofilter/v1/recommendation_service.grpc.pb.h"
#include "runtime/clock.h"
#include "runtime/files.h"
#include "service/identity/local_key.h"
#include "tests/service/rpc/health_client.h"

namespace cofilter::service {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ProgramTest : public testing::Test {
 protected:
  void TearDown() override {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      Wait();
    }
  }

  void Start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), COFILTER_SERVER);
    pid_ = fork();
    ASSERT_GE(pid_, 0);
    if (pid_ > 0) return;
    if (freopen((home_ + "/out").c_str(), "w", stdout) == nullptr ||
        freopen((home_ + "/err").c_str(), "w", stderr) == nullptr) {
      _exit(126);
    }
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    execv(argv[0], argv.data());
    _exit(127);
  }

  // The exit status; −1 when a signal ended it.
  int Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  bool Runs() {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == 0) return true;
    pid_ = 0;
    return false;
  }

  // Starts it with a store, models and any port, and waits for the port.
  std::string Serve(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"--store",         home_ + "/store.db", "--models",
                                          home_ + "/models", "--listen",          "127.0.0.1:0",
                                          "--port-file",     home_ + "/port"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Start(arguments);
    std::string port;
    while (port.empty() && Runs()) {
      const auto read = runtime::ReadFile(home_ + "/port");
      if (read.ok() && !read->empty() && read->back() == '\n')
        port = read->substr(0, read->size() - 1);
      std::this_thread::yield();
    }
    return "127.0.0.1:" + port;
  }

  std::string Text(const std::string& name) const {
    return runtime::ReadFile(home_ + "/" + name).value_or("");
  }

  const runtime::TemporaryDirectory directory_ = *runtime::TemporaryDirectory::Create();
  const std::string home_ = directory_.path();
  pid_t pid_ = 0;
};

TEST_F(ProgramTest, ServesAndDrainsOnSigterm) {
  const std::string address = Serve();
  ASSERT_GT(pid_, 0) << Text("err");
  const auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  EXPECT_EQ(ServingStatus(channel, ""), "SERVING");
  std::string environment;
  std::ifstream in("/proc/" + std::to_string(pid_) + "/environ", std::ios::binary);
  std::getline(in, environment, '\x01');
  EXPECT_THAT(environment, HasSubstr("OMP_WAIT_POLICY=PASSIVE"));
  EXPECT_THAT(environment, HasSubstr("OPENBLAS_NUM_THREADS=1"));
  kill(pid_, SIGTERM);
  EXPECT_EQ(Wait(), 0);
  std::istringstream log(Text("err"));
  int lines = 0;
  bool stopped = false;
  for (std::string line; std::getline(log, line); ++lines) {
    const nlohmann::json parsed = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(parsed.is_object()) << line;
    EXPECT_TRUE(parsed.contains("at") && parsed.contains("level") && parsed.contains("message"))
        << line;
    stopped |= parsed["message"] == "stopped";
  }
  EXPECT_GE(lines, 3);
  EXPECT_TRUE(stopped);
}

TEST_F(ProgramTest, ShowsTheOperatorTokenOnceAndNeverInTheLog) {
  for (const bool first : {true, false}) {
    Serve();
    ASSERT_GT(pid_, 0) << Text("err");
    const std::string token = Text("operator.token");
    ASSERT_FALSE(token.empty());
    EXPECT_EQ(Text("out").find(token) != std::string::npos, first) << Text("out");
    EXPECT_EQ(Text("err").find(token.substr(0, token.size() - 1)), std::string::npos);
    kill(pid_, SIGTERM);
    EXPECT_EQ(Wait(), 0);
    ASSERT_EQ(unlink((home_ + "/port").c_str()), 0);
  }
}

TEST_F(ProgramTest, HangUpTakesAValidConfigurationAndKeepsTheOldOneOtherwise) {
  const std::string path = home_ + "/cofilter.toml";
  const auto configure = [&](const std::string& text) {
    // Renamed into place: a file that is half written is not read.
    std::ofstream(path + ".new") << text;
    rename((path + ".new").c_str(), path.c_str());
  };
  configure("[surfaces.news]\nkinds = [\"news\"]\n");
  const std::string address = Serve({"--config", path});
  ASSERT_GT(pid_, 0) << Text("err");
  std::string token = Text("operator.token");
  token.erase(token.find_last_not_of('\n') + 1);
  const auto stub = v1::RecommendationService::NewStub(
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  const auto revision = [&](const std::string& surface) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + token);
    v1::RecommendItemsRequest request;
    request.set_member_id("ann");
    request.set_surface(surface);
    v1::RecommendItemsResponse response;
    const grpc::Status status = stub->RecommendItems(&context, request, &response);
    return status.ok() ? response.recommendation().revisions().configuration() : "";
  };
  const auto await_log = [&](const std::string& part) {
    while (Runs() && Text("err").find(part) == std::string::npos) std::this_thread::yield();
  };
  const std::string first = revision("news");
  ASSERT_NE(first, "");
  EXPECT_EQ(revision("digest"), "");

  configure("[surfaces.news]\nkinds = [\"news\"]\n[surfaces.digest]\nkinds = [\"article\"]\n");
  kill(pid_, SIGHUP);
  await_log("is in force");
  const std::string second = revision("digest");
  EXPECT_NE(second, "");
  EXPECT_NE(second, first);

  configure("[surfaces.news]\nkinds = [\"gossip\"]\n");
  kill(pid_, SIGHUP);
  await_log("cofilter.toml:2: surfaces.news.kinds");
  EXPECT_EQ(revision("digest"), second);

  configure("organisation = \"other\"\n[surfaces.news]\nkinds = [\"news\"]\n");
  kill(pid_, SIGHUP);
  await_log("organisation cannot change while serving");
  EXPECT_EQ(revision("digest"), second);
}

TEST_F(ProgramTest, ShowsHealthToAllAndMetricsToThoseWhoRunIt) {
  const std::string address =
      Serve({"--http-listen", "127.0.0.1:0", "--http-port-file", home_ + "/http-port"});
  ASSERT_GT(pid_, 0) << Text("err");
  std::string http_port;
  while (Runs() && !http_port.ends_with('\n')) {
    http_port = Text("http-port");
    std::this_thread::yield();
  }
  ASSERT_GT(pid_, 0) << Text("err");
  bench::HttpClient client(std::stoi(http_port));
  const auto bearer = [](const std::string& token) {
    return "authorization: Bearer " + token + "\r\n";
  };
  EXPECT_EQ(client.Get("/healthz").status, 200);
  EXPECT_EQ(client.Get("/readyz").status, 200);

  const bench::Answer nobody = client.Get("/metrics");
  EXPECT_EQ(nobody.status, 401);
  EXPECT_EQ(nobody.headers.at("www-authenticate"), "Bearer");
  EXPECT_EQ(client.Get("/metrics", bearer("no token")).status, 401);
  const auto key = LocalKey::Load(home_ + "/local.key");
  ASSERT_TRUE(key.ok()) << key.status();
  const auto sign = [&](Role role) {
    TokenContent content;
    content.subject = "one";
    content.roles = {role};
    content.issued_at = runtime::SystemClock().Now();
    content.lifetime = std::chrono::minutes(5);
    return key->Sign(content);
  };
  for (const Role role : {Role::kMember, Role::kBackend, Role::kEditor}) {
    const bench::Answer refused = client.Get("/metrics", bearer(sign(role)));
    EXPECT_EQ(refused.status, 403);
    EXPECT_THAT(refused.body, testing::Not(HasSubstr("grpc_server")));
  }
  EXPECT_EQ(client.Get("/metrics", bearer(sign(Role::kAuditor))).status, 200);

  const auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  ASSERT_EQ(ServingStatus(channel, ""), "SERVING");
  std::string token = Text("operator.token");
  token.erase(token.find_last_not_of('\n') + 1);
  const bench::Answer page = client.Get("/metrics", bearer(token));
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.headers.at("content-type"), HasSubstr("text/plain"));
  EXPECT_THAT(page.body, HasSubstr("\n# TYPE grpc_server_handled_total counter\n"));
}

TEST_F(ProgramTest, ASecondOneOnTheSameStoreIsRefused) {
  Serve();
  const pid_t first = pid_;
  ASSERT_GT(first, 0);
  Start({"--store", home_ + "/store.db", "--models", home_ + "/models", "--listen", "127.0.0.1:0"});
  EXPECT_EQ(Wait(), 1);
  pid_ = first;
}

TEST_F(ProgramTest, RefusesToListenBeyondLoopback) {
  Start({"--store", home_ + "/store.db", "--listen", "0.0.0.0:0"});
  EXPECT_EQ(Wait(), 1);
  EXPECT_THAT(Text("err"), HasSubstr("--insecure"));
}

TEST_F(ProgramTest, CheckConfigSaysWhatIsWrongAndWhere) {
  std::ofstream(home_ + "/bad.toml") << "organisation = \"x\"\nstoer = 1\nserver = 2\n";
  Start({"--config", home_ + "/bad.toml", "--check-config"});
  EXPECT_EQ(Wait(), 1);
  EXPECT_THAT(Text("err"), AllOf(HasSubstr("bad.toml:2: there is no key stoer"),
                                 HasSubstr("bad.toml:3: server: ")));
  Start({"--check-config"});
  EXPECT_EQ(Wait(), 0);
  EXPECT_THAT(Text("out"), HasSubstr("is right"));
}

}  // namespace
}  // namespace cofilter::service
