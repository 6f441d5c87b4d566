// Publishing an artifact and reading it back.
#include "models/artifact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "models/model.h"
#include "runtime/files.h"
#include "tests/models/artifact_examples.h"
#include "tests/models/operator_examples.h"

namespace cofilter::models {
namespace {

class ArtifactTest : public testing::Test {
 protected:
  ArtifactTest() : directory_(*runtime::TemporaryDirectory::Create()) {}

  std::string path() const { return directory_.path() + "/models"; }
  std::shared_ptr<const Model> Load(std::uint64_t version) const {
    auto model = Model::Load(ArtifactPath(path(), version));
    EXPECT_TRUE(model.ok()) << model.status();
    return *std::move(model);
  }

  const runtime::TemporaryDirectory directory_;
};

// The scores of a fixed history, contributions and all, from an operator that came by another way.
void ExpectSameScores(const Operator& a, const Operator& b, const OperatorArrays& arrays) {
  const auto history = MakeHistory(arrays, 5, 3);
  for (const int notch : {0, 10}) {
    std::vector<float> of_a, of_b;
    a.ScoreAll(a.Fold(history), notch, &of_a);
    b.ScoreAll(b.Fold(history), notch, &of_b);
    EXPECT_EQ(of_a, of_b);
  }
}

TEST_F(ArtifactTest, WhatIsPublishedIsLoaded) {
  const std::vector<OperatorArrays> arrays = MakeArtifactOperators();
  const ArtifactDescription about = MakeArtifactDescription();
  const auto version = PublishArtifact(path(), about, arrays);
  ASSERT_TRUE(version.ok()) << version.status();
  EXPECT_EQ(*version, 1u);
  const auto model = Load(1);
  EXPECT_EQ(model->version(), 1u);
  EXPECT_EQ(model->description().data_cutoff, about.data_cutoff);
  EXPECT_EQ(model->description().events, about.events);
  EXPECT_EQ(model->description().seed, about.seed);
  EXPECT_EQ(model->description().tool_version, about.tool_version);
  ASSERT_EQ(model->operators().size(), arrays.size());
  EXPECT_EQ(model->FindOperator("nobody"), nullptr);
  for (const OperatorArrays& each : arrays) {
    const Operator* loaded = model->FindOperator(each.name);
    ASSERT_NE(loaded, nullptr);
    const auto direct = *Operator::FromArrays(each);
    EXPECT_EQ(loaded->items(), each.item_ids.size());
    EXPECT_EQ(loaded->dim(), each.dim);
    const OperatorParameters &p = loaded->parameters(), &right = each.parameters;
    ASSERT_EQ(p.lists.size(), right.lists.size());
    for (std::size_t b = 0; b < p.lists.size(); ++b) {
      EXPECT_EQ(p.lists[b].kind, right.lists[b].kind);
      EXPECT_EQ(p.lists[b].weight, right.lists[b].weight);
      EXPECT_EQ(p.lists[b].source_exponent, right.lists[b].source_exponent);
      EXPECT_EQ(p.lists[b].target_exponent, right.lists[b].target_exponent);
    }
    EXPECT_EQ(p.global.weight, right.global.weight);
    EXPECT_EQ(p.global.target_exponent, right.global.target_exponent);
    EXPECT_EQ(p.history.by_rank, right.history.by_rank);
    EXPECT_EQ(p.history.limit, right.history.limit);
    EXPECT_EQ(p.trend.exponent, right.trend.exponent);
    EXPECT_EQ(p.evidence.prior_events, right.evidence.prior_events);
    EXPECT_EQ(p.content.gain, right.content.gain);
    EXPECT_EQ(p.content.assumed_rel, right.content.assumed_rel);
    if (loaded->items() == 0) continue;
    EXPECT_EQ(loaded->item_id(2), each.item_ids[2]);
    EXPECT_EQ(loaded->trend(2), each.trend[2]);
    ExpectSameScores(*loaded, *direct, each);
  }
  EXPECT_TRUE(VerifyDigests(ArtifactPath(path(), 1)).ok());
}

TEST_F(ArtifactTest, EqualInputGivesEqualBytes) {
  for (int time = 0; time < 2; ++time) {
    ASSERT_TRUE(PublishArtifact(path(), MakeArtifactDescription(), MakeArtifactOperators()).ok());
  }
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(ArtifactPath(path(), 1))) {
    const std::string name = entry.path().filename().string();
    EXPECT_EQ(*runtime::ReadFile(entry.path().string()),
              *runtime::ReadFile(ArtifactPath(path(), 2) + "/" + name));
    ++files;
  }
  EXPECT_EQ(files, 1 + MakeArtifactOperators().size());
}

TEST_F(ArtifactTest, VersionsRiseAndAreNeverUsedAgain) {
  EXPECT_THAT(*ListArtifacts(path()), testing::IsEmpty());
  const std::vector<OperatorArrays> arrays = MakeArtifactOperators();
  const auto publish = [&] { return *PublishArtifact(path(), MakeArtifactDescription(), arrays); };
  EXPECT_EQ(publish(), 1u);
  EXPECT_EQ(publish(), 2u);
  for (const std::string other : {"007", "3x", "-4", "notes", "99999999999999999999999"}) {
    std::filesystem::create_directories(path() + "/" + other);
  }
  std::ofstream(ReportPath(path(), 2)) << "{}";
  std::filesystem::remove_all(ArtifactPath(path(), 2));
  EXPECT_THAT(*ListArtifacts(path()), testing::ElementsAre(1));
  EXPECT_EQ(publish(), 3u);  // the report of 2 is still there
  EXPECT_THAT(*ListArtifacts(path()), testing::ElementsAre(1, 3));
  std::ofstream(path() + "/4") << "a file in the way";
  EXPECT_EQ(publish(), 5u);
}

TEST_F(ArtifactTest, PublishersSideBySideGetNumbersOfTheirOwn) {
  const std::vector<OperatorArrays> arrays = MakeArtifactOperators();
  constexpr int kEach = 5;
  std::vector<std::uint64_t> taken[2];
  std::vector<std::thread> threads;
  for (auto& mine : taken) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        const auto version = PublishArtifact(path(), MakeArtifactDescription(), arrays);
        if (version.ok()) mine.push_back(*version);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::uint64_t> all(taken[0].begin(), taken[0].end());
  all.insert(taken[1].begin(), taken[1].end());
  EXPECT_EQ(all.size(), 2u * kEach);
  for (const std::uint64_t version : all) EXPECT_NE(Load(version), nullptr);
  // Nothing half-made is left.
  const auto entries = std::filesystem::directory_iterator(path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 2 * kEach);
}

TEST_F(ArtifactTest, RefusesToPublishWhatCouldNotBeLoaded) {
  const auto refuses = [&](std::string_view naming, std::vector<OperatorArrays> arrays,
                           ArtifactDescription about = MakeArtifactDescription()) {
    const auto version = PublishArtifact(path(), about, arrays);
    EXPECT_EQ(version.status().code(), absl::StatusCode::kInvalidArgument) << version.status();
    EXPECT_THAT(std::string(version.status().message()), testing::HasSubstr(std::string(naming)));
  };
  refuses("operators", {});
  std::vector<OperatorArrays> arrays = MakeArtifactOperators();
  arrays[1].name = arrays[0].name;
  refuses("name", arrays);
  arrays = MakeArtifactOperators();
  arrays[0].degrees[0] = -1;
  refuses("degrees", arrays);
  ArtifactDescription about = MakeArtifactDescription();
  about.tool_version = "\xff";
  refuses("manifest", MakeArtifactOperators(), about);
  EXPECT_THAT(*ListArtifacts(path()), testing::IsEmpty());
}

TEST_F(ArtifactTest, MissingArtifactsAreNotFound) {
  EXPECT_EQ(Model::Load(path() + "/1").status().code(), absl::StatusCode::kNotFound);
  std::filesystem::create_directories(path() + "/1");
  EXPECT_EQ(Model::Load(path() + "/1").status().code(), absl::StatusCode::kNotFound);
}

// The committed artifacts of every format version: later programs must go on reading them.
TEST_F(ArtifactTest, TheGoldenArtifactsStillLoad) {
  const std::vector<OperatorArrays> made[] = {MakeArtifactOperatorsOfVersion1(),
                                              MakeArtifactOperators()};
  for (const int version : {1, 2}) {
    const std::string golden =
        COFILTER_GOLDEN_DIRECTORY "/artifact-v" + std::to_string(version) + "/1";
    const auto model = Model::Load(golden);
    ASSERT_TRUE(model.ok()) << model.status();
    EXPECT_TRUE(VerifyDigests(golden).ok());
    for (const OperatorArrays& each : made[version - 1]) {
      const Operator* loaded = (*model)->FindOperator(each.name);
      ASSERT_NE(loaded, nullptr);
      EXPECT_EQ(loaded->parameters().lists.size(), each.lists.size());
      if (loaded->items() > 0) ExpectSameScores(*loaded, **Operator::FromArrays(each), each);
    }
  }
}

// And what is written today has the bytes of the last of them.
TEST_F(ArtifactTest, WritesTheBytesOfTheGoldenArtifact) {
  ASSERT_TRUE(PublishArtifact(path(), MakeArtifactDescription(), MakeArtifactOperators()).ok());
  for (const auto& entry : std::filesystem::directory_iterator(ArtifactPath(path(), 1))) {
    const std::string name = entry.path().filename().string();
    EXPECT_EQ(*runtime::ReadFile(entry.path().string()),
              *runtime::ReadFile(COFILTER_GOLDEN_DIRECTORY "/artifact-v2/1/" + name))
        << name;
  }
}

}  // namespace
}  // namespace cofilter::models
