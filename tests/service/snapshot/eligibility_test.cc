// What a surface may serve, kept up to date against a reference that looks at every item.
#include "service/snapshot/eligibility.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "tests/service/snapshot/world.h"

namespace cofilter::service {
namespace {

std::set<std::string> Served(const World& world, const SurfaceView& surface) {
  std::set<std::string> served;
  for (std::uint32_t row = 0; row < surface.eligible.size(); ++row) {
    if (surface.eligible.Contains(row)) served.insert(world.Id(surface.binding->rows.KeyOf(row)));
  }
  for (const OverlayCandidate& item : surface.overlay) {
    EXPECT_TRUE(served.insert(world.Id(item.key)).second) << "both a row and in the overlay";
    EXPECT_EQ(item.item, surface.binding->overlay.Find(item.key));
  }
  return served;
}

std::set<std::string> Expected(const Snapshot& snapshot, const SurfaceView& surface,
                               runtime::Time now) {
  std::set<std::string> expected;
  for (ItemKey key = 1; key < snapshot.catalogue.key_bound(); ++key) {
    const CatalogueItem* item = snapshot.catalogue.Find(key);
    if (item == nullptr || !item->MayBeServed(now)) continue;
    if ((surface.kinds >> static_cast<unsigned>(item->kind)) & 1u)
      expected.insert(item->item.item_id);
  }
  return expected;
}

TEST(SurfaceIndexTest, FollowsRandomUpsertsTimesAndModels) {
  World world;
  std::mt19937 random(7);
  const std::vector<std::string> ids = Ids("i", 60);
  const auto random_item = [&] {
    data::Item item = random() % 2 == 0 ? NewsItem(ids[random() % ids.size()])
                                        : Course(ids[random() % ids.size()]);
    const double now = std::chrono::duration<double>(world.clock.Now() - Day(0)).count() / 86400;
    if (random() % 2 == 0) item.published_at = Day(now - 3 + static_cast<double>(random() % 6));
    if (random() % 2 == 0) {
      item.expires_at = item.published_at.value_or(Day(now)) + std::chrono::hours(random() % 100);
    }
    if (random() % 8 == 0) item.state = data::ItemState::kRetired;
    return item;
  };
  for (int step = 0; step < 400; ++step) {
    world.Upsert({random_item()});
    if (step % 5 == 0) world.clock.Advance(std::chrono::hours(random() % 20));
    if (step % 100 == 50) {
      std::vector<std::string> known(ids.begin(),
                                     ids.begin() + static_cast<std::ptrdiff_t>(10 + random() % 40));
      world.Promote(
          {RandomOperator("news", known, random()), RandomOperator("learning", known, random())});
    }
    const runtime::Time now = world.clock.Now();
    const auto snapshot = world.holder->At(now);
    for (const auto& [name, surface] : snapshot->surfaces) {
      SCOPED_TRACE(name);
      const std::set<std::string> expected = Expected(*snapshot, *surface, now);
      ASSERT_EQ(surface->items, expected.size());
      if (surface->binding != nullptr) {
        ASSERT_EQ(Served(world, *surface), expected);
      }
      // The newest are the same items, by falling time.
      ASSERT_EQ(surface->newest.size(), expected.size());
      for (std::size_t i = 0; i < surface->newest.size(); ++i) {
        const CatalogueItem* item = snapshot->catalogue.Find(surface->newest[i]);
        ASSERT_TRUE(expected.contains(item->item.item_id));
        if (i > 0) {
          ASSERT_GE(snapshot->catalogue.Find(surface->newest[i - 1])->visible_from,
                    item->visible_from);
        }
      }
    }
  }
}

TEST(SurfaceIndexTest, NothingChangedGivesTheSameView) {
  World world;
  world.Upsert({NewsItem("n")});
  const auto before = world.holder->Current();
  world.Upsert({Course("c")});
  const auto after = world.holder->Current();
  EXPECT_EQ(before->FindSurface("news"), after->FindSurface("news"));
  EXPECT_NE(before->FindSurface("learning"), after->FindSurface("learning"));
}

TEST(SurfaceIndexTest, KindThatChangesLeavesTheSurface) {
  World world;
  world.Upsert({NewsItem("n")});
  EXPECT_EQ(world.holder->Current()->FindSurface("news")->items, 1u);
  world.Upsert({Course("n")});
  EXPECT_EQ(world.holder->Current()->FindSurface("news")->items, 0u);
  EXPECT_EQ(world.holder->Current()->FindSurface("learning")->items, 1u);
}

}  // namespace
}  // namespace cofilter::service
