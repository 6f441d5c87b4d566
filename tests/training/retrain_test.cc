// training/retrain.sh with a `cofilter` of the test's own in front: what it trains, refuses,
// promotes, removes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "runtime/files.h"
#include "tests/training/made_data.h"

namespace cofilter::training {
namespace {

using testing::HasSubstr;

// The command line's three verbs that the script uses; what is promoted stands in a file.
constexpr char kCofilter[] = R"sh(#!/bin/sh
here=$(dirname "$0")
case "$1 $2" in
  "export --store") [ -f "$3" ] || { echo "no store $3" >&2; exit 1; }
    mkdir -p "$5/events"; cp "$here/log.jsonl" "$5/events/"; cp "$here/items.jsonl" "$5/" ;;
  "models list")
    served=$(cat "$here/served" 2>/dev/null || echo none yet)
    before=$(cat "$here/before" 2>/dev/null || echo none)
    echo "should be served: $served, before it: $before" ;;
  "models promote") [ ! -f "$here/served" ] || cp "$here/served" "$here/before"
    echo "$3" >"$here/served" ;;
  *) exit 9 ;;
esac
)sh";

class RetrainTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = runtime::TemporaryDirectory::Create();
    ASSERT_TRUE(made.ok()) << made.status();
    directory_.emplace(*std::move(made));
    ASSERT_TRUE(runtime::WriteFileDurably(Path("cofilter"), kCofilter, 0755).ok());
    ASSERT_EQ(chmod(Path("cofilter").c_str(), 0755), 0);
    Write("store.db", "a store");
    WriteLog(300);
  }
  std::string Path(const std::string& name) const { return directory_->path() + "/" + name; }
  void Write(const std::string& name, const std::string& content) {
    ASSERT_TRUE(runtime::WriteFileDurably(Path(name), content).ok());
  }
  std::string Read(const std::string& name) { return runtime::ReadFile(Path(name)).value_or(""); }
  void WriteLog(std::size_t members) {
    const data::Dataset dataset = GroupedDataset(members, 80, 4, 17, data::Order::kTime);
    std::string events, items;
    for (std::size_t m = 0; m < dataset.members(); ++m) {
      for (const data::Interaction& x : dataset.of(m)) {
        events += "{\"event_id\":\"" + std::to_string(events.size()) + "\",\"member_id\":\"" +
                  dataset.member_ids[m] + "\",\"item_id\":\"" + dataset.item_ids[x.item] +
                  "\",\"verb\":\"complete\",\"occurred_at\":\"" + runtime::FormatTime(x.at) +
                  "\"}\n";
      }
    }
    for (const data::Item& item : GroupedCatalogue(80, 4)) {
      items += "{\"item_id\":\"" + item.item_id + "\",\"kind\":\"" +
               std::string(data::ItemKindName(item.kind)) + "\",\"title\":\"" + item.title +
               "\"}\n";
    }
    Write("log.jsonl", events);
    Write("items.jsonl", items);
  }
  int Retrain(const std::string& arguments = "") {
    const std::string command = "PATH=" + Path("") + ":" + COFILTER_PROGRAMS + ":$PATH " +
                                COFILTER_SOURCE_DIR + "/training/retrain.sh --store " +
                                Path("store.db") + " --models " + Path("models") + " " + arguments +
                                " >" + Path("out") + " 2>&1 </dev/null";
    const int status = std::system(command.c_str());
    output_ = Read("out");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string output_;

 private:
  std::optional<runtime::TemporaryDirectory> directory_;
};

TEST_F(RetrainTest, TrainsGatesPublishesAndPromotes) {
  ASSERT_EQ(Retrain(), 0) << output_;
  EXPECT_THAT(output_, HasSubstr("the gate accepts"));
  EXPECT_THAT(output_, HasSubstr("nothing is in service yet"));
  EXPECT_EQ(Read("served"), "1\n");
  // The second run has a model in service, so its twin is held against that one's.
  ASSERT_EQ(Retrain("--seed 2"), 0) << output_;
  EXPECT_THAT(output_, HasSubstr("within the tolerances"));
  EXPECT_EQ(Read("served"), "2\n");
}

TEST_F(RetrainTest, KeepsTheModelInServiceWhenTheGateRefuses) {
  ASSERT_EQ(Retrain(), 0) << output_;
  // A configuration that ruins the ranking: popular items only, whatever was read.
  Write("bad.toml",
        "[operators.all]\nsearch = false\nlists = \"local\"\nq = -2.0\np = 2.0\nglobal_weight = "
        "0.0\n");
  EXPECT_EQ(Retrain("--config " + Path("bad.toml")), 3) << output_;
  EXPECT_THAT(output_, HasSubstr("the gate refuses; version 1 stays in service"));
  EXPECT_EQ(Read("served"), "1\n");
  EXPECT_FALSE(std::filesystem::exists(Path("models/2")));
}

TEST_F(RetrainTest, PublishesWithoutPromoting) {
  ASSERT_EQ(Retrain("--no-promote"), 0) << output_;
  EXPECT_TRUE(std::filesystem::exists(Path("models/1")));
  EXPECT_EQ(Read("served"), "");
}

TEST_F(RetrainTest, RemovesTheOldestButNotTheOneBefore) {
  for (int run = 0; run < 4; ++run) ASSERT_EQ(Retrain("--no-gate --keep 1"), 0) << output_;
  EXPECT_EQ(Read("served"), "4\n");
  EXPECT_TRUE(std::filesystem::exists(Path("models/4")));
  EXPECT_TRUE(std::filesystem::exists(Path("models/3")));  // what a roll-back returns to
  EXPECT_FALSE(std::filesystem::exists(Path("models/2")));
  EXPECT_FALSE(std::filesystem::exists(Path("models/1.report.json")));
}

TEST_F(RetrainTest, GoesOnWithoutAGateWhereNobodyCanBeAsked) {
  Write("log.jsonl",
        "{\"event_id\":\"1\",\"member_id\":\"ann\",\"item_id\":\"i00001\",\"verb\":\"complete\","
        "\"occurred_at\":\"2026-11-01T08:00:00Z\"}\n");
  EXPECT_EQ(Retrain(), 0) << output_;
  EXPECT_THAT(output_, HasSubstr("no gate: cofilter-evaluate: there was nobody to ask"));
}

TEST_F(RetrainTest, SaysWhatFailed) {
  EXPECT_EQ(Retrain("--colour red"), 2);
  EXPECT_THAT(output_, HasSubstr("--colour is no flag"));
  EXPECT_EQ(Retrain("--keep many"), 2);
  Write("log.jsonl", "nonsense\n");
  EXPECT_EQ(Retrain(), 6) << output_;
  std::filesystem::remove(Path("store.db"));
  EXPECT_EQ(Retrain(), 5);
  EXPECT_THAT(output_, HasSubstr("no store"));
}

TEST_F(RetrainTest, GivesWayToAnotherRun) {
  std::filesystem::create_directories(Path("models.retrain"));
  const std::string hold = "exec 8>" + Path("models.retrain/lock") +
                           " && flock -n 8 && PATH=" + Path("") + ":$PATH " + COFILTER_SOURCE_DIR +
                           "/training/retrain.sh --store " + Path("store.db") + " --models " +
                           Path("models") + " >" + Path("out") + " 2>&1";
  const int status = std::system(("sh -c '" + hold + "'").c_str());
  EXPECT_EQ(WEXITSTATUS(status), 4) << Read("out");
}

}  // namespace
}  // namespace cofilter::training
