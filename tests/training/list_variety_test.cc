// The variety of a list against figures computed by hand and against every pair.
#include "training/list_variety.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/training/made_data.h"
#include "training/trainer.h"

namespace cofilter::training {
namespace {

// i00000: a; i00001: a, b; i00002: a, c; i00003: none; i00004: b.
std::vector<data::Item> Catalogue() {
  const std::vector<std::vector<std::string>> topics = {{"a"}, {"b", "a"}, {"a", "c"}, {}, {"b"}};
  std::vector<data::Item> items(topics.size());
  for (std::size_t i = 0; i < topics.size(); ++i) {
    items[i].item_id = absl::StrFormat("i%05d", i);
    items[i].topics = topics[i];
  }
  return items;
}

TEST(ListVarietyTest, TopicsByHand) {
  const data::Dataset dataset = MakeDataset({{0, 1, 2, 3, 4, 5}}, 6);
  const ItemFacets facets = MakeItemFacets(dataset, Catalogue(), nullptr);
  EXPECT_TRUE(facets.has_topics);
  const std::vector<std::uint32_t> list = {0, 1, 2, 3, 5};
  const VarietyMeasures all = MeasureVariety(list, facets, 20);
  // Pairs with topics: a|ab 1/2, a|ac 1/2, ab|ac 1/3.
  EXPECT_NEAR(all.topic_similarity, (0.5 + 0.5 + 1.0 / 3) / 3, 1e-12);
  EXPECT_EQ(all.topics, 3);
  EXPECT_NEAR(all.largest_topic, 3.0 / 5, 1e-12);
  EXPECT_TRUE(all.everywhere.empty());
  EXPECT_TRUE(std::isnan(all.embedding_similarity)) << "no operator, no embeddings";
  const VarietyMeasures three = MeasureVariety(list, facets, 3);
  EXPECT_EQ(three.everywhere.size(), 1u) << "the first three share a topic";
  EXPECT_EQ(three.largest_topic, 1);
  const VarietyMeasures none = MeasureVariety(std::vector<std::uint32_t>{3, 5}, facets, 20);
  EXPECT_TRUE(std::isnan(none.topic_similarity));
  EXPECT_TRUE(std::isnan(none.topics));
}

TEST(ListVarietyTest, EmbeddingsAgreeWithEveryPair) {
  const data::Dataset dataset = GroupedDataset(80, 40, 4, 1);
  TrainingSettings settings;
  settings.search = false;
  settings.rank = 8;
  runtime::ThreadPool pool(1);
  auto trained = TrainOperator(settings, dataset, {}, &pool);
  ASSERT_TRUE(trained.ok()) << trained.status();
  const auto op = models::Operator::FromArrays(std::move(trained->arrays));
  ASSERT_TRUE(op.ok()) << op.status();
  const ItemFacets facets = MakeItemFacets(dataset, {}, op->get());
  EXPECT_FALSE(facets.has_topics);
  const std::vector<std::uint32_t> list = {3, 1, 8, 20, 14};
  double sum = 0, pairs = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      double ab = 0, aa = 0, bb = 0;
      for (std::uint32_t d = 0; d < (*op)->dim(); ++d) {
        const double a = (*op)->embedding(list[i])[d];
        const double b = (*op)->embedding(list[j])[d];
        ab += a * b, aa += a * a, bb += b * b;
      }
      sum += ab / std::sqrt(aa * bb);
      pairs += 1;
    }
  }
  EXPECT_NEAR(MeasureVariety(list, facets, 5).embedding_similarity, sum / pairs, 1e-6);
  // What is read together is alike.
  const double same =
      MeasureVariety(std::vector<std::uint32_t>{0, 4, 8}, facets, 3).embedding_similarity;
  const double mixed =
      MeasureVariety(std::vector<std::uint32_t>{0, 5, 10}, facets, 3).embedding_similarity;
  EXPECT_GT(same, mixed + 0.2);
}

}  // namespace
}  // namespace cofilter::training
