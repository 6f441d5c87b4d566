// Children are measured, pinned and killed; a failure shows what they wrote.
#include "bench/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "absl/strings/str_cat.h"
#include "runtime/files.h"

namespace cofilter::bench {
namespace {

using ::testing::HasSubstr;

class ChildProcessTest : public ::testing::Test {
 protected:
  ChildOptions Shell(const std::string& script) {
    return {.arguments = {"/bin/sh", "-c", script},
            .environment = {{"COFILTER_TEST_WORD", "heard"}},
            .output_path = directory_.path() + "/output",
            .cpu = std::nullopt};
  }
  runtime::TemporaryDirectory directory_ = runtime::TemporaryDirectory::Create("bench").value();
};

TEST_F(ChildProcessTest, TellsExitCodeTimeAndMemory) {
  const auto child = ChildProcess::Start(Shell("echo $COFILTER_TEST_WORD; exit 3"));
  ASSERT_TRUE(child.ok()) << child.status();
  const ChildUsage usage = (*child)->Wait();
  EXPECT_EQ(usage.exit_code, 3);
  EXPECT_EQ(usage.signal, 0);
  EXPECT_GT(usage.wall_seconds, 0);
  EXPECT_GT(usage.peak_rss_bytes, 100u << 10);
  EXPECT_EQ((*child)->OutputTail(), "heard\n");
  EXPECT_FALSE((*child)->Running());
}

TEST_F(ChildProcessTest, IsKilledWithItsObject) {
  pid_t pid = 0;
  {
    auto child = ChildProcess::Start(Shell("while :; do :; done")).value();
    pid = child->pid();
    EXPECT_TRUE(child->Running());
  }
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST_F(ChildProcessTest, TellsTheSignalThatEndedIt) {
  auto child = ChildProcess::Start(Shell("while :; do :; done")).value();
  child->Signal(SIGKILL);
  EXPECT_EQ(child->Wait().signal, SIGKILL);
}

TEST_F(ChildProcessTest, RunsOnTheCpuThatItIsPinnedTo) {
  const int cpu = AllowedCpus().back();
  ChildOptions options = Shell("grep Cpus_allowed_list /proc/self/status");
  options.cpu = cpu;
  auto child = ChildProcess::Start(options).value();
  EXPECT_EQ(child->Wait().exit_code, 0);
  EXPECT_THAT(child->OutputTail(), HasSubstr(absl::StrCat("\t", cpu, "\n")));
}

TEST_F(ChildProcessTest, PinningEndsWithItsObject) {
  const std::vector<int> before = AllowedCpus();
  {
    PinnedThread pinned(before.front());
    EXPECT_EQ(AllowedCpus(), std::vector<int>{before.front()});
  }
  EXPECT_EQ(AllowedCpus(), before);
}

TEST_F(ChildProcessTest, FailureShowsTheEndOfTheOutput) {
  const auto usage = RunToEnd(Shell("echo no such log >&2; exit 1"));
  EXPECT_THAT(std::string(usage.status().message()), HasSubstr("exit status 1\nno such log"));
  EXPECT_FALSE(
      RunToEnd({.arguments = {"/no/such/program"}, .environment = {}, .output_path = "", .cpu = {}})
          .ok());
}

}  // namespace
}  // namespace cofilter::bench
