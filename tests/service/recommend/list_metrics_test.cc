// Lists are counted once, by level, source and variety.
#include "service/recommend/list_metrics.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/service/snapshot/world.h"

namespace cofilter::service {
namespace {

TEST(ListMetricsTest, CountsItemsBySourceAndHowVariedListsAre) {
  ListMetrics metrics;
  SurfaceConfig config;
  config.name = "news";
  SurfaceView surface;
  surface.config = &config;
  Recommendation list;
  list.level = Level::kPersonalised;
  list.items.resize(3);
  list.items[0].source = list.items[1].source = Source::kNeighbours;
  list.items[2].source = Source::kNewest;
  list.variety = {.similarity = 0.25, .topics = 4, .largest_topic = 0.5};
  metrics.Count(surface, list, Day(0));
  list.variety.topics = 2;
  metrics.Count(surface, list, Day(0));
  metrics.Count(surface, Recommendation(), Day(0));
  EXPECT_EQ(metrics.lists(Level::kPersonalised), 2u);
  EXPECT_EQ(metrics.items(Source::kNeighbours), 4u);
  EXPECT_EQ(metrics.items(Source::kNewest), 2u);
  EXPECT_EQ(metrics.items(Source::kGlobal), 0u);
  const std::string json = metrics.ToJson();
  EXPECT_NE(json.find(R"("items":{"neighbours":4,"newest":2})"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("variety":{"largest_topic":0.5,"similarity":0.25,"topics":3.0})"),
            std::string::npos)
      << json;
}

}  // namespace
}  // namespace cofilter::service
