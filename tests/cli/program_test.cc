// The program itself: what reaches the programs beneath it, and what a mistyped line is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bench/child_process.h"
#include "runtime/files.h"

namespace cofilter::cli {
namespace {

using ::testing::HasSubstr;

class CommandLineTest : public ::testing::Test {
 protected:
  struct Ended {
    int exit_code = -1;
    std::string output;
  };
  Ended Run(std::vector<std::string> arguments) {
    auto directory = runtime::TemporaryDirectory::Create();
    EXPECT_TRUE(directory.ok()) << directory.status();
    bench::ChildOptions options;
    options.arguments = {COFILTER_PROGRAM};
    options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
    options.output_path = directory->path() + "/output";
    auto child = bench::ChildProcess::Start(options);
    EXPECT_TRUE(child.ok()) << child.status();
    Ended ended;
    ended.exit_code = (*child)->Wait().exit_code;
    ended.output = runtime::ReadFile(options.output_path).value_or("");
    return ended;
  }
};

TEST_F(CommandLineTest, HandsHelpToTheProgramsBeneath) {
  const Ended help = Run({"serve", "--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.output, HasSubstr("--listen"));
  EXPECT_THAT(Run({"train", "--help"}).output, HasSubstr("--seed"));
}

TEST_F(CommandLineTest, NamesWhatWasMistyped) {
  const Ended command = Run({"recommnd"});
  EXPECT_EQ(command.exit_code, 2);
  EXPECT_THAT(command.output, HasSubstr("'recommnd'"));
  const Ended flag = Run({"recommend", "--membr", "m", "--surface", "news"});
  EXPECT_EQ(flag.exit_code, 2);
  EXPECT_THAT(flag.output, HasSubstr("'--membr'"));
}

TEST_F(CommandLineTest, SaysWhereNoServerAnswers) {
  const Ended ended = Run({"models", "list", "--server", "127.0.0.1:1", "--timeout", "1"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.output, HasSubstr("127.0.0.1:1 does not answer"));
}

TEST_F(CommandLineTest, SignsTokensAndLinksWithTheLocalKey) {
  auto directory = runtime::TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok()) << directory.status();
  const std::string key = directory->path() + "/local.key";
  const std::vector<std::string> arguments = {"token",  "--key",     key,  "--role",
                                              "editor", "--subject", "ann"};
  const Ended without = Run(arguments);
  EXPECT_EQ(without.exit_code, 1);
  EXPECT_THAT(without.output, HasSubstr("--make-key"));
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), arguments.begin(), arguments.end());
    return Run(more);
  };
  const Ended token = with({"--make-key", "--json"});
  EXPECT_EQ(token.exit_code, 0) << token.output;
  EXPECT_THAT(token.output, HasSubstr("\"expires_at\""));
  const Ended link = with({"--sign-in", "http://127.0.0.1:8471", "--org-unit", "/hq"});
  EXPECT_EQ(link.exit_code, 0) << link.output;
  EXPECT_THAT(link.output, testing::StartsWith("http://127.0.0.1:8471/sign-in#ey"));
  EXPECT_THAT(with({"--org-unit", "hq"}).output, HasSubstr("org-unit"));
  EXPECT_THAT(with({"--role", "king"}).output, HasSubstr("member, backend"));
}

TEST_F(CommandLineTest, ASecretFileThatIsMissingIsNamed) {
  const Ended ended = Run({"models", "list", "--token-file", "/nowhere/token"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.output, HasSubstr("/nowhere/token"));
}

TEST_F(CommandLineTest, ImportsGuessesAndExportsInOtherFormats) {
  auto directory = runtime::TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok()) << directory.status();
  const std::string store = directory->path() + "/cofilter.db";
  const std::string log = directory->path() + "/log.csv";
  ASSERT_TRUE(runtime::WriteFileDurably(log,
                                        "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n"
                                        "ann,i1,1767225600,read\nbob,i1,1767225601,danced\n")
                  .ok());
  const Ended first = Run({"import", "--store", store, log, "--create-items", "course"});
  EXPECT_EQ(first.exit_code, 0) << first.output;
  EXPECT_THAT(first.output, HasSubstr("1 items, 0 members, 2 events recorded"));
  EXPECT_THAT(first.output, HasSubstr("1 events mapped to ours, 1 kept unweighted"));
  for (const std::string format : {"personalize", "gorse"}) {
    const std::string out = directory->path() + "/" + format;
    const Ended exported =
        Run({"export", "--store", store, "--format", format, "--out", out, "--json"});
    EXPECT_EQ(exported.exit_code, 0) << exported.output;
    EXPECT_THAT(exported.output, HasSubstr("\"events\":2"));
    // Into a store of its own, and from there in our own format.
    const std::string copy = directory->path() + "/" + format + ".db";
    const Ended again = Run({"import", "--store", copy, out});
    EXPECT_EQ(again.exit_code, 0) << again.output;
    EXPECT_THAT(again.output, HasSubstr("1 items, 2 members, 2 events recorded"));
  }
  const Ended wrong = Run({"import", "--store", store, log, "--format", "xapi"});
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_THAT(wrong.output, HasSubstr("it looks like events in Amazon Personalize CSV"));
  EXPECT_THAT(Run({"import", "--guess", log}).output, HasSubstr("--format personalize"));
  const std::string other = directory->path() + "/other.csv";
  ASSERT_TRUE(
      runtime::WriteFileDurably(other, "person,course_id,when\nann,c,2026-01-01 08:00:00\n").ok());
  EXPECT_THAT(Run({"import", "--guess", other}).output,
              HasSubstr("occurred_at = { column = \"when\", time = \"%Y-%m-%d %H:%M:%S\""));
}

TEST_F(CommandLineTest, GeneratesSplitsAndCounts) {
  auto directory = runtime::TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok()) << directory.status();
  const std::string made = directory->path() + "/made";
  const Ended generated = Run({"generate", "--members", "100", "--items", "100", "--events", "2000",
                               "--days", "5", "--out", made, "--json"});
  EXPECT_EQ(generated.exit_code, 0) << generated.output;
  EXPECT_THAT(generated.output, HasSubstr("\"members\":100"));
  const Ended split = Run({"split", "--events", made + "/events.jsonl.zst", "--how", "time",
                           "--out", directory->path() + "/split", "--json"});
  EXPECT_EQ(split.exit_code, 0) << split.output;
  EXPECT_THAT(split.output, HasSubstr("\"test_members\""));
}

}  // namespace
}  // namespace cofilter::cli
