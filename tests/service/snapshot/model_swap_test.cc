// A new model comes into service beside the old one; a bad one does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <thread>

#include "models/artifact.h"
#include "service/snapshot/snapshot_publisher.h"
#include "tests/service/snapshot/world.h"

namespace cofilter::service {
namespace {

using ::testing::HasSubstr;

// The artifact's largest file, cut to half its length.
void CutShort(const std::string& artifact) {
  std::filesystem::path largest;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(artifact)) {
    if (entry.is_regular_file() &&
        (largest.empty() || entry.file_size() > std::filesystem::file_size(largest))) {
      largest = entry.path();
    }
  }
  std::filesystem::permissions(largest, std::filesystem::perms::owner_write,
                               std::filesystem::perm_options::add);
  std::filesystem::resize_file(largest, std::filesystem::file_size(largest) / 2);
}

TEST(ModelSwapTest, PublishedModelServesOnlyOncePromoted) {
  World world;
  world.PublishModel({RandomOperator("news", Ids("n", 10), 1)});
  ASSERT_TRUE(world.publisher->Follow().ok());
  EXPECT_EQ(world.holder->Current()->model_version(), 0u);
}

TEST(ModelSwapTest, OverlayLetsGoOfWhatTheNextModelKnows) {
  World world;
  std::vector<data::Item> items;
  for (const std::string& id : Ids("n", 10)) items.push_back(NewsItem(id));
  world.Upsert(items);
  const auto first = world.Promote({RandomOperator("news", Ids("n", 6), 1)});
  EXPECT_EQ(world.holder->Current()->model_version(), first);
  EXPECT_EQ(world.holder->Current()->FindSurface("news")->overlay.size(), 4u);
  const auto pinned = world.holder->Current();
  const auto second = world.Promote({RandomOperator("news", Ids("n", 10), 2)});
  EXPECT_EQ(world.holder->Current()->model_version(), second);
  EXPECT_EQ(world.holder->Current()->FindSurface("news")->overlay.size(), 0u);
  // What a call has pinned stays whole: its model, and the foreign items that its view points at.
  EXPECT_EQ(pinned->model_version(), first);
  const SurfaceView* news = pinned->FindSurface("news");
  ASSERT_EQ(news->overlay.size(), 4u);
  for (const OverlayCandidate& item : news->overlay) {
    EXPECT_TRUE(std::isfinite(item.item->embedding[0]));
  }
  EXPECT_EQ(news->binding->op->items(), 6u);
}

TEST(ModelSwapTest, RefusedModelKeepsTheOldOneAndTheReason) {
  World world;
  const auto good = world.Promote({RandomOperator("news", Ids("n", 10), 1)});
  const auto bad = world.PublishModel({RandomOperator("news", Ids("n", 10), 2)});
  CutShort(models::ArtifactPath(world.config->models_directory, bad));
  world.Point(bad);
  ASSERT_TRUE(world.publisher->Follow().ok());
  ASSERT_TRUE(world.publisher->Follow().ok());
  EXPECT_EQ(world.holder->Current()->model_version(), good);
  const ModelServing serving = world.publisher->model_serving();
  EXPECT_EQ(serving.pointer.version, bad);
  EXPECT_EQ(serving.served_version, good);
  EXPECT_EQ(serving.refused_version, bad);
  EXPECT_EQ(serving.refusal.code(), absl::StatusCode::kDataLoss) << serving.refusal;
  EXPECT_EQ(world.publisher->stats().models_refused, 1u) << "refused once, not at every look";
  // The next good one clears it.
  const auto next = world.Promote({RandomOperator("news", Ids("n", 10), 3)});
  EXPECT_EQ(world.holder->Current()->model_version(), next);
  EXPECT_EQ(world.publisher->model_serving().refused_version, 0u);
}

TEST(ModelSwapTest, RestartBesideABadModelServesTheLastGoodOne) {
  World world;
  const auto good = world.Promote({RandomOperator("news", Ids("n", 10), 1)});
  const auto bad = world.PublishModel({RandomOperator("news", Ids("n", 10), 2)});
  CutShort(models::ArtifactPath(world.config->models_directory, bad));
  world.Point(bad);
  world.RestartPublisher();
  EXPECT_EQ(world.holder->Current()->model_version(), good);
  const ModelServing serving = world.publisher->model_serving();
  EXPECT_EQ(serving.served_version, good);
  EXPECT_EQ(serving.refused_version, bad);
  EXPECT_EQ(serving.refusal.code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(world.publisher->Follow().ok());
  EXPECT_EQ(world.publisher->stats().models_refused, 1u);
}

TEST(ModelSwapTest, ModelThatArrivesAfterItsPromotionIsTakenThen) {
  World world;
  const auto version = world.PublishModel({RandomOperator("news", Ids("n", 10), 1)});
  const std::string path = models::ArtifactPath(world.config->models_directory, version);
  std::filesystem::rename(path, path + ".away");
  world.Point(version);
  ASSERT_TRUE(world.publisher->Follow().ok());
  EXPECT_EQ(world.publisher->model_serving().refusal.code(), absl::StatusCode::kNotFound);
  std::filesystem::rename(path + ".away", path);
  ASSERT_TRUE(world.publisher->Follow().ok());
  EXPECT_EQ(world.holder->Current()->model_version(), version);
}

TEST(ModelSwapTest, RollBackServesTheVersionBefore) {
  World world;
  const auto first = world.Promote({RandomOperator("news", Ids("n", 10), 1)});
  world.Promote({RandomOperator("news", Ids("n", 10), 2)});
  world.Point(world.publisher->model_serving().pointer.previous_version);
  ASSERT_TRUE(world.publisher->Follow().ok());
  EXPECT_EQ(world.holder->Current()->model_version(), first);
}

TEST(ModelSwapTest, OperatorThatNoSurfaceNamesIsLeftOut) {
  World world;
  world.Promote(
      {RandomOperator("news", Ids("n", 10), 1), RandomOperator("films", Ids("f", 10), 2)});
  EXPECT_NE(world.holder->Current()->model->Find("news"), nullptr);
  EXPECT_EQ(world.holder->Current()->model->Find("films"), nullptr);
  EXPECT_EQ(world.holder->Current()->FindSurface("learning")->binding, nullptr);
}

TEST(ModelSwapTest, UpsertsGoOnWhileModelsChange) {
  World world(ServerConfig::Default(), PublisherOptions{});
  std::atomic<bool> stop{false};
  std::thread upserting([&] {
    for (const std::string& id : Ids("n", 150)) {
      world.Upsert({NewsItem(id)});
      const auto snapshot = world.holder->Current();
      EXPECT_NE(snapshot->catalogue.Find(id), nullptr);
      EXPECT_EQ(snapshot->FindSurface("news")->items, snapshot->catalogue.size());
    }
    stop = true;
  });
  unsigned seed = 1;
  for (; !stop; ++seed) world.Promote({RandomOperator("news", Ids("n", 10 + seed % 90), seed)});
  upserting.join();
  ASSERT_TRUE(world.publisher->Follow().ok());
  const auto snapshot = world.holder->Current();
  const SurfaceView* news = snapshot->FindSurface("news");
  EXPECT_EQ(news->eligible.Count() + news->overlay.size(), 150u);
}

}  // namespace
}  // namespace cofilter::service
