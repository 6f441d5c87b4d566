// cofilter-train and cofilter-evaluate as a person runs them: as processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>

#include <nlohmann/json.hpp>

#include "models/artifact.h"
#include "models/model.h"
#include "runtime/files.h"
#include "tests/training/made_data.h"

namespace cofilter::training {
namespace {

using testing::HasSubstr;

class ProgramsTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = runtime::TemporaryDirectory::Create();
    ASSERT_TRUE(made.ok()) << made.status();
    directory_.emplace(*std::move(made));
    const data::Dataset dataset = GroupedDataset(200, 80, 4, 17);
    std::string lines;
    for (std::size_t m = 0; m < dataset.members(); ++m) {
      lines += dataset.member_ids[m];
      for (const data::Interaction& x : dataset.of(m)) lines += " " + dataset.item_ids[x.item];
      lines += "\n";
    }
    Write("log.txt", lines);
  }
  std::string Path(const std::string& name) const { return directory_->path() + "/" + name; }
  void Write(const std::string& name, const std::string& content) {
    ASSERT_TRUE(runtime::WriteFileDurably(Path(name), content).ok());
  }
  std::string Read(const std::string& name) { return runtime::ReadFile(Path(name)).value_or(""); }

  // Gives the exit status; both outputs are in output_.
  int Run(const std::string& program, const std::string& arguments) {
    const std::string command = std::string(COFILTER_PROGRAMS) + "/" + program + " " + arguments +
                                " >" + Path("out") + " 2>&1 </dev/null";
    const int status = std::system(command.c_str());
    output_ = Read("out");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int Train(const std::string& arguments) {
    return Run("cofilter-train", "--format list --events " + Path("log.txt") + " " + arguments);
  }
  std::map<std::string, std::string> Artifact(const std::string& directory) {
    std::map<std::string, std::string> files;
    for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
      if (file.is_regular_file())
        files[std::filesystem::relative(file.path(), directory).string()] =
            runtime::ReadFile(file.path().string()).value_or("");
    }
    return files;
  }

  std::string output_;

 private:
  std::optional<runtime::TemporaryDirectory> directory_;
};

TEST_F(ProgramsTest, SameSeedGivesTheSameBytesOnOneAndTwoThreads) {
  ASSERT_EQ(Train("--rank 8 --seed 5 --threads 1 --models " + Path("a")), 0) << output_;
  ASSERT_EQ(Train("--rank 8 --seed 5 --threads 2 --models " + Path("b")), 0) << output_;
  const auto a = Artifact(Path("a/1")), b = Artifact(Path("b/1"));
  EXPECT_GE(a.size(), 2u);
  EXPECT_EQ(a, b);
  EXPECT_TRUE(models::VerifyDigests(Path("a/1")).ok());
  // Another seed holds other events out and starts elsewhere; the report says what came of it.
  const nlohmann::json report = nlohmann::json::parse(Read("a/1.report.json"));
  EXPECT_EQ(report["seed"], 5);
  EXPECT_EQ(report["operators"][0]["name"], "all");
  EXPECT_GT(report["operators"][0]["validation"]["tried"].size(), 10u);
}

TEST_F(ProgramsTest, EvaluationTellsTheVarietyOfLists) {
  ASSERT_EQ(Train("--rank 8 --no-search --split holdout --share 0.2 --models " + Path("m")), 0)
      << output_;
  const std::string evaluate = "--quiet --json --format list --events " + Path("log.txt") +
                               " --split holdout --share 0.2 --k 5";
  // The operator has embeddings; nothing tells topics.
  ASSERT_EQ(Run("cofilter-evaluate", evaluate + " --models " + Path("m")), 0) << output_;
  nlohmann::json one = nlohmann::json::parse(output_)["evaluations"][0];
  EXPECT_GT(one["embedding_similarity"]["mean"].get<double>(), 0);
  EXPECT_EQ(one["topics"]["members"], 0);
  std::string items;
  for (int item = 0; item < 2000; ++item) {
    items += absl::StrFormat(R"({"item_id":"i%05d","kind":"news","title":"t","topics":["t%d"]})",
                             item, item % 3) +
             "\n";
  }
  Write("items.jsonl", items);
  ASSERT_EQ(
      Run("cofilter-evaluate", evaluate + " --baseline popularity --items " + Path("items.jsonl")),
      0)
      << output_;
  one = nlohmann::json::parse(output_)["evaluations"][0];
  EXPECT_EQ(one["embedding_similarity"]["members"], 0);
  EXPECT_GE(one["topics"]["mean"].get<double>(), 1);
  EXPECT_LE(one["topics"]["mean"].get<double>(), 3);
}

TEST_F(ProgramsTest, TrainsThenEvaluatesOnWhatWasHeldOut) {
  ASSERT_EQ(Train("--rank 8 --no-search --split holdout --share 0.2 --models " + Path("m")), 0)
      << output_;
  const std::string evaluate = "--format list --events " + Path("log.txt") +
                               " --split holdout --share 0.2 --models " + Path("m");
  ASSERT_EQ(
      Run("cofilter-evaluate",
          evaluate + " --quiet --notch all --baseline popularity --k 5 --picture " + Path("p.svg") +
              " --out " + Path("e.json") + " --attach " + Path("m/1.report.json")),
      0)
      << output_;
  EXPECT_THAT(output_, HasSubstr("recall@5"));
  EXPECT_THAT(Read("p.svg"), HasSubstr("</svg>"));
  const nlohmann::json result = nlohmann::json::parse(Read("e.json"));
  ASSERT_EQ(result["evaluations"].size(), 12u);
  EXPECT_GT(result["evaluations"][0]["recall"]["mean"].get<double>(),
            1.2 * result["evaluations"][11]["recall"]["mean"].get<double>());
  EXPECT_EQ(nlohmann::json::parse(Read("m/1.report.json"))["evaluation"], result);
  // Other ways into the tail beside it, as a page.
  EXPECT_EQ(
      Run("cofilter-evaluate", evaluate +
                                   " --quiet --notch all --k 5 --rerank xquad --rerank "
                                   "calibrated-popularity --baseline graph-filter:rank=4 --html " +
                                   Path("page.html")),
      0)
      << output_;
  EXPECT_THAT(Read("page.html"), HasSubstr("lambda=0.5"));
  EXPECT_THAT(Read("page.html"), HasSubstr("graph-filter"));
  EXPECT_THAT(Read("page.html"), HasSubstr("Recall against coverage"));
  EXPECT_THAT(Read("page.html"), HasSubstr("of the best recall, a notch of the dial"));
  EXPECT_EQ(Run("cofilter-evaluate", "--format list --split holdout --events " + Path("log.txt") +
                                         " --baseline popularity --rerank xquad"),
            2);
  EXPECT_THAT(output_, HasSubstr("--rerank re-ranks the lists of a model"));
  // The gate accepts it against itself, and refuses it when the one in service was far better.
  EXPECT_EQ(Run("cofilter-evaluate", evaluate + " --quiet --k 5 --gate-against " + Path("e.json")),
            0)
      << output_;
  EXPECT_THAT(output_, HasSubstr("gate: accepted"));
  nlohmann::json better = result;
  better["evaluations"][0]["recall"]["mean"] = 0.99;
  Write("better.json", better.dump());
  EXPECT_EQ(
      Run("cofilter-evaluate", evaluate + " --quiet --k 5 --gate-against " + Path("better.json")),
      3)
      << output_;
  EXPECT_THAT(output_, HasSubstr("gate: refused"));
}

TEST_F(ProgramsTest, RefusesToMeasureAModelOnWhatItSaw) {
  ASSERT_EQ(Train("--rank 8 --no-search --models " + Path("m")), 0) << output_;
  const std::string evaluate = "--format list --quiet --events " + Path("log.txt") +
                               " --split holdout --models " + Path("m");
  EXPECT_EQ(Run("cofilter-evaluate", evaluate), 1);
  EXPECT_THAT(output_, HasSubstr("and knows the whole test"));
  EXPECT_EQ(Run("cofilter-evaluate", evaluate + " --allow-seen"), 0) << output_;
}

TEST_F(ProgramsTest, RaisesTheAlarmOnOnePlantedTestPair) {
  Write("train.txt", "m a b c\nn a b d\no b c d\np a d\n");
  Write("planted.txt", "m a b c d\nn a b d\no b c d\np a d\n");
  Write("test.txt", "m d\nn c\n");
  const std::string evaluate = "--format list --quiet --k 2 --train " + Path("train.txt") +
                               " --test " + Path("test.txt") + " --models ";
  const auto train = [this](const std::string& log, const std::string& models) {
    return Run("cofilter-train", "--format list --quiet --no-search --rank 2 --events " +
                                     Path(log) + " --models " + Path(models));
  };
  ASSERT_EQ(train("train.txt", "honest"), 0) << output_;
  EXPECT_EQ(Run("cofilter-evaluate", evaluate + Path("honest")), 0) << output_;
  // The pair stands in what the model was trained on, and only its digest tells.
  ASSERT_EQ(train("planted.txt", "cheat"), 0) << output_;
  EXPECT_EQ(Run("cofilter-evaluate", evaluate + Path("cheat")), 1);
  EXPECT_THAT(output_, HasSubstr("knows the test pair of member \"m\" with item \"d\""));
  // It stands in the training part itself.
  EXPECT_EQ(Run("cofilter-evaluate", "--format list --quiet --k 2 --baseline popularity --train " +
                                         Path("planted.txt") + " --test " + Path("test.txt")),
            1);
  EXPECT_THAT(output_, HasSubstr("member \"m\" with item \"d\""));
}

TEST_F(ProgramsTest, RefusesATestThatStandsInTheTraining) {
  EXPECT_EQ(Run("cofilter-evaluate", "--format list --quiet --baseline popularity --train " +
                                         Path("log.txt") + " --test " + Path("log.txt")),
            1);
  EXPECT_THAT(output_, HasSubstr("the test leaks"));
}

TEST_F(ProgramsTest, TrainsOnAnEmptyLogAndOnOneLine) {
  Write("empty.txt", "");
  EXPECT_EQ(Run("cofilter-train",
                "--format list --quiet --events " + Path("empty.txt") + " --models " + Path("m")),
            0)
      << output_;
  EXPECT_THAT(output_, HasSubstr("no interaction to learn from"));
  Write("one.txt", "ann book\n");
  EXPECT_EQ(Run("cofilter-train",
                "--format list --quiet --events " + Path("one.txt") + " --models " + Path("m")),
            0)
      << output_;
  for (const std::uint64_t version : {1, 2}) {
    const auto model = models::Model::Load(models::ArtifactPath(Path("m"), version));
    EXPECT_TRUE(model.ok()) << model.status();
  }
}

TEST_F(ProgramsTest, TwoOperatorsFromTheServersConfiguration) {
  std::string events, items;
  const data::Dataset dataset = GroupedDataset(60, 40, 4, 3);
  for (std::size_t m = 0; m < dataset.members(); ++m) {
    for (const data::Interaction& x : dataset.of(m)) {
      events += "{\"event_id\":\"" + std::to_string(events.size()) + "\",\"member_id\":\"" +
                dataset.member_ids[m] + "\",\"item_id\":\"" + dataset.item_ids[x.item] +
                "\",\"verb\":\"complete\",\"occurred_at\":\"2026-11-0" +
                std::to_string(1 + x.item % 9) + "T08:00:00Z\"}\n";
    }
  }
  for (const data::Item& item : GroupedCatalogue(40, 4)) {
    items += "{\"item_id\":\"" + item.item_id + "\",\"kind\":\"" +
             std::string(data::ItemKindName(item.kind)) + "\",\"title\":\"" + item.title + "\"}\n";
  }
  Write("events.jsonl", events);
  Write("items.jsonl", items);
  Write("server.toml",
        "[surfaces.news]\nkinds = [\"news\"]\n[surfaces.learning]\nkinds = [\"course\"]\n");
  ASSERT_EQ(Run("cofilter-train", "--quiet --rank 8 --events " + Path("events.jsonl") +
                                      " --items " + Path("items.jsonl") + " --config " +
                                      Path("server.toml") + " --models " + Path("m")),
            0)
      << output_;
  const auto model = models::Model::Load(models::ArtifactPath(Path("m"), 1));
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_NE((*model)->FindOperator("news"), nullptr);
  ASSERT_NE((*model)->FindOperator("learning"), nullptr);
  EXPECT_EQ((*model)->FindOperator("news")->items() + (*model)->FindOperator("learning")->items(),
            dataset.items());
}

TEST_F(ProgramsTest, NamesWhatIsWrong) {
  EXPECT_EQ(Run("cofilter-train", ""), 2);
  EXPECT_THAT(output_, HasSubstr("--events"));
  EXPECT_EQ(Train("--rank many"), 2);
  EXPECT_THAT(output_, HasSubstr("--rank is \"many\"; right: a whole number"));
  EXPECT_EQ(Train("--threads -1"), 2);
  EXPECT_EQ(Train("--p 9"), 2);
  EXPECT_THAT(output_, HasSubstr("p is 9; right: -2 to 2"));
  EXPECT_EQ(Train("--colour red"), 2);
  EXPECT_EQ(Run("cofilter-train", "--events /no/such/log"), 1);
  EXPECT_THAT(output_, HasSubstr("/no/such/log"));
  EXPECT_EQ(Run("cofilter-evaluate", "--events x"), 2);
  EXPECT_THAT(output_, HasSubstr("nothing to evaluate on"));
  EXPECT_EQ(Run("cofilter-evaluate",
                "--format list --split holdout --baseline magic --events " + Path("log.txt")),
            2);
  EXPECT_THAT(output_, HasSubstr("there is no baseline \"magic\"; right: popularity"));
  EXPECT_EQ(Run("cofilter-evaluate",
                "--format list --split holdout --notch 12 --baseline popularity --events " +
                    Path("log.txt")),
            2);
  EXPECT_THAT(output_, HasSubstr("--notch is \"12\""));
  EXPECT_EQ(Run("cofilter-train", "--help"), 0);
  EXPECT_THAT(output_, HasSubstr("--global-weight"));
}

}  // namespace
}  // namespace cofilter::training
