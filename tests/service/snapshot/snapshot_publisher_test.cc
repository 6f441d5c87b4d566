// The publisher follows the store: items, keys, time, rules, restarts.
#include "service/snapshot/snapshot_publisher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/service/snapshot/world.h"

namespace cofilter::service {
namespace {

using data::Verb;

TEST(SnapshotHolderTest, HoldsAnEmptySnapshotFromTheStart) {
  const auto config = std::make_shared<const ServerConfig>(ServerConfig::Default());
  runtime::SimulatedClock clock(Day(0));
  SnapshotHolder holder(config, &clock);
  const auto snapshot = holder.At(Day(1), 5);
  ASSERT_NE(snapshot, nullptr);
  EXPECT_FALSE(snapshot->loaded);
  EXPECT_EQ(snapshot->model_version(), 0u);
  EXPECT_NE(snapshot->FindSurface("news"), nullptr);
  EXPECT_EQ(snapshot->FindSurface("other"), nullptr);
  EXPECT_EQ(snapshot->counters->Top("news", "")->size(), 0u);
}

TEST(SnapshotPublisherTest, UpsertIsThereAfterCatchUp) {
  World world;
  const auto pinned = world.holder->Current();
  const Sequence revision = world.Upsert({NewsItem("a"), NewsItem("b")});
  const auto now = world.holder->Current();
  EXPECT_EQ(now->catalogue.revision(), revision);
  EXPECT_NE(now->catalogue.Find("b"), nullptr);
  EXPECT_EQ(pinned->catalogue.Find("b"), nullptr) << "a pinned snapshot does not change";
}

TEST(SnapshotPublisherTest, CatchUpToAFutureRevisionIsUnavailable) {
  World world;
  world.Upsert({NewsItem("a")});
  EXPECT_EQ(world.publisher->CatchUp(1'000'000).code(), absl::StatusCode::kUnavailable);
}

TEST(SnapshotPublisherTest, RestartLoadsEverything) {
  World world;
  std::vector<data::Item> items;
  for (const std::string& id : Ids("n", 2500)) items.push_back(NewsItem(id));
  world.Upsert(items);
  world.Record("ann", "only an event names it", Verb::kRead);
  const auto version = world.Promote({RandomOperator("news", Ids("n", 2000), 1)});
  world.RestartPublisher();
  const auto snapshot = world.holder->Current();
  EXPECT_TRUE(snapshot->loaded);
  EXPECT_EQ(snapshot->catalogue.size(), 2500u);
  EXPECT_EQ(snapshot->model_version(), version);
  EXPECT_NE(snapshot->catalogue.keys().Find("only an event names it"), 0u);
  const SurfaceView* news = snapshot->FindSurface("news");
  EXPECT_EQ(news->eligible.Count(), 2000u);
  EXPECT_EQ(news->overlay.size(), 500u);
}

TEST(SnapshotPublisherTest, ItemComesOutAndExpiresByTheClockOfTheCall) {
  World world;
  data::Item item = NewsItem("a", 1);
  item.expires_at = Day(2);
  world.Upsert({item});
  EXPECT_EQ(world.holder->At(Day(0.5))->FindSurface("news")->items, 0u);
  world.clock.Set(Day(1));
  EXPECT_EQ(world.holder->At(Day(1))->FindSurface("news")->items, 1u);
  EXPECT_EQ(world.holder->At(Day(1.5))->FindSurface("news")->items, 1u);
  world.clock.Set(Day(2));
  EXPECT_EQ(world.holder->At(Day(2))->FindSurface("news")->items, 0u);
  EXPECT_EQ(world.holder->Current()->valid_until, runtime::Time::max());
}

TEST(SnapshotPublisherTest, KeyOfAnItemThatOnlyEventsNamedIsTiedWhenACallNeedsIt) {
  World world;
  world.Promote({RandomOperator("news", {"in the model"}, 1)});
  world.Record("ann", "in the model", Verb::kRead);
  const ItemKey key = world.store->members().Read("ann")->items.front().item;
  EXPECT_EQ(world.holder->Current()->model->Find("news")->rows.RowOf(key), kNoRow);
  const auto snapshot = world.holder->At(world.clock.Now(), key);
  EXPECT_EQ(snapshot->model->Find("news")->rows.RowOf(key), 0u);
  EXPECT_EQ(snapshot->model->Find("news")->rows.KeyOf(0), key);
}

TEST(SnapshotPublisherTest, KeysBelowAnUpsertedOneAreNotLost) {
  World world;
  world.Promote({RandomOperator("news", {"a", "b"}, 1)});
  world.Record("ann", "a", Verb::kRead);  // gets the first key
  world.Upsert({NewsItem("b")});          // gets the second, and is seen first
  const auto snapshot = world.holder->At(world.clock.Now(), world.Key("b"));
  const auto news = snapshot->model->Find("news");
  EXPECT_EQ(news->rows.KeyOf(0), 1u);
  EXPECT_EQ(news->rows.KeyOf(1), 2u);
}

TEST(SnapshotPublisherTest, RulesAreCarriedWithTheirRevision) {
  World world;
  EXPECT_EQ(world.holder->Current()->rules->revision, 0);
  const auto revision = world.store->rules().Put("r1", "body", 0);
  ASSERT_TRUE(revision.ok()) << revision.status();
  ASSERT_TRUE(world.publisher->Follow().ok());
  EXPECT_EQ(world.holder->Current()->rules->revision, *revision);
  ASSERT_EQ(world.holder->Current()->rules->rules.size(), 1u);
  EXPECT_EQ(world.holder->Current()->rules->rules[0].body, "body");
}

TEST(SnapshotPublisherTest, ThreadFollowsByItself) {
  World world(ServerConfig::Default(), PublisherOptions{});
  const data::Item item = NewsItem("a");
  const auto stored = world.store->catalogue().Upsert(std::span(&item, 1));
  ASSERT_TRUE(stored.ok());
  const std::uint64_t version = world.PublishModel({RandomOperator("news", Ids("n", 10), 1)});
  world.Point(version);
  // Bounded by the test's own time limit.
  while (world.holder->Current()->model_version() != version) std::this_thread::yield();
  EXPECT_NE(world.holder->Current()->catalogue.Find("a"), nullptr);
  EXPECT_EQ(world.publisher->model_serving().served_version, version);
}

TEST(SnapshotPublisherTest, UpsertInALargeCatalogueIsQuick) {
  World world;
  std::vector<data::Item> items;
  for (const std::string& id : Ids("n", 20'000)) items.push_back(NewsItem(id));
  world.Upsert(items);
  const auto start = std::chrono::steady_clock::now();
  const std::uint64_t before = world.publisher->stats().snapshots;
  SnapshotBuilder builder(world.config, std::make_shared<Counters>(*world.config, &world.clock),
                          std::make_shared<ItemKeys>());
  std::vector<StoredItem> stored;
  ItemKey key = 1;
  for (data::Item& item : items) stored.push_back({key++, std::move(item)});
  builder.ApplyItems(std::move(stored), world.clock.Now());
  auto snapshot = builder.Build(true);
  const auto loaded = std::chrono::steady_clock::now();
  for (ItemKey i = 1; i <= 1000; ++i) {
    builder.ApplyItems({{i, NewsItem("n0001")}}, world.clock.Now());
    snapshot = builder.Build(true);
  }
  const auto done = std::chrono::steady_clock::now();
  EXPECT_EQ(world.publisher->stats().snapshots, before);
  // A ratio, so that slow machines and sanitizers do not matter: a change costs a small part of a
  // load.
  EXPECT_LT((done - loaded) / 1000, (loaded - start) / 20);
}

}  // namespace
}  // namespace cofilter::service
