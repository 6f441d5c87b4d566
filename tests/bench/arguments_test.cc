// The command line of bench/run.
#include "bench/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cofilter::bench {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<Arguments> Parse(std::vector<std::string> words, const std::string& data = "") {
  return ParseArguments(words, data);
}

TEST(ArgumentsTest, TakesFlagsAnywhere) {
  const auto parsed =
      Parse({"--data", "/sets", "latency", "--json", "crash", "--rounds=7"}, "/other");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->benchmarks.size(), 2u);
  EXPECT_EQ(parsed->benchmarks[0]->name, "latency");
  EXPECT_EQ(parsed->benchmarks[1]->name, "crash");
  EXPECT_EQ(parsed->data_directory, "/sets");
  EXPECT_TRUE(parsed->json);
  EXPECT_EQ(parsed->rounds, 7);
}

TEST(ArgumentsTest, DataComesFromTheEnvironmentUnlessGiven) {
  EXPECT_EQ(Parse({"train"}, "/env")->data_directory, "/env");
  EXPECT_EQ(Parse({"train", "--data=/given"}, "/env")->data_directory, "/given");
}

TEST(ArgumentsTest, HtmlTakesAFileOnlyAfterEquals) {
  const auto bare = Parse({"--html", "train"});
  ASSERT_TRUE(bare.ok()) << bare.status();
  EXPECT_TRUE(bare->html);
  EXPECT_EQ(bare->html_path, "");
  EXPECT_EQ(bare->benchmarks.size(), 1u);
  EXPECT_EQ(Parse({"--html=x.html", "train"})->html_path, "x.html");
}

TEST(ArgumentsTest, SmokeWithoutANameMeansAll) {
  EXPECT_EQ(Parse({"--smoke"})->benchmarks.size(), Benchmarks().size());
  EXPECT_EQ(Parse({"--smoke", "train"})->benchmarks.size(), 1u);
}

TEST(ArgumentsTest, ASetIsAPublicNameOrADirectory) {
  const auto named = Parse({"quality", "--set", "gowalla"});
  ASSERT_TRUE(named.ok()) << named.status();
  EXPECT_EQ(named->set_name, "gowalla");
  EXPECT_FALSE(named->set_directory.has_value());
  const auto placed = Parse({"quality", "--set=sets/gowalla"});
  ASSERT_TRUE(placed.ok()) << placed.status();
  EXPECT_EQ(placed->set_directory, "sets/gowalla");
  EXPECT_FALSE(placed->set_name.has_value());
}

TEST(ArgumentsTest, RefusesWhatItDoesNotKnow) {
  const auto message = [](std::vector<std::string> words) {
    const auto parsed = Parse(std::move(words));
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(parsed.status().message());
  };
  EXPECT_THAT(message({}), HasSubstr("name a benchmark"));
  EXPECT_THAT(message({"speed"}), HasSubstr("\"speed\""));
  EXPECT_THAT(message({"train", "--fast"}), HasSubstr("\"--fast\""));
  EXPECT_THAT(message({"train", "--data"}), HasSubstr("--data needs a value"));
  EXPECT_THAT(message({"crash", "--rounds", "many"}), HasSubstr("\"many\""));
  EXPECT_THAT(message({"crash", "--rounds", "0"}), HasSubstr("from 1"));
  EXPECT_THAT(message({"train", "--set", "/sets/mine"}), HasSubstr("served-quality"));
}

TEST(ArgumentsTest, ListNeedsNoName) {
  EXPECT_TRUE(Parse({"--list"})->list);
  EXPECT_TRUE(Parse({"--help"})->help);
}

TEST(BenchmarksTest, NamesAreUniqueAndFound) {
  for (const Benchmark& benchmark : Benchmarks()) {
    EXPECT_EQ(FindBenchmark(benchmark.name), &benchmark);
    EXPECT_FALSE(benchmark.summary.empty());
  }
  EXPECT_EQ(FindBenchmark("nothing"), nullptr);
}

}  // namespace
}  // namespace cofilter::bench
