// Baselines: how they are named, and that each finds what was planted.
#include "training/baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/split.h"
#include "tests/training/made_data.h"
#include "training/evaluator.h"
#include "training/member_scores.h"

namespace cofilter::training {
namespace {

using testing::HasSubstr;

std::string Refusal(std::string_view text) {
  const auto baseline = ParseBaseline(text);
  EXPECT_EQ(baseline.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(baseline.status().message());
}

TEST(ParseBaselineTest, TakesKindsAndSettings) {
  const auto plain = ParseBaseline("graph-filter");
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_EQ(plain->settings.at("rank"), 256);
  EXPECT_EQ(plain->Variant(), "");
  const auto set = ParseBaseline("graph-filter:low-pass=0.1,rank=64");
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->settings.at("low-pass"), 0.1);
  EXPECT_EQ(set->Variant(), "low-pass=0.1,rank=64");
}

TEST(ParseBaselineTest, NamesWhatIsWrong) {
  EXPECT_THAT(Refusal("magic"), HasSubstr("right: popularity, item-cosine"));
  EXPECT_THAT(Refusal("popularity:rank=3"), HasSubstr("has no setting \"rank\"; right: none"));
  EXPECT_THAT(Refusal("graph-filter:rank=0"), HasSubstr("rank=a whole number from 1"));
  EXPECT_THAT(Refusal("graph-filter:rank=2.5"), HasSubstr("a whole number"));
  EXPECT_THAT(Refusal("ease:lambda"), HasSubstr("lambda=a number"));
  EXPECT_THAT(Refusal("ease:"), HasSubstr("has no setting \"\""));
}

TEST(ParseBaselineTest, EverySweepCanBeParsed) {
  for (const char* const kind :
       {"popularity", "item-cosine", "implicit-als", "graph-filter", "ease"}) {
    const std::vector<std::string> sweep = BaselineSweep(kind);
    EXPECT_FALSE(sweep.empty());
    for (const std::string& text : sweep) {
      const auto baseline = ParseBaseline(text);
      ASSERT_TRUE(baseline.ok()) << baseline.status();
      EXPECT_EQ(baseline->kind, kind);
    }
  }
}

TEST(BaselineTrainerTest, PersonalOnesBeatPopularityOnGroups) {
  const auto split = data::SplitByHash(GroupedDataset(400, 120, 4, 17), 1);
  ASSERT_TRUE(split.ok());
  runtime::ThreadPool pool(2);
  EvaluationSettings settings;
  settings.k = 10;
  settings.resamples = 0;
  BaselineTrainer trainer(split->train, 1, &pool);
  const auto recall = [&](const char* text) {
    const auto scorer = trainer.Train(*ParseBaseline(text));
    EXPECT_TRUE(scorer.ok()) << scorer.status();
    return (*Evaluate(*MakeScorerScores(**scorer), *split, settings, &pool))[0].recall.mean;
  };
  const double popularity = recall("popularity");
  for (const char* const text :
       {"item-cosine", "implicit-als:dim=16,regularisation=1", "graph-filter:rank=8",
        "graph-filter:low-pass=0", "ease:lambda=20"}) {
    EXPECT_GT(recall(text), 1.5 * popularity) << text;
  }
}

TEST(BaselineTrainerTest, WhatWasTrainedBeforeDoesNotMatter) {
  const data::Dataset dataset = GroupedDataset(200, 80, 4, 17);
  runtime::ThreadPool pool(2);
  const std::vector<std::uint32_t> rows = {3, 7, 11};
  const std::vector<float> weights = {1, 1, 1};
  const auto scores = [&](BaselineTrainer* trainer) {
    std::vector<float> found(dataset.items());
    (*trainer->Train(*ParseBaseline("graph-filter:rank=8")))->Score(rows, weights, found);
    return found;
  };
  BaselineTrainer fresh(dataset, 1, &pool), used(dataset, 1, &pool);
  ASSERT_TRUE(used.Train(*ParseBaseline("graph-filter:rank=300")).ok());
  EXPECT_EQ(scores(&fresh), scores(&used));
}

}  // namespace
}  // namespace cofilter::training
