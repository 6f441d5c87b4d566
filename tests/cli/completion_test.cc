// Completion knows every command and option that the program has.
#include "cli/completion.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/command.h"
#include "runtime/files.h"

namespace cofilter::cli {
namespace {

class CompletionTest : public ::testing::Test {
 protected:
  CompletionTest() {
    app_.add_option("--server");
    CLI::App* models = app_.add_subcommand("models", "Published models");
    models->add_subcommand("promote", "Serve it")->add_option("--reason", "Why");
    app_.add_subcommand("import", "It's a log");
  }
  CLI::App app_{"program"};
};

TEST_F(CompletionTest, BashCompletesCommandsAndOptions) {
  const auto script = CompletionScript(app_, "bash");
  ASSERT_TRUE(script.ok());
  auto directory = runtime::TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok());
  const std::string path = directory->path() + "/completion.bash";
  ASSERT_TRUE(runtime::WriteFileDurably(
                  path, *script +
                            "COMP_WORDS=(cofilter models promote --re); COMP_CWORD=3; _cofilter\n"
                            "[ \"${COMPREPLY[*]}\" = --reason ] || exit 3\n"
                            "COMP_WORDS=(cofilter mo); COMP_CWORD=1; _cofilter\n"
                            "[ \"${COMPREPLY[*]}\" = models ] || exit 4\n")
                  .ok());
  EXPECT_EQ(std::system(("bash " + path).c_str()), 0);
}

TEST_F(CompletionTest, FishQuotesDescriptions) {
  const auto script = CompletionScript(app_, "fish");
  ASSERT_TRUE(script.ok());
  EXPECT_THAT(*script, ::testing::HasSubstr("-a import -d 'It'\\''s a log'"));
}

TEST_F(CompletionTest, RefusesAnUnknownShell) {
  EXPECT_THAT(std::string(CompletionScript(app_, "tcsh").status().message()),
              ::testing::HasSubstr("'tcsh'"));
}

}  // namespace
}  // namespace cofilter::cli
