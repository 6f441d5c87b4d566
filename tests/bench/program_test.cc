// cofilter-bench as a whole: exit codes, output, and that every benchmark runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "bench/benchmark.h"
#include "bench/child_process.h"
#include "runtime/files.h"

namespace cofilter::bench {
namespace {

using ::testing::HasSubstr;

class BenchProgramTest : public ::testing::Test {
 protected:
  // The exit code; output_ gets what was printed.
  int Run(std::vector<std::string> words) {
    const std::string path = directory_.path() + "/output";
    std::vector<std::string> arguments = {COFILTER_BENCH, "--root", directory_.path()};
    arguments.insert(arguments.end(), words.begin(), words.end());
    auto child = ChildProcess::Start({.arguments = std::move(arguments),
                                      .environment = {{"COFILTER_BENCH_DATA", ""}},
                                      .output_path = path,
                                      .cpu = std::nullopt});
    const int code = child.value()->Wait().exit_code;
    output_ = runtime::ReadFile(path).value_or("");
    return code;
  }

  // Lines that are JSON objects; others come from standard error.
  std::vector<nlohmann::json> Figures() const {
    std::vector<nlohmann::json> figures;
    std::istringstream lines(output_);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("{")) figures.push_back(nlohmann::json::parse(line));
    }
    return figures;
  }

  runtime::TemporaryDirectory directory_ = runtime::TemporaryDirectory::Create("bench").value();
  std::string output_;
};

TEST_F(BenchProgramTest, ListNamesEveryBenchmark) {
  EXPECT_EQ(Run({"--list"}), 0);
  for (const Benchmark& benchmark : Benchmarks()) {
    EXPECT_THAT(output_, HasSubstr(std::string(benchmark.name) + " "));
  }
}

TEST_F(BenchProgramTest, WrongCommandLineExitsWith2) {
  EXPECT_EQ(Run({"no-such-benchmark"}), 2);
  EXPECT_THAT(output_, HasSubstr("no-such-benchmark"));
  EXPECT_EQ(Run({}), 2);
}

TEST_F(BenchProgramTest, MissingSetExitsWith1AndNamesItsSource) {
  EXPECT_EQ(Run({"latency", "retrieval", "--json", "--data", directory_.path()}), 1);
  EXPECT_THAT(output_, HasSubstr("set gowalla: there is no"));
  EXPECT_THAT(output_, HasSubstr("github.com/gusye1234/LightGCN-PyTorch"));
  const std::vector<nlohmann::json> figures = Figures();
  ASSERT_EQ(figures.size(), 4u);
  for (const nlohmann::json& figure : figures) {
    EXPECT_TRUE(figure["value"].is_null());
    EXPECT_EQ(figure["holds"], false);
  }
}

TEST_F(BenchProgramTest, SmokeRunTakesEveryFigure) {
  ASSERT_EQ(Run({"--smoke", "--json", "--html=" + directory_.path() + "/page.html"}), 0) << output_;
  std::set<std::string> benches;
  for (const nlohmann::json& figure : Figures()) {
    benches.insert(figure["bench"]);
    EXPECT_TRUE(figure["value"].is_number()) << figure;
  }
  EXPECT_EQ(benches.size(), Benchmarks().size());
  EXPECT_TRUE(runtime::ReadFile(directory_.path() + "/page.html").ok());
}

}  // namespace
}  // namespace cofilter::bench
