// The content relation against a dense ridge, and what an operator makes of it.
#include "models/content_relation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "models/artifact.h"
#include "models/model.h"
#include "models/operator.h"
#include "runtime/files.h"
#include "tests/models/operator_examples.h"

namespace cofilter::models {
namespace {

constexpr std::uint32_t kBuckets = 32;

FeatureVector MakeFeatures(std::mt19937& random) {
  std::uniform_int_distribution<std::uint32_t> bucket(0, kBuckets - 1);
  std::map<std::uint32_t, float> chosen;
  while (chosen.size() < 5) chosen[bucket(random)] = 1 + static_cast<float>(chosen.size());
  double squares = 0;
  for (const auto& [at, value] : chosen) squares += static_cast<double>(value) * value;
  FeatureVector features;
  for (const auto& [at, value] : chosen) {
    features.emplace_back(at, static_cast<float>(value / std::sqrt(squares)));
  }
  return features;
}

// Unit features of every row, and each row's next two rows as its neighbours.
ContentRelationArrays MakeRelation(std::uint32_t items, std::uint32_t seed) {
  std::mt19937 random(seed);
  ContentRelationArrays relation;
  relation.offsets = {0};
  relation.near.offsets = {0};
  for (std::uint32_t row = 0; row < items; ++row) {
    for (const auto& [bucket, value] : MakeFeatures(random)) {
      relation.buckets.push_back(bucket);
      relation.values.push_back(value);
    }
    relation.offsets.push_back(relation.buckets.size());
    for (std::uint32_t next = row + 1; next < std::min(items, row + 3); ++next) {
      relation.near.targets.push_back(next);
      relation.near.values.push_back(0.25f * static_cast<float>(next - row));
    }
    relation.near.offsets.push_back(relation.near.targets.size());
  }
  return relation;
}

ContentRelationView ViewOf(const ContentRelationArrays& relation) {
  return {relation.offsets,
          relation.buckets,
          relation.values,
          {relation.near.offsets, relation.near.targets, relation.near.values}};
}

Eigen::VectorXd Dense(std::span<const std::pair<std::uint32_t, float>> features) {
  Eigen::VectorXd dense = Eigen::VectorXd::Zero(kBuckets);
  for (const auto& [bucket, value] : features) dense[bucket] = value;
  return dense;
}

TEST(ContentRelationTest, ResemblesWhatADenseRidgeSays) {
  const std::uint32_t items = 80;
  const ContentRelationArrays relation = MakeRelation(items, 1);
  const std::vector<float> idf(kBuckets, 1.0f);
  std::mt19937 random(9);
  for (const double ridge : {0.5, 3.0}) {
    ContentParameters parameters;
    parameters.ridge = ridge;
    const ContentRelation related(ViewOf(relation), idf, parameters);
    const FeatureVector features = MakeFeatures(random);
    const std::vector<WeightedRow> found = related.Resembling(features);
    ASSERT_FALSE(found.empty());
    const auto size = static_cast<Eigen::Index>(found.size());
    Eigen::MatrixXd x(size, kBuckets);
    for (Eigen::Index i = 0; i < size; ++i) {
      const std::uint32_t row = found[static_cast<std::size_t>(i)].row;
      x.row(i).setZero();
      for (auto at = relation.offsets[row]; at < relation.offsets[row + 1]; ++at) {
        x(i, relation.buckets[at]) = relation.values[at];
      }
    }
    const Eigen::MatrixXd system =
        x * x.transpose() + ridge * Eigen::MatrixXd::Identity(size, size);
    const Eigen::VectorXd right = system.ldlt().solve(x * Dense(features));
    for (Eigen::Index i = 0; i < size; ++i) {
      EXPECT_NEAR(found[static_cast<std::size_t>(i)].weight, right[i], 2e-3 * right.norm());
    }
  }
}

TEST(ContentRelationTest, DrawsAlongTheNeighboursWithTheGain) {
  const ContentRelationArrays relation = MakeRelation(40, 2);
  const std::vector<float> idf(kBuckets, 1.0f);
  ContentParameters parameters;
  parameters.gain = 10;
  parameters.smoothing = 4;
  const ContentRelation related(ViewOf(relation), idf, parameters);
  const std::vector<WeightedRow> resembling = {{5, 0.5f}, {7, -0.25f}, {20, 0.25f}};
  const ForeignItem item = related.Draw(resembling);
  EXPECT_THAT(item.drawn_from,
              testing::ElementsAre(WeightedRow{5, 5.0f},   // 10 · .5
                                   WeightedRow{6, 5.0f},   // 10 · 4 · .5 · .25
                                   WeightedRow{7, 7.5f},   // 10 · (−.25 + 4 · .5 · .5)
                                   WeightedRow{8, -2.5f},  // 10 · 4 · −.25 · .25
                                   WeightedRow{9, -5.0f},  //
                                   WeightedRow{20, 2.5f},  //
                                   WeightedRow{21, 2.5f}, WeightedRow{22, 5.0f}));
  // A read of it stands for what it is like, as much as it is like it.
  EXPECT_THAT(item.resembles, testing::ElementsAre(WeightedRow{5, 0.5f}, WeightedRow{20, 0.25f}));
  EXPECT_FALSE(related.Draw({}).related());
}

TEST(ContentRelationTest, KeepsTheStrongestAndNeverCountsForMoreThanOneRead) {
  const ContentRelationArrays relation = MakeRelation(2000, 3);
  const std::vector<float> idf(kBuckets, 1.0f);
  ContentParameters parameters;
  parameters.gain = 1;
  const ContentRelation related(ViewOf(relation), idf, parameters);
  std::vector<WeightedRow> resembling;
  for (std::uint32_t row = 0; row < 2000; row += 4) {
    resembling.push_back({row, 0.001f * static_cast<float>(row)});
  }
  const ForeignItem item = related.Draw(resembling);
  EXPECT_EQ(item.drawn_from.size(), ContentRelation::kDrawnFrom);
  EXPECT_EQ(item.drawn_from.back().row, 1998u);
  ASSERT_EQ(item.resembles.size(), ContentRelation::kResembles);
  double sum = 0;
  for (const WeightedRow& row : item.resembles) sum += row.weight;
  EXPECT_NEAR(sum, 1, 1e-6);
  for (std::size_t i = 1; i < item.drawn_from.size(); ++i) {
    EXPECT_LT(item.drawn_from[i - 1].row, item.drawn_from[i].row);
  }
}

TEST(ContentRelationTest, GroupsOfFeaturesWeighAsTold) {
  const std::vector<HashedFeature> hashed = {{1, FeatureGroup::kText, 1},
                                             {2, FeatureGroup::kTopic, 1},
                                             {2, FeatureGroup::kPart, 1},
                                             {3, FeatureGroup::kPublisher, 2},
                                             {4, FeatureGroup::kTopic, 1}};
  std::vector<float> idf = {0, 1, 2, 1, 0};
  const FeatureVector all = WeighFeatures(hashed, idf, {1, 1, 0, 0.5});
  ASSERT_EQ(all.size(), 2u) << "the publisher is off, bucket 4 is unknown";
  EXPECT_NEAR(all[1].second / all[0].second, 3, 1e-6);  // 2 · (1 + .5)
  EXPECT_NEAR(all[0].second * all[0].second + all[1].second * all[1].second, 1, 1e-6);
  EXPECT_TRUE(WeighFeatures({}, idf, {1, 1, 1, 1}).empty());
}

// An operator with a relation in place of the map.
OperatorArrays MakeRelated(const ExampleShape& shape) {
  OperatorArrays arrays = MakeExample(shape);
  arrays.content.buckets = kBuckets;
  arrays.content.idf.assign(kBuckets, 1.0f);
  arrays.content.map.clear();
  arrays.relation = MakeRelation(shape.items, 4);
  arrays.parameters.content.gain = 2;
  return arrays;
}

ContentFeatures SomeFeatures() {
  ContentFeatures features;
  features.title = "Safety at work: 安全生产";
  features.topics = {"safety training", "安全"};
  features.publisher = "union";
  return features;
}

TEST(RelatedOperatorTest, AForeignItemScoresAsItsRowsSay) {
  const OperatorArrays arrays = MakeRelated({});
  const auto model = *Operator::FromArrays(arrays);
  const auto item = model->RelateContent(SomeFeatures());
  ASSERT_TRUE(item.has_value());
  ASSERT_TRUE(item->related());
  std::vector<HistoryEntry> history = MakeHistory(arrays, 40, 3);
  history.push_back({HistoryEntry::kForeign, 0.5f, &*item});
  const FoldedHistory folded = model->Fold(history);
  EXPECT_EQ(folded.given, history.size());
  for (const int notch : {0, 10}) {
    double right = 0;
    for (const HistoryEntry& entry : folded.entries) {
      for (const WeightedRow& row : item->drawn_from) {
        if (row.row == entry.row) right += static_cast<double>(entry.weight) * row.weight;
      }
    }
    right *= model->RelatedScale(notch);
    EXPECT_NEAR(model->ScoreForeign(folded, notch, *item), right, 1e-9 * std::fabs(right) + 1e-12);
    std::vector<double> parts;
    model->ForeignContributions(folded, notch, *item, &parts);
    ASSERT_EQ(parts.size(), history.size());
    double sum = 0;
    for (const double part : parts) sum += part;
    EXPECT_NEAR(sum, right, 1e-9 * std::fabs(right) + 1e-12);
  }
  EXPECT_EQ(model->RelatedScale(0), 1);
}

TEST(RelatedOperatorTest, AReadOfItCountsAsReadsOfWhatItResembles) {
  const OperatorArrays arrays = MakeRelated({});
  const auto model = *Operator::FromArrays(arrays);
  const auto item = model->RelateContent(SomeFeatures());
  ASSERT_TRUE(item.has_value());
  ASSERT_FALSE(item->resembles.empty());
  const std::vector<HistoryEntry> read = {{HistoryEntry::kForeign, 0.5f, &*item}};
  std::vector<HistoryEntry> like;
  for (const WeightedRow& row : item->resembles) like.push_back({row.row, 0.5f * row.weight, {}});
  std::vector<float> of_read, of_like;
  model->ScoreAll(model->Fold(read), 2, &of_read);
  model->ScoreAll(model->Fold(like), 2, &of_like);
  EXPECT_EQ(of_read, of_like);
  EXPECT_TRUE(std::any_of(of_read.begin(), of_read.end(), [](float score) { return score != 0; }));
  std::vector<double> parts;
  model->Contributions(model->Fold(read), 2, std::vector<std::uint32_t>{3, 4}, &parts);
  EXPECT_EQ(parts.size(), 2u) << "one item of the history, two rows";
}

TEST(RelatedOperatorTest, SurvivesTheArtifact) {
  const auto directory = *runtime::TemporaryDirectory::Create();
  const OperatorArrays arrays = MakeRelated({.items = 60});
  ASSERT_TRUE(PublishArtifact(directory.path(), {}, {arrays}).ok());
  const auto loaded = Model::Load(ArtifactPath(directory.path(), 1));
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const Operator& model = *(*loaded)->operators()[0];
  const ContentParameters& content = model.parameters().content;
  EXPECT_EQ(content.ridge, arrays.parameters.content.ridge);
  EXPECT_EQ(content.smoothing, arrays.parameters.content.smoothing);
  EXPECT_EQ(content.feature_weights, arrays.parameters.content.feature_weights);
  EXPECT_EQ(model.RelateContent(SomeFeatures()),
            (*Operator::FromArrays(arrays))->RelateContent(SomeFeatures()));
}

TEST(RelatedOperatorTest, RefusesARelationThatDoesNotHoldTogether) {
  const auto refuses = [](const char* name, const auto& breaks) {
    OperatorArrays arrays = MakeRelated({.items = 60});
    breaks(arrays);
    const auto model = Operator::FromArrays(arrays);
    EXPECT_EQ(model.status().code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(model.status().message()), testing::HasSubstr(name));
  };
  refuses("relation.offsets", [](auto& a) { a.relation.offsets.pop_back(); });
  refuses("relation.values", [](auto& a) { a.relation.values.pop_back(); });
  refuses("relation.values", [](auto& a) { a.relation.values[3] = -1; });
  refuses("relation.buckets", [](auto& a) { a.relation.buckets[3] = kBuckets; });
  refuses("relation.buckets", [](auto& a) { a.relation.buckets[1] = a.relation.buckets[0]; });
  refuses("relation.near", [](auto& a) { a.relation.near.targets[0] = 60; });
  refuses("content.map", [](auto& a) { a.content.map.push_back(1); });
  refuses("content.ridge", [](auto& a) { a.parameters.content.ridge = 0; });
}

TEST(FeatureGroupsTest, PartsBringFormsOfAWordTogether) {
  const auto of_topic = [](std::string_view topic) {
    ContentFeatures features;
    features.topics = {topic};
    return HashFeatureGroups(features, 1u << 20);
  };
  const auto shared = [](const std::vector<HashedFeature>& a, const std::vector<HashedFeature>& b) {
    return std::count_if(a.begin(), a.end(), [&](const HashedFeature& one) {
      return std::any_of(b.begin(), b.end(), [&](const HashedFeature& other) {
        return one.bucket == other.bucket && one.group == other.group;
      });
    });
  };
  EXPECT_GE(shared(of_topic("network"), of_topic("networks")), 5);
  EXPECT_GE(shared(of_topic("machine_learning"), of_topic("machine-learning")), 10);
  EXPECT_EQ(shared(of_topic("network"), of_topic("biology")), 0);
  EXPECT_GE(shared(of_topic("机器学习"), of_topic("深度学习")), 1);
  ContentFeatures title;
  title.title = "Networks of the cell";
  EXPECT_GE(shared(HashFeatureGroups(title, 1u << 20), of_topic("network")), 4);
  EXPECT_EQ(of_topic("ab").size(), 2u) << "the topic, and one short part";
}

}  // namespace
}  // namespace cofilter::models
