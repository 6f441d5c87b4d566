// Real data, where it is there: set COFILTER_BENCH_DATA to the directory of the public sets.
#include <gtest/gtest.h>

#include <cstdlib>

#include "data/dataset_source.h"
#include "models/operator.h"
#include "training/evaluation_models.h"
#include "training/evaluator.h"
#include "training/operator_plan.h"
#include "training/trainer.h"

namespace cofilter::training {
namespace {

class QualityTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* const directory = std::getenv("COFILTER_BENCH_DATA");
    if (directory == nullptr) GTEST_SKIP() << "COFILTER_BENCH_DATA is not set";
    data::SourceOptions source;
    source.format = data::Format::kList;
    auto train = data::ReadDataset(std::string(directory) + "/gowalla/train.txt.zst", source);
    auto test = data::ReadDataset(std::string(directory) + "/gowalla/test.txt.zst", source);
    ASSERT_TRUE(train.ok() && test.ok()) << train.status() << test.status();
    split_ = MakeSplit(std::move(train->dataset), test->dataset).split;
  }
  data::Split split_;
  runtime::ThreadPool pool_{2};
};

TEST_F(QualityTest, PopularityOnGowallaIsWhatIsPublished) {
  const auto scorer = TrainBaseline("popularity", split_.train, 1, &pool_);
  const auto found = Evaluate(*MakeScorerScores(**scorer), split_, EvaluationSettings(), &pool_);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_NEAR((*found)[0].recall.mean, 0.0416, 0.01 * 0.0416);
  EXPECT_NEAR((*found)[0].ndcg.mean, 0.0317, 0.01 * 0.0317);
}

TEST_F(QualityTest, OperatorOnGowallaHoldsItsFigures) {
  std::vector<OperatorPlan> plans = DefaultPlans();
  ASSERT_TRUE(ApplyParameterFile(
                  std::string(COFILTER_SOURCE_DIR) + "/training/parameters/gowalla.toml", &plans)
                  .ok());
  auto trained = TrainOperator(plans[0].settings, split_.train, {}, &pool_);
  ASSERT_TRUE(trained.ok()) << trained.status();
  const auto model = models::Operator::FromArrays(std::move(trained->arrays));
  ASSERT_TRUE(model.ok()) << model.status();
  const auto found = Evaluate(*MakeOperatorScores(**model, split_.train, {0, 4}), split_,
                              EvaluationSettings(), &pool_);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_GE((*found)[0].recall.mean, 0.190);
  EXPECT_GE((*found)[0].ndcg.mean, 0.157);
  EXPECT_GE((*found)[1].recall.mean, 0.186);
  EXPECT_GE((*found)[1].tail_recall.mean, 0.080);
  EXPECT_GE((*found)[1].coverage, 0.62);
}

}  // namespace
}  // namespace cofilter::training
